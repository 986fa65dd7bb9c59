"""The shape of a skill's rise: sigmoid (multilinear model) against exponential (linear model)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import least_squares, minimize_scalar
from scipy.special import expit

from emergence.analysis.aggregation import run_matrix
from emergence.analysis.fitting import first_crossing

_CURVE_POINTS = 200
_SHOWN_WIDTHS = 8.0  # half of the window around a midpoint that Fig. 12 enlarges, in widths


class Rises(NamedTuple):
    """Fits of every rise, and the curves of Fig. 12.

    fits: columns experiment, run, skill, midpoint, width (steps), sigmoid_residual,
    exponential_residual (root mean square), points.
    curves: columns skill, run, kind ("measured" or "sigmoid"), time, strength (R_k/S).
    """

    fits: pd.DataFrame
    curves: pd.DataFrame


def fit_rises(settings: Mapping[str, Any], runs: pd.DataFrame, levels: Sequence[float]) -> Rises:
    """Fit the rises that pass the highest of `levels` of R_k/S, each run and skill.

    The points up to twice the time of that level are used.

    The sigmoid R_k/S = 1/(1 + exp(-(T - midpoint)/width)) is Eq. 11 with (S/r - 1) = e^(midpoint /
    width); the exponential R_k/S = 1 - exp(-T/time) is the linear model's (Eq. 125). Both start
    at T = 0 and saturate at 1; least squares on the same points.
    """
    fits, curves = [], []
    run_numbers = sorted(runs["run"].unique())
    for skill in range(1, settings["task"]["n_skills"] + 1):
        steps, strength = run_matrix(runs, "time", skill=skill)
        for run, curve in zip(run_numbers, strength, strict=True):
            saturated = first_crossing(steps, curve, max(levels))
            if np.isnan(saturated):
                continue
            kept = steps <= 2.0 * saturated
            x, y = steps[kept], curve[kept]
            midpoint, width = fit_sigmoid(x, y)
            residual = _rms(expit((x - midpoint) / width) - y)
            fits.append(
                (run, skill, midpoint, width, residual, _exponential_residual(x, y), len(x))
            )
            curves += _curves(skill, run, steps, curve, midpoint, width)
    columns = ["run", "skill", "midpoint", "width", "sigmoid_residual", "exponential_residual"]
    table = pd.DataFrame(fits, columns=[*columns, "points"])
    table.insert(0, "experiment", settings["experiment"])
    shown = pd.DataFrame(curves, columns=["skill", "run", "kind", "time", "strength"])
    return Rises(table, shown)


def fit_sigmoid(time: NDArray, strength: NDArray) -> tuple[float, float]:
    """Midpoint and width of least squares of 1/(1 + exp(-(T - midpoint)/width)), widths positive.

    time and strength have shape (points,). The search starts at the crossing of one half, where
    the strength must be reached.
    """
    half = first_crossing(time, strength, 0.5)
    rise = first_crossing(time, strength, 0.75) - first_crossing(time, strength, 0.25)
    width = max(rise / (2.0 * np.log(3.0)), 1e-3 * half) if np.isfinite(rise) else 0.1 * half
    found = least_squares(
        lambda p: expit((time - p[0] * half) / (np.exp(p[1]) * half)) - strength,
        x0=[1.0, np.log(width / half)],
    )
    return float(found.x[0] * half), float(np.exp(found.x[1]) * half)


def _exponential_residual(time: NDArray, strength: NDArray) -> float:
    """Root mean square misfit of the best 1 - exp(-T/τ)."""

    def misfit(log_scale: float) -> float:
        return _rms(-np.expm1(-time / np.exp(log_scale)) - strength)

    bounds = (np.log(time[1]) - 5.0, np.log(time[-1]) + 5.0)
    return float(minimize_scalar(misfit, bounds=bounds, method="bounded").fun)


def _rms(values: NDArray) -> float:
    return float(np.sqrt(np.mean(values**2)))


def _curves(
    skill: int, run: int, steps: NDArray, curve: NDArray, midpoint: float, width: float
) -> list[tuple[int, int, str, float, float]]:
    """The measured points around the midpoint and the fitted sigmoid there."""
    low, high = max(0.0, midpoint - _SHOWN_WIDTHS * width), midpoint + _SHOWN_WIDTHS * width
    fine = np.linspace(low, min(high, steps[-1]), _CURVE_POINTS)
    shown = (steps >= low) & (steps <= high)
    measured = zip(steps[shown], curve[shown], strict=True)
    sigmoid = zip(fine, expit((fine - midpoint) / width), strict=True)
    return [
        (skill, run, kind, float(t), float(r))
        for kind, points in (("measured", measured), ("sigmoid", sigmoid))
        for t, r in points
    ]
