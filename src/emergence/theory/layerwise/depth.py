"""Balanced chains of L layers, c = a^L: dc/dt = L E c^{2-2/L} (S - c)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.integrate import cumulative_simpson, quad
from scipy.special import expit, logit


def time_to(
    level: float, depth: int, initial: float, target: float = 1.0, variance: float = 1.0
) -> float:
    """Time t at which c = level·S, from c0 = initial; depth L = 1 is the linear model.

    With x = c/S and y = ln(x/(1-x)): t = ∫ x^{2/L-1} dy / (L E S^{2-2/L}), a smooth integrand.
    """
    ends = logit(initial / target), logit(level)
    integral = quad(lambda y: expit(y) ** (2 / depth - 1), *ends, epsabs=0, epsrel=1e-10)[0]
    return integral / (depth * variance * target ** (2 - 2 / depth))


def relative_width(depth: int, initial: float, target: float = 1.0) -> float:
    """(t90 - t10)/t50: how sharp the rise of a chain is; 0 would be a step."""
    t10, t50, t90 = (time_to(level, depth, initial, target) for level in (0.1, 0.5, 0.9))
    return (t90 - t10) / t50


def curve(depth: int, initial: float, times: np.ndarray, target: float = 1.0) -> np.ndarray:
    """c(t)/S at increasing times, by inverting t(y) on a fine grid; to about 1e-6."""
    y = np.linspace(logit(initial / target), 16.0, 4001)
    clock = cumulative_simpson(expit(y) ** (2 / depth - 1), x=y, initial=0)
    return expit(np.interp(times, clock / (depth * target ** (2 - 2 / depth)), y))


def depth_table(depths: Sequence[int], initial: float, target: float) -> pd.DataFrame:
    """Columns depth, relative_width."""
    rows = [{"depth": L, "relative_width": relative_width(L, initial, target)} for L in depths]
    return pd.DataFrame(rows)


def depth_curves(depths: Sequence[int], initial: float, target: float, points: int) -> pd.DataFrame:
    """Columns depth, time (over the half-time), relative_strength."""
    parts = []
    for depth in depths:
        half = time_to(0.5, depth, initial, target)
        times = np.linspace(0.0, 2.0, points)
        strength = curve(depth, initial, times * half, target)
        parts.append(pd.DataFrame({"depth": depth, "time": times, "relative_strength": strength}))
    return pd.concat(parts, ignore_index=True)
