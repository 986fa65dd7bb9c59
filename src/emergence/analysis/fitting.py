"""Calibration constants B², D_c, N_c: least squares on n_s = 1 runs, bootstrap over runs.

The extended models (Eqs. 14, 17, 21) have one constant each. It is fitted to the mean curve of the
runs with a single skill; curves for more skills are then predictions with nothing left to fit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from emergence.analysis.aggregation import run_matrix
from emergence.randomness import Purpose, Stream, stream_key
from emergence.tasks.sparse_parity.problem import skill_probabilities
from emergence.theory.closed_forms import emergence_time
from emergence.theory.extended_models import (
    coupled_setting,
    extended_data_skill_fraction,
    extended_parameter_skill_fraction,
    extended_time_skill_fraction,
)
from emergence.theory.setting import Setting

_GRID_POINTS = 200


@dataclass(frozen=True)
class Model:
    """The extended model of one resource and its constant.

    constant: its name, written out. bounds: where the least-squares value is sought (the search is
    logarithmic). fraction: R_k/S at x for skill k (1-based) of n_s, given the constant.
    level: the x at which R_k/S reaches a level in (0, 1).
    """

    constant: str
    symbol: str
    bounds: tuple[float, float]
    fraction: Callable[[NDArray, int, int, float], NDArray]
    level: Callable[[float, int, int, float], float]


def loss_learning_rate(settings: Mapping[str, Any]) -> float:
    """η on the paper's loss L (with ½) for a learning rate on the mean square: twice as large."""
    return 2.0 * settings["learning_rate"]


def extended_model(settings: Mapping[str, Any], initial_strength_divisor: float) -> Model:
    """The extended model of an experiment's resource (time: Eq. 14, data: 17, parameters: 21).

    initial_strength_divisor: c of r = R_k(0) = σ²/c, in units of the target; only time needs it.
    """
    alpha = settings["task"]["data_exponent"]

    def probability(skill: int, n_skills: int) -> float:
        return float(skill_probabilities(alpha, n_skills)[skill - 1])

    if settings["resource"] == "time":
        setting = Setting(
            settings["task"]["target_scale"],
            settings["initial_std"] ** 2 / initial_strength_divisor,
            loss_learning_rate(settings),
        )
        return Model(
            "squared_coupling",
            "B²",
            (1e-3, 0.999),
            lambda x, k, n, c: extended_time_skill_fraction(
                x, probability(k, n), setting, squared_coupling=c
            ),
            lambda level, k, n, c: float(
                emergence_time(probability(k, n), coupled_setting(setting, c), threshold=level)
            ),
        )
    if settings["resource"] == "data":
        return Model(
            "critical_samples",
            "D_c",
            (1.0, 1e6),
            lambda x, k, n, c: extended_data_skill_fraction(x * probability(k, n), c),
            lambda level, k, n, c: c * (1.0 - (1.0 - level) ** 2) / probability(k, n),
        )
    return Model(
        "critical_parameters",
        "N_c",
        (0.1, 1e3),
        lambda x, k, n, c: extended_parameter_skill_fraction(x, k, c),
        lambda level, k, n, c: c * (k - 1 + level),
    )


def calibrate(
    settings: Mapping[str, Any],
    runs: pd.DataFrame,
    bootstrap_samples: int,
    confidence: float,
    initial_strength_divisor: float,
) -> dict[str, Any]:
    """Fit the constant of the experiment's `extended_model` to runs with one skill.

    Returns constant, symbol, value, low, high (bootstrap percentile interval over runs, resampled
    independently at every x except along a run's own time), confidence, residual (root mean square
    of the mean curve's misfit), runs, points.

    Raises ValueError if the runs have more than one skill, or if the fit ends on a bound.
    """
    if settings["task"]["n_skills"] != 1:
        raise ValueError("calibration needs runs with one skill")
    model = extended_model(settings, initial_strength_divisor)
    x, strength = run_matrix(runs, settings["resource"], skill=1)

    fit = _least_squares(lambda c: model.fraction(x, 1, 1, c), model.bounds)
    mean = strength.mean(axis=0)
    value = fit(mean)
    resampled = [fit(sample) for sample in _resampled_means(settings, strength, bootstrap_samples)]
    tail = 50.0 * (1.0 - confidence)
    low, high = np.percentile(resampled, [tail, 100.0 - tail])
    return {
        "constant": model.constant,
        "symbol": model.symbol,
        "experiment": settings["experiment"],
        "value": value,
        "low": float(low),
        "high": float(high),
        "confidence": confidence,
        "residual": float(np.sqrt(np.mean((model.fraction(x, 1, 1, value) - mean) ** 2))),
        "runs": strength.shape[0],
        "points": strength.shape[1],
    }


