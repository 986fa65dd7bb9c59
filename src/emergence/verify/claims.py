"""Measured against expected numbers; what a claim is, and how it is judged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Literal

import numpy as np
import pandas as pd

COLUMNS = [
    "id",
    "class",
    "source",
    "statement",
    "comparison",
    "expected",
    "measured",
    "low",
    "high",
    "tolerance",
    "status",
    "evidence",
    "discrepancy",
    "note",
]
PASS, FAIL, NOT_TESTED = "pass", "fail", "not-tested"
STATUSES = (PASS, FAIL, NOT_TESTED)
# What a claim is about: two ways to one number, the model's equations against their simulation,
# one code against another, or networks that could have learned otherwise.
THEORY, SIMULATION = "theory identity", "simulation of the model"
ENGINES, NETWORKS = "engine equivalence", "trained network"
CLASSES = (NETWORKS, SIMULATION, ENGINES, THEORY)
Direction = Literal["within", "at least", "at most"]


def judge(
    low: float, high: float, expected: float, tolerance: float, comparison: Direction = "within"
) -> str:
    """The rule for every claim with an interval from low to high.

    Allowed is what lies within `tolerance` of `expected`, or on one side of it. The claim passes if
    the whole interval is allowed, fails if no part of it is, and is not-tested otherwise: the runs
    do not decide. An end that is NaN is not known.
    """
    least = -np.inf if comparison == "at most" else expected - tolerance
    most = np.inf if comparison == "at least" else expected + tolerance
    return judge_range(low, high, least, most)


def judge_range(low: float, high: float, least: float, most: float) -> str:
    """The same for what is allowed from `least` to `most`."""
    if least <= low and high <= most:
        return PASS
    return FAIL if high < least or low > most else NOT_TESTED


@dataclass(frozen=True)
class Comparison:
    """A measured number against the expected one, in the same unit.

    comparison: "within" holds if |measured - expected| ≤ tolerance, "at least" if measured ≥
    expected - tolerance, "at most" if measured ≤ expected + tolerance.
    """

    expected: float
    measured: float
    tolerance: float
    comparison: Direction = "within"

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

    id: unique. kind: its class, one of CLASSES. source: where the paper makes it. statement: in our
    words. interval: ends of the measured number's interval, by which it is judged (`judge`); None
    where it has none, as computed numbers have. evidence: file the measurement comes from. tested:
    False where this preset does not run the claim's protocol. discrepancy: id of the row of
    discrepancies.csv that explains why the claim does not hold; empty for a claim that is expected
    to pass. could_fail: which outcome would have failed it, required of trained networks. note:
    reason for the tolerance, or which preset tests it.
    """

    id: str
    kind: str
    source: str
    statement: str
    evidence: str
    interval: tuple[float, float] | None = None
    tested: bool = True
    discrepancy: str = ""
    could_fail: str = ""
    note: str = ""

    @property
    def status(self) -> str:
        """pass, fail or not-tested."""
        if not self.tested:
            return NOT_TESTED
        if self.interval is None:
            return PASS if self.holds else FAIL
        return judge(*self.interval, self.expected, self.tolerance, self.comparison)

    @property
    def row(self) -> dict[str, object]:
        """Columns of the table of claims."""
        low, high = self.interval or (np.nan, np.nan)
        fails = f"fails if {self.could_fail}" if self.could_fail else ""
        return {
            **vars(self),
            "class": self.kind,
            "low": low,
            "high": high,
            "status": self.status,
            "note": "; ".join(filter(None, (fails, self.note))),
        }


def claim_table(claims: Iterable[Claim]) -> pd.DataFrame:
    """One row per claim, columns `COLUMNS`.

    Raises ValueError if two claims share an id, for a class that is none, and for a claim on
    trained networks that does not say how it could have failed.
    """
    claims = list(claims)
    for claim in claims:
        if claim.kind not in CLASSES:
            raise ValueError(f"claim {claim.id}: {claim.kind} is no class: {', '.join(CLASSES)}")
        if claim.kind == NETWORKS and not claim.could_fail:
            raise ValueError(f"claim {claim.id} does not say how it could have failed")
    table = pd.DataFrame([claim.row for claim in claims], columns=COLUMNS)
    repeated = table["id"][table["id"].duplicated()].tolist()
    if repeated:
        raise ValueError(f"claims share an id: {', '.join(repeated)}")
    return table


def linked(claim: Claim, explained: Mapping[str, str]) -> Claim:
    """The claim with the discrepancy that explains it: of the first pattern that its id matches."""
    links = (link for pattern, link in explained.items() if fnmatchcase(claim.id, pattern))
    return replace(claim, discrepancy=next(links, claim.discrepancy))


def matching(claims: pd.DataFrame, patterns: Sequence[str]) -> pd.DataFrame:
    """Rows whose id matches one of the patterns."""
    return claims[[any(fnmatchcase(name, p) for p in patterns) for name in claims["id"]]]


def count_by_status(claims: pd.DataFrame) -> dict[str, int]:
    """Number of claims of each status, in the order of STATUSES."""
    return {status: int(np.sum(claims["status"] == status)) for status in STATUSES}


def verdict(passed: int, failed: int, undecided: int, *, within: str = "") -> str:
    """What claims say together: of the decided ones, and how many are undecided.

    within: the tolerance, told of what holds.
    """
    decided = passed + failed
    if not decided:
        return "open"
    found = "holds in part" if passed and failed else "holds" if passed else "does not hold"
    if within and not failed:
        found = f"{found} within {within}"
    if not undecided:
        return found
    return f"{found}, {'some' if decided >= undecided else 'mostly'} open"


def count_by_class(claims: pd.DataFrame) -> dict[str, dict[str, int]]:
    """Number of claims of each class that a table has, by status: all of STATUSES."""
    return {
        name: count_by_status(of) for name in CLASSES if len(of := claims[claims["class"] == name])
    }


def counts_in_words(claims: pd.DataFrame) -> str:
    """Every class with its numbers of claims, such as "trained network: 3 pass, 1 fail"."""
    return "; ".join(
        f"{name}: {', '.join(f'{n} {status}' for status, n in counts.items() if n)}"
        for name, counts in count_by_class(claims).items()
    )


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
