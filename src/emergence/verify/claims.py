"""Measured against expected numbers; what a claim is, and how it is judged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

COLUMNS = [
    "id",
    "source",
    "statement",
    "comparison",
    "expected",
    "measured",
    "tolerance",
    "status",
    "evidence",
    "discrepancy",
    "note",
]
PASS, FAIL, NOT_TESTED = "pass", "fail", "not-tested"


@dataclass(frozen=True)
class Comparison:
    """A measured number against the expected one, in the same unit.

    comparison: "within" holds if |measured - expected| ≤ tolerance, "at least" if measured ≥
    expected - tolerance, "at most" if measured ≤ expected + tolerance.
    """

    expected: float
    measured: float
    tolerance: float
    comparison: Literal["within", "at least", "at most"] = "within"

    @property
    def holds(self) -> bool:
        """Whether the measured number is as expected; one that is missing or infinite is not."""
        gap = self.measured - self.expected
        holds = {
            "within": abs(gap) <= self.tolerance,
            "at least": gap >= -self.tolerance,
            "at most": gap <= self.tolerance,
        }[self.comparison]
        return bool(holds and np.isfinite(self.measured))


@dataclass(frozen=True, kw_only=True)
class Claim(Comparison):
    """A claim that a number decides.

    id: unique. source: where the paper makes it. statement: in our words. evidence: file the
    measurement comes from. tested: False where this preset does not run the claim's protocol.
    discrepancy: id of the row of discrepancies.csv that explains why the claim does not hold; empty
    for a claim that is expected to pass. note: reason for the tolerance, or which preset tests it.
    """

    id: str
    source: str
    statement: str
    evidence: str
    tested: bool = True
    discrepancy: str = ""
    note: str = ""

    @property
    def status(self) -> str:
        """pass, fail or not-tested."""
        if not self.tested:
            return NOT_TESTED
        return PASS if self.holds else FAIL


def claim_table(claims: Iterable[Claim]) -> pd.DataFrame:
    """One row per claim, columns `COLUMNS`. Raises ValueError if two claims share an id."""
    rows = [{**vars(claim), "status": claim.status} for claim in claims]
    table = pd.DataFrame(rows, columns=COLUMNS)
    repeated = table["id"][table["id"].duplicated()].tolist()
    if repeated:
        raise ValueError(f"claims share an id: {', '.join(repeated)}")
    return table


def unexpected(claims: pd.DataFrame, discrepancies: pd.DataFrame) -> list[str]:
    """What is wrong with the outcome of the claims, one line each; empty if all is explained.

    A failing claim must link to a row of the discrepancies; a linked claim must not pass.
    """
    known = set(discrepancies["id"].astype(str))
    problems = []
    for row in claims.itertuples():
        link = "" if pd.isna(row.discrepancy) else str(row.discrepancy)
        measured = f"measured {row.measured:g}, expected {row.expected:g} ± {row.tolerance:g}"
        if row.status == FAIL and not link:
            problems.append(f"claim {row.id} fails unexplained: {measured}")
        elif row.status == PASS and link:
            problems.append(
                f"claim {row.id} passes although discrepancy {link} says it fails: {measured}"
            )
        if link and link not in known:
            problems.append(f"claim {row.id} links to {link}, which discrepancies.csv lacks")
    return problems