def _least_squares(
    curve: Callable[[float], NDArray], bounds: tuple[float, float]
) -> Callable[[NDArray], float]:
    """Finds the constant of least squared misfit to a mean curve.

    A logarithmic grid, whose curves are computed once for all fits, then Brent's method around its
    best point.
    """
    low, high = np.log(bounds)
    grid = np.linspace(low, high, _GRID_POINTS)
    on_grid = np.stack([curve(np.exp(point)) for point in grid])

    def fit(mean: NDArray) -> float:
        best = int(np.argmin(np.sum((on_grid - mean) ** 2, axis=1)))
        if best in (0, len(grid) - 1):
            raise ValueError(
                f"the least-squares constant lies on the bound {np.exp(grid[best]):.3g}: the "
                f"calibration runs do not show the skill emerging"
            )
        found = minimize_scalar(
            lambda log_constant: float(np.sum((curve(np.exp(log_constant)) - mean) ** 2)),
            bounds=(grid[best - 1], grid[best + 1]),
            method="bounded",
            options={"xatol": 1e-6},
        )
        return float(np.exp(found.x))

    return fit


def _resampled_means(settings: Mapping[str, Any], strength: NDArray, samples: int) -> NDArray:
    """Means over resampled runs, shape (samples, points)."""
    n_runs, n_points = strength.shape
    stream = Stream(stream_key(settings["root_seed"], settings["experiment"], "bootstrap"), 0)
    along = 1 if settings["resource"] == "time" else n_points  # a run's times belong together
    uniform = stream.uniform(Purpose.BOOTSTRAP, 0, samples * n_runs * along)
    chosen = (uniform.reshape(samples, n_runs, along) * n_runs).astype(np.int64)
    columns = np.arange(n_points)
    return np.stack([strength[rows, columns].mean(axis=0) for rows in chosen])


class Prediction(NamedTuple):
    """curves: of `prediction_table`. emergence: of `emergence_table`."""

    curves: pd.DataFrame
    emergence: pd.DataFrame


def predict(
    settings: Mapping[str, Any],
    runs: pd.DataFrame,
    summary: pd.DataFrame,
    calibration: Mapping[str, Any],
    levels: Sequence[float],
    bootstrap_samples: int,
    confidence: float,
    initial_strength_divisor: float,
) -> Prediction:
    """An experiment's curves from the result of `calibrate`, and where skills emerge.

    runs, summary: tables of `emergence.analysis.aggregation`. levels: of R_k/S.
    """
    model = extended_model(settings, initial_strength_divisor)
    return Prediction(
        prediction_table(settings, model, summary, calibration),
        emergence_table(settings, model, runs, calibration, levels, bootstrap_samples, confidence),
    )


