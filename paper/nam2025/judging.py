"""Generated parts of documents: what was found."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import pandas as pd

from emergence.verify.claims import FAIL, NOT_TESTED, PASS
from emergence.verify.findings import number

# Topic, patterns of the claims behind it, and a sentence with their measured numbers.
TOPICS = (
    (
        "Sigmoids",
        ("C1-*", "C2-*"),
        "From small equal layers a mode follows the sigmoid within {C1-sigmoid} under gradient "
        "descent. A hidden layer makes the first half-time of trained networks {C2-delay} times as "
        "long.",
    ),
    (
        "Conserved quantities",
        ("C3-*", "C10-exact-flow", "C10-rate"),
        "What gradient flow conserves drifts under descent as its rate to the power "
        "{C3-conserved}; the deviation from the exact flow goes with the power {C10-exact-flow}.",
    ),
    (
        "Stages",
        ("C4-*", "C7-*"),
        "From small random weights modes are learned one after another. Measured half-times are "
        "{C7-half-times} times those predicted from the weights' seeds; {C7-rank} singular values "
        "of the first layer grow, for as many outputs.",
    ),
    (
        "Emergence and scaling laws",
        ("C5-*", "C6-*"),
        "With one constant each, the multilinear model misses the first paper's networks by "
        "{C5-time} in time, {C5-data} in data, {C5-parameters} in parameters (root mean square of "
        "R_k/S). The models themselves have their laws' exponents within {C6-parameters}.",
    ),
    (
        "Neural collapse",
        ("C8-*",),
        "Free features from a small start become a simplex, within {C8-simplex}. Without weight "
        "decay the variation within classes stays, as the initial scale to the power {C8-scale}: "
        "large starts do not collapse.",
    ),
    ("Depth", ("C9-*",), "Deeper chains rise more sharply, without exception."),
    (
        "Lazy and rich",
        ("C10-closed-form", "C10-lazy", "C10-lighter", "C11-*"),
        "The kernel distance of balanced networks is a closed form of |λ| s/σ1 and σ2/σ1 (median "
        "error {C10-closed-form} decades). The ratio of weights to target sets the growth of "
        "neurons. But scaling only the weights moves that distance by {C11-weights} decades.",
    ),
    (
        "Powers of the target",
        ("C11-power-*", "C13-*"),
        "The kernel distance of mirrored starts falls as the target to the power "
        "{C11-power-mirrored}, that of independent ones to the power {C11-power-independent}. A "
        "larger first layer is richer in a share {C13-upstream} of pixels and draws.",
    ),
    (
        "Grokking",
        ("C12-grokking", "C12-[b-e]", "C12-no-decay", "C12-*ratio"),
        "On digits, test accuracy follows training accuracy after {C12-grokking} times as many "
        "epochs. Smaller weights leave {C12-b}, larger targets {C12-c}, smaller inputs {C12-d}, "
        "smaller outputs {C12-e}. Without weight decay test accuracy ends at {C12-no-decay}. "
        "Starts alike in initial output over target differ in their delay up to {C12-one-ratio} "
        "times: the size of the weights counts.",
    ),
    (
        "Lazy first",
        ("C12-lazy-first",),
        "When the training set is fitted, the empirical kernel is {C12-lazy-first} times as far "
        "from its start as at the end: it does not wait for generalisation.",
    ),
    (
        "A model that groks and is solved",
        ("C12-solvable",),
        "Linear regression with fewer samples than inputs generalises when decay has removed what "
        "no sample sees, at the predicted time within {C12-solvable}.",
    ),
)


def parts(shipped: Path) -> dict[tuple[str, str], str]:
    """Text of each part, by document and name. shipped: the paper's folder of shipped results."""
    if not (shipped / "claims.csv").is_file():
        return {}
    return {("docs/layerwise.md", "found"): "".join(found(pd.read_csv(shipped / "claims.csv")))}


def found(claims: pd.DataFrame) -> Iterator[str]:
    """A numbered line for each topic: verdict, sentence, and claims that fail or are open."""
    measured = {row.id: number(float(f"{row.measured:.3g}")) for row in claims.itertuples()}
    for index, (topic, patterns, sentence) in enumerate(TOPICS, start=1):
        mine = claims[[any(fnmatchcase(one, p) for p in patterns) for one in claims["id"]]]
        status = mine["status"].value_counts()
        tested = status.get(PASS, 0) + status.get(FAIL, 0)
        verdict = (
            "open" if not tested else "holds" if not status.get(FAIL, 0)
            else "holds in part" if status.get(PASS, 0) else "does not hold"
        )  # fmt: skip
        failed = "".join(
            f" Fails: {', '.join(f'`{one}`' for one in rows['id'])} ({discrepancy})."
            for discrepancy, rows in mine[mine["status"] == FAIL].groupby("discrepancy")
        )
        still = mine[mine["status"] == NOT_TESTED]["id"]
        failed += f" Not tested: {', '.join(f'`{one}`' for one in still)}." if len(still) else ""
        yield f"{index}. **{topic}: {verdict}.** {sentence.format_map(measured)}{failed}\n"
