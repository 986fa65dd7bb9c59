"""Where a curve reaches a level, and how well runs say so."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emergence.analysis.intervals import Interval, geometric_interval, mean_band


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


def run_crossings(x: NDArray, strength: NDArray, level: float) -> NDArray[np.float64]:
    """`first_crossing` of each run's own curve; strength has shape (runs, points)."""
    return np.array([first_crossing(x, run, level) for run in strength])


def crossing_of_runs(x: NDArray, strength: NDArray, level: float, confidence: float) -> Interval:
    """Geometric mean over runs of where each reaches `level`, with its interval.

    A run is followed along x. NaN unless every run crosses the level; where none ever does, all
    that is known is that it lies beyond the last x.
    """
    each = run_crossings(x, strength, level)
    if np.isfinite(each).all():
        return geometric_interval(each, confidence)
    if np.isneginf(each).all():
        return Interval(-np.inf, 0.0, float(x[0]))
    beyond = float(x[-1]) if np.isnan(each).all() else np.nan
    return Interval(np.nan, beyond, np.inf)


def crossing_of_mean(x: NDArray, strength: NDArray, level: float, confidence: float) -> Interval:
    """Where the mean over runs reaches `level`, each x having runs of its own.

    The ends say where a mean that only rises may pass the level: after the last x before its
    interval first holds the level, and by the first x at which its interval lies above. So the gap
    between two x counts, and no interpolation. 0 before the first x, infinite after the last.
    """
    value = first_crossing(x, strength.mean(axis=0), level)
    low, high = mean_band(strength, confidence)
    if np.isnan(high).any():
        return Interval(value, np.nan, np.nan)
    bounds = np.array([0.0, *x, np.inf])
    earliest, latest = (int(np.argmax([*(end >= level), True])) for end in (high, low))
    return Interval(value, float(bounds[earliest]), float(bounds[latest + 1]))
