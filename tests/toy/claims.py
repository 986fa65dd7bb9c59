"""What the toy paper claims."""

from emergence.verify.claims import NETWORKS, Claim, claim_table


def claims(means):
    """The loss falls to a tenth."""
    losses = means.sort_values("x")["mean"].to_numpy()
    claim = Claim(
        id="falls",
        kind=NETWORKS,
        source="tests/toy",
        statement="the loss falls to a tenth",
        expected=0.1,
        measured=losses[-1] / losses[0],
        tolerance=0.0,
        comparison="at most",
        evidence="aggregated/line.csv",
        could_fail="the networks do not learn",
    )
    return claim_table([claim])
