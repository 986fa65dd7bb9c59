"""How long a skill takes from its first sign to its full strength, measured and predicted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from emergence.analysis.aggregation import run_matrix
from emergence.analysis.crossings import run_crossings
from emergence.analysis.intervals import UNKNOWN, Interval, geometric_interval
from emergence.analysis.prediction import compared


def saturation(
    settings: Mapping[str, Any], runs: pd.DataFrame, emergence: pd.DataFrame, confidence: float
) -> pd.DataFrame:
    """Time from the lowest to the highest level of R_k/S, by the calibrated model and in each run.

    emergence: predicted times (`emergence_table`). Columns experiment, skill, those of `compared`
    (measured is the geometric mean over runs, NaN unless all runs reach the highest level), runs.
    """
    low, high = emergence["level"].min(), emergence["level"].max()
    rows = []
    for skill, group in emergence.groupby("skill"):
        ends = group.set_index("level")
        rises = (
            ends.loc[high, name] - ends.loc[low, name]
            for name in ("predicted", "predicted_low", "predicted_high")
        )
        x, strength = run_matrix(runs, "time", skill=int(skill))
        taken = run_crossings(x, strength, high) - run_crossings(x, strength, low)
        whole = np.isfinite(taken).all()
        measured = geometric_interval(taken, confidence) if whole else UNKNOWN
        rows.append(
            {
                "experiment": settings["experiment"],
                "skill": skill,
                **compared(Interval(*map(float, rises)), measured),
                "runs": len(taken),
            }
        )
    return pd.DataFrame(rows)