def prediction_table(
    settings: Mapping[str, Any],
    model: Model,
    summary: pd.DataFrame,
    calibration: Mapping[str, Any],
) -> pd.DataFrame:
    """The calibrated model over the measured range of x: the solid lines of Figs. 1 and 11.

    Columns experiment, resource, x, skill, prediction, low, high (R_k/S at the constant and at the
    ends of its interval).
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
        columns = {"x": x, "skill": skill, **curves, "low": ends[0], "high": ends[1]}
        parts.append(pd.DataFrame(columns))
    table = pd.concat(parts, ignore_index=True)
    table.insert(0, "experiment", settings["experiment"])
    table.insert(1, "resource", settings["resource"])
    return table


def emergence_table(
    settings: Mapping[str, Any],
    model: Model,
    runs: pd.DataFrame,
    calibration: Mapping[str, Any],
    levels: Sequence[float],
    bootstrap_samples: int,
    confidence: float,
) -> pd.DataFrame:
    """Where each skill reaches each level of R_k/S: predicted, and measured on the mean over runs.

    Columns experiment, resource, skill, level, predicted, predicted_low, predicted_high (at the
    ends of the constant's interval), measured, low, high (bootstrap percentile interval of measured
    over runs, resampled as in :func:`calibrate`), before, after (the measured x between which
    measured is interpolated), relative_error (predicted over measured, minus one), measured_std
    (over the runs that reach the level), runs_reaching, runs. measured is NaN where the mean never
    reaches the level, -infinity where it does before the first measured x; measured_std is over the
    runs that cross it within the measured range. high is infinite where so many resampled means
    never reach the level.
    """
    n_skills = settings["task"]["n_skills"]
    rows = []
    for skill in range(1, n_skills + 1):
        x, strength = run_matrix(runs, settings["resource"], skill=skill)
        resampled = _resampled_means(settings, strength, bootstrap_samples)
        for level in levels:
            low, high = _crossing_interval(x, resampled, level, confidence)
            measured = first_crossing(x, strength.mean(axis=0), level)
            next_point = int(np.searchsorted(x, measured)) if np.isfinite(measured) else 0
            ends = [
                model.level(level, skill, n_skills, calibration[end]) for end in ("low", "high")
            ]
            each = np.array([first_crossing(x, run, level) for run in strength])
            within = each[np.isfinite(each)]
            predicted = model.level(level, skill, n_skills, calibration["value"])
            rows.append(
                {
                    "experiment": settings["experiment"],
                    "resource": settings["resource"],
                    "skill": skill,
                    "level": level,
                    "predicted": predicted,
                    "predicted_low": min(ends),
                    "predicted_high": max(ends),
                    "measured": measured,
                    "low": low,
                    "high": high,
                    "before": x[next_point - 1] if next_point else np.nan,
                    "after": x[next_point] if next_point else np.nan,
                    "relative_error": _relative_error(predicted, measured),
                    "measured_std": within.std(ddof=1) if len(within) > 1 else np.nan,
                    "runs_reaching": int(np.sum(~np.isnan(each))),
                    "runs": len(strength),
                }
            )
    return pd.DataFrame(rows)


def _crossing_interval(
    x: NDArray, means: NDArray, level: float, confidence: float
) -> NDArray[np.float64]:
    """Percentile interval (2,) of where resampled means (samples, points) first reach `level`.

    Never counts as infinity. An order statistic: interpolation between a number and infinity is
    none.
    """
    crossings = [first_crossing(x, mean, level) for mean in means]
    return np.quantile(
        np.nan_to_num(crossings, nan=np.inf, posinf=np.inf, neginf=-np.inf),
        [0.5 * (1.0 - confidence), 0.5 * (1.0 + confidence)],
        method="inverted_cdf",
    )


def _relative_error(predicted: float, measured: float) -> float:
    return predicted / measured - 1.0 if np.isfinite(measured) else np.nan


def first_crossing(x: NDArray, y: NDArray, level: float) -> float:
    """The x at which y first reaches `level`, interpolated linearly between points.

    x and y have shape (points,), x increasing. NaN if the level is never reached; -infinity if it
    is reached before the first point: order is kept, and no bound is taken for a measurement.
    """
    above = np.flatnonzero(y >= level)
    if not len(above):
        return float("nan")
    i = int(above[0])
    if i == 0:
        return float("-inf")
    return float(x[i - 1] + (level - y[i - 1]) / (y[i] - y[i - 1]) * (x[i] - x[i - 1]))


def _fine_grid(resource: str, x: NDArray) -> NDArray:
    """Points for a smooth line over the measured range: whole numbers of N, else 400 points."""
    low, high = x[x > 0].min(), x.max()
    if resource == "parameters":
        return np.arange(low, high + 1.0)
    return np.geomspace(low, high, 400)
