"""How a claim on trained networks is made of a measured interval."""

from __future__ import annotations

from typing import Any

from emergence.analysis.intervals import Interval
from emergence.verify.claims import NETWORKS, Claim, Direction, judge
from paper.nam2024.claims.protocols import Protocol
from paper.nam2024.claims.tolerances import Tolerance

UNDECIDED = "these runs do not decide it"


def network_claim(
    found: Interval,
    expected: float,
    tolerance: Tolerance,
    *,
    protocol: Protocol,
    tested: bool | None = None,
    comparison: Direction = "within",
    kind: str = NETWORKS,
    note: str = "",
    **fields: Any,
) -> Claim:
    """A claim that is judged by an interval.

    tolerance: a share of `expected` unless that is 0. protocol: of the experiment behind it.
    tested: whether the protocol is followed, where that depends on more. fields: of Claim.
    """
    absolute = tolerance.value * (abs(expected) if expected else 1.0)
    tested = protocol.followed if tested is None else tested
    verdict = judge(found.low, found.high, expected, absolute, comparison)
    return Claim(
        expected=expected,
        measured=found.value,
        tolerance=absolute,
        comparison=comparison,
        kind=kind,
        interval=(found.low, found.high),
        tested=tested,
        note="; ".join(
            filter(
                None,
                (
                    UNDECIDED if tested and verdict == "not-tested" else "",
                    f"tolerance: {tolerance.reason}",
                    note,
                    protocol.note,
                ),
            )
        ),
        **fields,
    )
