"""Calibration constants B², D_c, N_c: least squares on n_s = 1 runs, with intervals.

The extended models (Eqs. 14, 17, 21) have one constant each. It is fitted to the mean curve of the
runs with a single skill; curves for more skills are then predictions with nothing left to fit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from emergence.analysis.aggregation import run_matrix
from emergence.analysis.intervals import exponential, jackknife_interval
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
    confidence: float,
    initial_strength_divisor: float,
) -> dict[str, Any]:
    """Fit the constant of the experiment's `extended_model` to runs with one skill.

    Returns constant, symbol, value, low, high (Student's t of the logarithm with the jackknife's
    variance over runs, which are independent at every x except along a run's own time), confidence,
    residual (root mean square of the mean curve's misfit), runs, points.

    Raises ValueError if the runs have more than one skill, or if the fit ends on a bound.

    Examples
    --------
    >>> task = {"n_skills": 1, "data_exponent": 0.6}
    >>> settings = {"experiment": "one", "resource": "data", "task": task}
    >>> runs = pd.DataFrame({"experiment": "one", "run": [0, 0, 0, 1, 1, 1], "step": 8000})
    >>> runs["skill"], runs["value"] = 1, [200, 400, 600] * 2
    >>> runs["strength"] = extended_data_skill_fraction(runs["value"], 700)
    >>> round(calibrate(settings, runs, 0.95, 3.6)["value"], 1)
    700.0
    """
    if settings["task"]["n_skills"] != 1:
        raise ValueError("calibration needs runs with one skill")
    model = extended_model(settings, initial_strength_divisor)
    x, strength = run_matrix(runs, settings["resource"], skill=1)

    fit = _least_squares(lambda c: model.fraction(x, 1, 1, c), model.bounds)
    mean = strength.mean(axis=0)
    without = [
        np.log([fit(curve) for curve in group])
        for group in left_out_means(settings["resource"], strength)
    ]
    logarithm = jackknife_interval(float(np.log(fit(mean))), without, confidence)
    value, low, high = exponential(logarithm)
    return {
        "constant": model.constant,
        "symbol": model.symbol,
        "experiment": settings["experiment"],
        "value": value,
        "low": low,
        "high": high,
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


def left_out_means(resource: str, strength: NDArray) -> list[NDArray]:
    """Mean curves without one run each, shape (runs, points), by group of independent runs.

    strength: shape (runs, points). A run's times belong together; other runs are independent at
    every x, so that only the mean there changes. Empty groups for one run.
    """
    n_runs, n_points = strength.shape
    if n_runs < 2:
        return [np.empty((0, n_points))]
    mean = strength.mean(axis=0)
    without = (n_runs * mean - strength) / (n_runs - 1)
    if resource == "time":
        return [without]
    changed = np.eye(n_points, dtype=bool)
    return [np.where(point, without, mean) for point in changed]
