"""Table 5 as printed beside the runs of its width: shares of runs that learn each skill."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from emergence.analysis.intervals import share_interval
from paper.nam2024 import stated


class Pattern(NamedTuple):
    """What of a column of Table 5 is counted: R_k/S of skill k from low to high."""

    skill: int
    low: float
    high: float
    printed: int


def table5_shares(runs: pd.DataFrame, width: int, confidence: float) -> pd.DataFrame:
    """Share of all runs at `width` units with R_k/S in a range, beside the printed ten's.

    Columns pattern, skill, range_low, range_high, count, runs, share, low, high (Wilson's
    interval), printed_count, printed_runs, printed_share, printed_low, printed_high.
    Raises ValueError if the width was not trained.
    """
    chosen = runs[(runs["value"] == width) & (runs["step"] == runs["step"].max())]
    if chosen.empty:
        raise ValueError(f"no runs with width {width}")
    rows = []
    for name, values in stated.TABLE_5_PATTERNS.items():
        pattern = Pattern._make(values)
        strength = chosen[chosen["skill"] == pattern.skill]["strength"]
        count = int(strength.between(pattern.low, pattern.high).sum())
        ours = share_interval(count, len(strength), confidence)
        theirs = share_interval(pattern.printed, stated.TABLE_5_RUNS, confidence)
        one = (name, pattern.skill, pattern.low, pattern.high)
        printed = (pattern.printed, stated.TABLE_5_RUNS, *theirs)
        rows.append((*one, count, len(strength), *ours, *printed))
    names = ["pattern", "skill", "range_low", "range_high", "count", "runs", "share", "low", "high"]
    printed_names = ["count", "runs", "share", "low", "high"]
    return pd.DataFrame(rows, columns=[*names, *(f"printed_{name}" for name in printed_names)])
