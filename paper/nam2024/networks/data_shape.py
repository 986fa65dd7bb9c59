"""The shape of the data curve at n_s = 1: Eq. 17 beside a logistic curve in ln D."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import least_squares
from scipy.special import expit

from emergence.analysis.aggregation import run_matrix
from emergence.analysis.fitting import left_out_means
from emergence.analysis.intervals import jackknife_interval
from emergence.theory.extended_models import extended_data_skill_fraction

EQUATION, LOGISTIC = "Eq. 17", "logistic in ln D"
_WIDTH = 0.2  # where the search for the logistic's width starts


def data_shape(
    settings: Mapping[str, Any],
    runs: pd.DataFrame,
    calibration: Mapping[str, Any],
    confidence: float,
) -> pd.DataFrame:
    """Standard error of both curves' fits to the mean R/S over runs, and Eq. 17's less the other's.

    A standard error is √(Σ misfit²/(points - constants)), so that the second constant of the
    logistic 1/(1 + (D/D_half)^(-1/width)) costs something.

    Columns model, samples (D_c, or D_half), width (NaN for Eq. 17), residual, excess, low, high
    (residual less that of the logistic, with its interval), points, runs.
    """
    sizes, strength = run_matrix(runs, settings["resource"], skill=1)
    mean = strength.mean(axis=0)
    equation = _fit(sizes, lambda p: extended_data_skill_fraction(sizes, np.exp(p[0])))
    logistic = _fit(sizes, lambda p: expit((np.log(sizes) - p[0]) / np.exp(p[1])))
    starts = (np.log([calibration["value"]]), np.log([calibration["value"], _WIDTH]))

    def residuals(curve: NDArray) -> NDArray[np.float64]:
        return np.array(
            [fit(curve, start)[1] for fit, start in zip((equation, logistic), starts, strict=True)]
        )

    found = residuals(mean)
    without = [
        np.array([np.subtract(*residuals(curve)) for curve in group])
        for group in left_out_means(settings["resource"], strength)
    ]
    excess = jackknife_interval(float(found[0] - found[1]), without, confidence)
    (critical,), _ = equation(mean, starts[0])
    (half, width), _ = logistic(mean, starts[1])
    rows = [
        (EQUATION, np.exp(critical), np.nan, found[0], *excess),
        (LOGISTIC, np.exp(half), np.exp(width), found[1], 0.0, 0.0, 0.0),
    ]
    columns = ["model", "samples", "width", "residual", "excess", "low", "high"]
    table = pd.DataFrame(rows, columns=columns)
    return table.assign(points=len(sizes), runs=len(strength))


def _fit(
    sizes: NDArray, curve: Callable[[NDArray], NDArray]
) -> Callable[[NDArray, NDArray], tuple[NDArray, float]]:
    """Least squares of a curve: its logarithmic constants and its standard error."""

    def fit(mean: NDArray, start: NDArray) -> tuple[NDArray, float]:
        found = least_squares(lambda p: curve(p) - mean, start)
        freedom = len(sizes) - len(start)
        return found.x, float(np.sqrt(np.sum(found.fun**2) / freedom))

    return fit
