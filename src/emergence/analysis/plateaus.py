"""Plateaus: how long a skill stands still before it is learned after all."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def longest_plateau(
    steps: ArrayLike, strength: ArrayLike, tolerance: float, rise: float
) -> tuple[float, float]:
    """The longest stretch in which R_k/S stands still although a rise follows.

    steps: (points,), increasing. strength: R_k/S of one run, (points,). A stretch stands still if
    R_k/S stays within a band of width `tolerance`, for as long as it does; a rise follows if R_k/S
    later exceeds the band by more than `rise`.

    Returns its number of steps (0 where there is none) and the rise that follows, at most.
    Raises ValueError for arrays of different lengths, or unless 0 < tolerance < rise.
    """
    x, y = np.asarray(steps, dtype=np.float64), np.asarray(strength, dtype=np.float64)
    if x.shape != y.shape or x.ndim != 1:
        raise ValueError(f"steps and strength must be vectors alike, got {x.shape} and {y.shape}")
    if not 0 < tolerance < rise:
        raise ValueError(f"needed is 0 < tolerance < rise, got {tolerance!r} and {rise!r}")
    highest_later = np.maximum.accumulate(y[::-1])[::-1]
    longest, follows = 0.0, 0.0
    for start in range(len(x)):
        end = start + _band_length(y[start:], tolerance) - 1
        later = highest_later[end + 1] - y[start : end + 1].max() if end + 1 < len(y) else -np.inf
        if later > rise and x[end] - x[start] > longest:
            longest, follows = float(x[end] - x[start]), float(later)
    return longest, follows


def _band_length(y: NDArray[np.float64], tolerance: float) -> int:
    """How many points from the first on stay within a band of width `tolerance`."""
    width = np.maximum.accumulate(y) - np.minimum.accumulate(y)
    outside = width > tolerance
    return int(outside.argmax()) if outside.any() else len(y)
