"""Balanced chains of L layers, c = a^L: dc/dt = L E c^{2-2/L} (S - c)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.integrate import quad
from scipy.optimize import brentq


def time_to(level: float, depth: int, initial: float, target: float = 1.0, variance: float = 1.0):
    """Time t at which c = level·S, from c0 = initial, by quadrature in ln c.

    t = ∫ dc / (L E c^{2-2/L} (S-c)); depth L = 1 is the linear model.
    """
    power = 2.0 - 2.0 / depth - 1.0  # one power of c is that of d ln c

    def slowness(log: float) -> float:
        c = np.exp(log)
        return 1.0 / (c**power * (target - c))

    ends = np.log(initial), np.log(level * target)
    return quad(slowness, *ends, epsabs=0, epsrel=1e-11, limit=200)[0] / (depth * variance)


def relative_width(depth: int, initial: float, target: float = 1.0) -> float:
    """(t90 - t10)/t50: how sharp the rise of a chain is; 0 would be a step."""
    t10, t50, t90 = (time_to(level, depth, initial, target) for level in (0.1, 0.5, 0.9))
    return (t90 - t10) / t50


def curve(depth: int, initial: float, times: np.ndarray, target: float = 1.0) -> np.ndarray:
    """c(t)/S at increasing times, by inverting `time_to`."""
    low, high = initial / target, 1.0 - 1e-9
    end = time_to(high, depth, initial, target)
    return np.array(
        [
            low if t == 0 else high if t >= end
            else brentq(lambda level, t=t: time_to(level, depth, initial, target) - t, low, high)
            for t in times
        ]
    )  # fmt: skip


def depth_table(depths: Sequence[int], initial: float, target: float) -> pd.DataFrame:
    """Columns depth, relative_width."""
    rows = [{"depth": L, "relative_width": relative_width(L, initial, target)} for L in depths]
    return pd.DataFrame(rows)


def depth_curves(
    depths: Sequence[int], initial: float, target: float, points: int
) -> pd.DataFrame:
    """Columns depth, time (over the half-time), relative_strength."""
    parts = []
    for depth in depths:
        half = time_to(0.5, depth, initial, target)
        times = np.linspace(0.0, 2.0, points)
        strength = curve(depth, initial, times * half, target)
        parts.append(pd.DataFrame({"depth": depth, "time": times, "relative_strength": strength}))
    return pd.concat(parts, ignore_index=True)
