"""One row's numbers, and how they are written."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

UNDECIDED = "not decidable by a number"


class Finding(NamedTuple):
    """computed: the numbers that decide the row. evidence: the file or formula that shows it.

    Files are relative to the repository, or to results/{preset} where they are results.
    """

    computed: str
    evidence: str


def number(value: float | np.floating) -> str:
    """Four significant digits."""
    return f"{value:.4g}"


def listed(values: Iterable[float]) -> str:
    """Numbers separated by commas."""
    return ", ".join(number(value) for value in values)
