"""Laws fitted to the grid of grokking delays."""

from __future__ import annotations

import numpy as np
import pandas as pd


def delay_laws(*, scan: pd.DataFrame) -> pd.DataFrame:
    """Power laws by least squares in logarithms: columns law, exponent, prefactor, error, runs.

    decay: epoch of test accuracy ≥ 0.8 against weight decay, panel a. ratio: delay (test over
    training epoch) against the initial output over the target, all other runs. error: standard
    error of the exponent.
    """
    decay, ratio = scan[scan["kind"] == "decay"], scan[scan["kind"] == "ratio"]
    pairs = {
        "decay": (decay["weight_decay"], decay["test_80"]),
        "ratio": (ratio["output_ratio"], ratio["delay"]),
    }
    return pd.DataFrame([{"law": name, **_power(*pair)} for name, pair in pairs.items()])


def _power(x: pd.Series, y: pd.Series) -> dict[str, float]:
    known = np.isfinite(x) & np.isfinite(y) & (y > 0)
    if known.sum() < 3 or np.ptp(np.log(x[known])) == 0:
        return {"exponent": np.nan, "prefactor": np.nan, "error": np.nan, "runs": int(known.sum())}
    (slope, start), covariance = np.polyfit(np.log(x[known]), np.log(y[known]), 1, cov="unscaled")
    residual = np.log(y[known]) - slope * np.log(x[known]) - start
    variance = np.sum(residual**2) / max(known.sum() - 2, 1)
    return {
        "exponent": slope,
        "prefactor": float(np.exp(start)),
        "error": float(np.sqrt(covariance[0, 0] * variance)),
        "runs": int(known.sum()),
    }
