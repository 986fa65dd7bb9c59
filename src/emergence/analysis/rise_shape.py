"""The shape of a skill's rise: sigmoid (multilinear model) against a delayed exponential."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import least_squares, minimize_scalar
from scipy.special import expit

from emergence.analysis.aggregation import run_matrix
from emergence.analysis.crossings import first_crossing

_CURVE_POINTS = 200
_DELAYS = 40  # tried before the best one is refined
_SYMMETRIC_LEVELS = (0.05, 0.5, 0.95)
_SHOWN_WIDTHS = 8.0  # half of the window around a midpoint that Fig. 12 enlarges, in widths


class Rises(NamedTuple):
    """Fits of every rise, and the curves of Fig. 12.

    fits: columns experiment, run, skill, midpoint, width (steps), sigmoid_residual,
    exponential_residual (root mean square), points, asymmetry (time from R_k/S = 0.5 to 0.95 over
    that from 0.05 to 0.5: 1 for a sigmoid, 3.6 for an exponential; NaN without 0.95).
    curves: columns skill, run, kind ("measured" or "sigmoid"), time, strength (R_k/S).
    """

    fits: pd.DataFrame
    curves: pd.DataFrame


def fit_rises(settings: Mapping[str, Any], runs: pd.DataFrame, levels: Sequence[float]) -> Rises:
    """Fit the rises that pass the highest of `levels` of R_k/S, each run and skill.

    The points up to twice the time of that level are used.

    The sigmoid R_k/S = 1/(1 + exp(-(T - midpoint)/width)) is Eq. 11 with (S/r - 1) = e^(midpoint /
    width); the exponential R_k/S = 1 - exp(-(T - delay)/time), 0 before the delay, is the linear
    model's (Eq. 125) for a skill that starts late. Both have two parameters and saturate at 1;
    least squares on the same points.
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
            other = exponential_residual(x, y)
            fits.append(
                (run, skill, midpoint, width, residual, other, len(x), asymmetry(steps, curve))
            )
            curves += _curves(skill, run, steps, curve, midpoint, width)
    columns = ["run", "skill", "midpoint", "width", "sigmoid_residual", "exponential_residual"]
    table = pd.DataFrame(fits, columns=[*columns, "points", "asymmetry"])
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


def exponential_residual(time: NDArray, strength: NDArray) -> float:
    """Root mean square misfit of the best 1 - exp(-(T - delay)/τ), 0 before the delay.

    time and strength have shape (points,). The delay is sought up to the crossing of one half,
    where the strength must be reached.
    """
    scales = (np.log(time[1]) - 5.0, np.log(time[-1]) + 5.0)

    def misfit(delay: float) -> float:
        late = np.maximum(time - delay, 0.0)
        found = minimize_scalar(
            lambda log_scale: _rms(-np.expm1(-late / np.exp(log_scale)) - strength),
            bounds=scales,
            method="bounded",
        )
        return float(found.fun)

    delays = np.linspace(0.0, first_crossing(time, strength, 0.5), _DELAYS)
    on_grid = [misfit(delay) for delay in delays]
    best = int(np.argmin(on_grid))
    around = (delays[max(best - 1, 0)], delays[min(best + 1, _DELAYS - 1)])
    return min(on_grid[best], float(minimize_scalar(misfit, bounds=around, method="bounded").fun))


def asymmetry(time: NDArray, strength: NDArray) -> float:
    """Time from R_k/S = 0.5 to 0.95 over that from 0.05 to 0.5; NaN where one is not crossed."""
    crossings = [first_crossing(time, strength, level) for level in _SYMMETRIC_LEVELS]
    if not np.isfinite(crossings).all():
        return np.nan
    early, half, late = crossings
    return (late - half) / (half - early)


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
