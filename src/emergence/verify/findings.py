"""Discrepancies: what a paper says, and the numbers that decide."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

COLUMNS = ["id", "where", "paper", "code", "computed", "evidence", "consequence"]
UNDECIDED = "not decidable by a number"


class Finding(NamedTuple):
    """computed: the numbers that decide the row. evidence: the file or formula that shows it.

    Files are relative to the repository, or to results/{preset} where they are results.
    """

    computed: str
    evidence: str


def discrepancy_table(
    statements: Sequence[Mapping[str, str]], findings: Mapping[str, Finding]
) -> pd.DataFrame:
    """One row per statement, in their order, beside its finding: columns `COLUMNS`.

    statements: each with id, where, paper, code (what both say) and consequence. findings: by id.
    Raises ValueError unless statements and findings are about the same rows.
    """
    said = pd.DataFrame(statements)
    unmatched = set(said["id"]).symmetric_difference(findings)
    if unmatched:
        raise ValueError(f"statement or number missing for {', '.join(sorted(unmatched))}")
    numbers = pd.DataFrame.from_dict(findings, orient="index", columns=Finding._fields)
    return said.join(numbers, on="id")[COLUMNS]


def code(function: Callable[..., Any]) -> str:
    """A function as evidence: its name and file, relative to the repository."""
    folder = "src/" if function.__module__.startswith("emergence.") else ""
    return f"{function.__name__} in {folder}{function.__module__.replace('.', '/')}.py"


def number(value: float | np.floating) -> str:
    """Four significant digits."""
    return f"{value:.4g}"


def with_interval(value: float, low: float, high: float) -> str:
    """A number and the ends of its interval in brackets."""
    return f"{number(value)} [{number(low)}, {number(high)}]"


def listed(values: Iterable[float]) -> str:
    """Numbers separated by commas."""
    return ", ".join(number(value) for value in values)
