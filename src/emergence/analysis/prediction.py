"""Curves of many skills predicted from a calibration, and where skills emerge beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emergence.analysis.aggregation import run_matrix
from emergence.analysis.crossings import crossing_of_mean, crossing_of_runs, run_crossings
from emergence.analysis.fitting import Model, extended_model
from emergence.analysis.intervals import (
    UNKNOWN,
    Interval,
    mean_interval,
    ratio_interval,
    slope_interval,
    slope_weights,
)

_FEWEST_SKILLS = 3  # of a trend


class Prediction(NamedTuple):
    """curves: of `prediction_table`. emergence: of `emergence_table`. trends: of `trend_table`."""

    curves: pd.DataFrame
    emergence: pd.DataFrame
    trends: pd.DataFrame


def predict(
    settings: Mapping[str, Any],
    runs: pd.DataFrame,
    summary: pd.DataFrame,
    calibration: Mapping[str, Any],
    levels: Sequence[float],
    confidence: float,
    initial_strength_divisor: float,
    reference: float | None = None,
) -> Prediction:
    """An experiment's curves from the result of `calibrate`, and where skills emerge.

    runs, summary: tables of `emergence.analysis.aggregation`. levels: of R_k/S. reference: another
    value of the constant, to draw beside the fitted one.
    """
    model = extended_model(settings, initial_strength_divisor)
    n_skills = settings["task"]["n_skills"]

    def predicted(skill: int, level: float) -> Interval:
        value, *ends = (
            model.level(level, skill, n_skills, calibration[key])
            for key in ("value", "low", "high")
        )
        return Interval(value, min(ends), max(ends))

    expected = {(k, level): predicted(k, level) for k in range(1, n_skills + 1) for level in levels}
    emergence = emergence_table(settings, runs, expected, confidence)
    return Prediction(
        prediction_table(settings, model, summary, calibration, reference),
        emergence,
        trend_table(settings, runs, emergence, confidence),
    )


def prediction_table(
    settings: Mapping[str, Any],
    model: Model,
    summary: pd.DataFrame,
    calibration: Mapping[str, Any],
    reference: float | None = None,
) -> pd.DataFrame:
    """The calibrated model over the measured range of x: the solid lines of Figs. 1 and 11.

    Columns experiment, resource, x, skill, prediction, low, high (R_k/S at the constant and at the
    ends of its interval), reference (at the reference value of the constant, NaN without one).
    """
    n_skills = settings["task"]["n_skills"]
    x = _fine_grid(settings["resource"], summary["x"].to_numpy(dtype=np.float64))
    parts = []
    for skill in range(1, n_skills + 1):
        curves = {
            name: np.asarray(model.fraction(x, skill, n_skills, calibration[key]))
            for name, key in (("prediction", "value"), ("end_1", "low"), ("end_2", "high"))
        }
        ends = np.sort([curves.pop("end_1"), curves.pop("end_2")], axis=0)
        other = np.nan if reference is None else model.fraction(x, skill, n_skills, reference)
        columns = {"x": x, "skill": skill, **curves, "low": ends[0], "high": ends[1]}
        parts.append(pd.DataFrame({**columns, "reference": other}))
    table = pd.concat(parts, ignore_index=True)
    table.insert(0, "experiment", settings["experiment"])
    table.insert(1, "resource", settings["resource"])
    return table


def compared(predicted: Interval, measured: Interval) -> dict[str, float]:
    """Columns of a predicted and a measured quantity, and their ratio, each with its interval.

    predicted, predicted_low, predicted_high, measured, low, high, ratio (predicted over measured),
    ratio_low, ratio_high.
    """
    ratio = ratio_interval(predicted, measured)
    names = (("predicted", "predicted_"), ("measured", ""), ("ratio", "ratio_"))
    return {
        column: value
        for (name, prefix), found in zip(names, (predicted, measured, ratio), strict=True)
        for column, value in zip((name, f"{prefix}low", f"{prefix}high"), found, strict=True)
    }


def emergence_table(
    settings: Mapping[str, Any],
    runs: pd.DataFrame,
    predicted: Mapping[tuple[int, float], Interval],
    confidence: float,
) -> pd.DataFrame:
    """Where each skill reaches each level of R_k/S, predicted and measured.

    predicted: by skill and level. In time, measured is the geometric mean over runs of each run's
    crossing (`crossing_of_runs`), else the crossing of the mean over runs (`crossing_of_mean`).

    Columns experiment, resource, skill, level, those of `compared`, before, after (the measured x
    between which measured is interpolated), measured_std (over the runs that cross the level within
    the measured range), runs_reaching, runs. measured is NaN where the level is never reached,
    -infinity where it is before the first measured x.
    """
    crossing = crossing_of_runs if settings["resource"] == "time" else crossing_of_mean
    rows = []
    for (skill, level), expected in predicted.items():
        x, strength = run_matrix(runs, settings["resource"], skill=skill)
        measured = crossing(x, strength, level, confidence)
        next_point = int(np.searchsorted(x, measured.value)) if np.isfinite(measured.value) else 0
        each = run_crossings(x, strength, level)
        within = each[np.isfinite(each)]
        rows.append(
            {
                "experiment": settings["experiment"],
                "resource": settings["resource"],
                "skill": skill,
                "level": level,
                **compared(expected, measured),
                "before": x[next_point - 1] if next_point else np.nan,
                "after": x[next_point] if next_point else np.nan,
                "measured_std": within.std(ddof=1) if len(within) > 1 else np.nan,
                "runs_reaching": int(np.sum(~np.isnan(each))),
                "runs": len(strength),
            }
        )
    return pd.DataFrame(rows)


def trend_table(
    settings: Mapping[str, Any], runs: pd.DataFrame, emergence: pd.DataFrame, confidence: float
) -> pd.DataFrame:
    """Slope of ln(predicted/measured) on ln k at each level, 0 where predictions miss alike.

    emergence: of `emergence_table`. The constant shifts all skills alike and drops out of the
    slope. In time, each run has its own slope over the skills that every run reaches; else the
    measured skills count as independent, and those with an interval without end are left out.

    Columns experiment, resource, level, slope, low, high, skills (used), runs. NaN for fewer than
    three skills.
    """
    rows = []
    for level, group in emergence.groupby("level"):
        if settings["resource"] == "time":
            slope, used = _trend_of_runs(runs, group, confidence)
        else:
            slope, used = _trend_of_means(group)
        rows.append(
            {
                "experiment": settings["experiment"],
                "resource": settings["resource"],
                "level": level,
                "slope": slope.value,
                "low": slope.low,
                "high": slope.high,
                "skills": used,
                "runs": int(group["runs"].iloc[0]),
            }
        )
    return pd.DataFrame(rows)


def _trend_of_runs(
    runs: pd.DataFrame, rows: pd.DataFrame, confidence: float
) -> tuple[Interval, int]:
    reached = rows[np.isfinite(rows["measured"])]
    if len(reached) < _FEWEST_SKILLS:
        return UNKNOWN, len(reached)
    weights = slope_weights(np.log(reached["skill"]))
    each = [
        run_crossings(*run_matrix(runs, "time", skill=int(row.skill)), row.level)
        for row in reached.itertuples()
    ]
    misses = np.log(reached["predicted"].to_numpy())[:, None] - np.log(each)
    return mean_interval(weights @ misses, confidence), len(reached)


def bounded_rows(emergence: pd.DataFrame) -> pd.DataFrame:
    """Rows of `emergence_table` whose measured interval ends on both sides."""
    found, low, high = (emergence[name] for name in ("measured", "low", "high"))
    return emergence[np.isfinite(found) & np.isfinite(high) & (low > 0.0)]


def _trend_of_means(rows: pd.DataFrame) -> tuple[Interval, int]:
    bounded = bounded_rows(rows)
    misses = [
        ratio_interval(Interval(*[row.predicted] * 3), Interval(row.measured, row.low, row.high))
        for row in bounded.itertuples()
    ]
    return slope_interval(np.log(bounded["skill"]), misses), len(bounded)


def _fine_grid(resource: str, x: NDArray) -> NDArray:
    """Points for a smooth line over the measured range: whole numbers of N, else 400 points."""
    low, high = x[x > 0].min(), x.max()
    if resource == "parameters":
        return np.arange(low, high + 1.0)
    return np.geomspace(low, high, 400)
