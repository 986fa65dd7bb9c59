"""Our networks beside runs of the authors' own code on the same settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from emergence.analysis.aggregation import run_matrix
from emergence.analysis.crossings import run_crossings
from emergence.analysis.intervals import UNKNOWN, Interval, mean_interval, two_sample_ratio
from paper.nam2024 import stated

TIME, DATA = "step over the authors'", "R/S less the authors'"


def authors_code(
    settings: Mapping[str, Any],
    runs: pd.DataFrame,
    data_runs: pd.DataFrame,
    confidence: float,
) -> pd.DataFrame:
    """Steps to a level of R/S at n_s = 1 over theirs, and R/S at a D less theirs, with intervals.

    settings, runs: of the time calibration; data_runs: of the data calibration. Steps: ratio of
    geometric means over ten seeds of their code and our runs, by Welch's t. R/S: they are one seed
    per D, so the interval is that of a difference from one further run of our own spread.

    Columns quantity, at (the level, or D), ours, theirs, value, low, high, their_runs, runs.
    """
    steps, strength = run_matrix(runs, settings["resource"], skill=1)
    rows = []
    for column, level in enumerate(stated.AUTHORS_TIME["levels"]):
        ours = run_crossings(steps, strength, level)
        theirs = np.array(stated.AUTHORS_TIME["crossings"])[:, column]
        means = [float(np.exp(np.log(one).mean())) for one in (ours, theirs)]
        found = two_sample_ratio(ours, theirs, confidence) if np.isfinite(ours).all() else UNKNOWN
        rows.append((TIME, level, *means, *found, len(theirs), len(ours)))
    sizes, strength = run_matrix(data_runs, "data", skill=1)
    for size, expected in stated.AUTHORS_DATA_RUNS:
        ours = strength[:, sizes == size].ravel()
        if len(ours):
            found = _from_one(ours, expected, confidence)
            rows.append((DATA, size, float(ours.mean()), expected, *found, 1, len(ours)))
    columns = ["quantity", "at", "ours", "theirs", "value", "low", "high", "their_runs", "runs"]
    return pd.DataFrame(rows, columns=columns)


def _from_one(ours: Any, expected: float, confidence: float) -> Interval:
    """Mean less a single value of the same spread."""
    value = mean_interval(ours, confidence).value - expected
    if len(ours) < 2:
        return Interval(value, np.nan, np.nan)
    error = ours.std(ddof=1) * np.sqrt(1.0 + 1.0 / len(ours))
    half = float(stats.t.ppf(0.5 * (1.0 + confidence), len(ours) - 1) * error)
    return Interval(value, value - half, value + half)
