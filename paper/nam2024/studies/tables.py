"""Tables of the studies of causes: a row for each arm, setting, run and quantity."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from emergence.analysis.crossings import run_crossings
from emergence.analysis.intervals import UNKNOWN, Interval, jackknife_interval

COLUMNS = ["arm", "setting", "run", "quantity", "value"]
LEVELS = (0.05, 0.1, 0.5, 0.9)  # of R_k/S, at which times are read off
REFERENCE_RATE = 0.02  # the published learning rate, of which P-steps are counted


def rows(arm: str, setting: float, quantity: str, values: ArrayLike) -> pd.DataFrame:
    """Rows of a study's table: one value a run."""
    found = np.asarray(values, dtype=np.float64)
    return pd.DataFrame(
        {"arm": arm, "setting": setting, "run": range(len(found)), "quantity": quantity}
        | {"value": found}
    )[COLUMNS]


def passing_times(
    arm: str, setting: float, step: NDArray, strength: NDArray, scale: float
) -> pd.DataFrame:
    """Rows u_{level}: `scale` times the step at which each run passes a level of R_k/S.

    strength: of one skill, (runs, measurements).
    """
    parts = [
        rows(arm, setting, f"u_{level}", scale * run_crossings(step, strength, level))
        for level in LEVELS
    ]
    return pd.concat(parts, ignore_index=True)


def values(table: pd.DataFrame, arm: str, quantity: str, setting: float | None = None) -> NDArray:
    """Values of an arm, by run; of one setting if it is given."""
    chosen = (table["arm"] == arm) & (table["quantity"] == quantity)
    if setting is not None:
        chosen &= np.isclose(table["setting"], setting)
    return table.loc[chosen].sort_values("run")["value"].to_numpy()


def of_skills(table: pd.DataFrame, arm: str, setting: float, quantity: str) -> NDArray:
    """Values of rows {quantity}_{k}, (runs, n_s)."""
    names = sorted(q for q in table["quantity"].unique() if q.startswith(f"{quantity}_"))
    return np.array([values(table, arm, name, setting) for name in names]).T


def measured_interval(measured: pd.DataFrame, study: str, quantity: str) -> Interval:
    """A quantity of `verdicts.Verdicts.measured`; UNKNOWN where it was not measured."""
    chosen = measured[(measured["study"] == study) & (measured["quantity"] == quantity)]
    if chosen.empty:
        return UNKNOWN
    return Interval(*(float(chosen.iloc[0][name]) for name in ("value", "low", "high")))


def stack(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Rows of all arms."""
    return pd.concat(tables, ignore_index=True)[COLUMNS]


def of_means(
    function: Callable[..., float], groups: Sequence[NDArray], confidence: float
) -> Interval:
    """A function of the means of independent groups of runs, with its jackknife interval.

    UNKNOWN where a group is empty or a value is not finite, as of a run that passes no level.
    """
    if not all(len(one) > 1 and np.isfinite(one).all() for one in groups):
        return UNKNOWN
    means = [float(one.mean()) for one in groups]
    left_out = []
    for place, one in enumerate(groups):
        others = (one.sum() - one) / (len(one) - 1)
        each = [function(*means[:place], other, *means[place + 1 :]) for other in others]
        left_out.append(np.array(each))
    return jackknife_interval(float(function(*means)), left_out, confidence)
