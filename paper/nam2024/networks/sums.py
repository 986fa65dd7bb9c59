"""All skills together against the number of hidden units: Σ_k R_k/S = N/N_c (Prop. 2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd

from emergence.analysis.aggregation import run_matrix
from emergence.analysis.crossings import crossing_of_mean
from emergence.analysis.intervals import Interval, mean_band
from emergence.analysis.prediction import compared


class Sums(NamedTuple):
    """curve: value (N), mean, std, low, high, predicted. totals: total, columns of `compared`,
    runs."""

    curve: pd.DataFrame
    totals: pd.DataFrame


def strength_sums(
    settings: Mapping[str, Any],
    runs: pd.DataFrame,
    calibration: Mapping[str, Any],
    confidence: float,
) -> Sums:
    """Mean over runs of Σ_k R_k/S at every N, and the N at which it passes 1, 2, ..., n_s - 1.

    Prop. 2: N_c units carry a skill, so that the sum is N/N_c up to n_s, whichever skills they go
    to. The sum counts units; a single R_k also depends on which skill got them.
    """
    n_skills = settings["task"]["n_skills"]
    found = [
        run_matrix(runs, settings["resource"], skill=skill) for skill in range(1, n_skills + 1)
    ]
    x, total = found[0][0], sum(strength for _, strength in found)
    low, high = mean_band(total, confidence)
    spread = total.std(axis=0, ddof=1) if len(total) > 1 else low
    curve = {"value": x, "mean": total.mean(axis=0), "std": spread, "low": low, "high": high}
    rows = []
    for passed in range(1, n_skills):
        predicted = Interval(*(passed * calibration[key] for key in ("value", "low", "high")))
        measured = crossing_of_mean(x, total, float(passed), confidence)
        rows.append({"total": passed, **compared(predicted, measured), "runs": len(total)})
    expected = (x / calibration["value"]).clip(max=n_skills)
    return Sums(pd.DataFrame({**curve, "predicted": expected}), pd.DataFrame(rows))
