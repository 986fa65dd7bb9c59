"""Checks of arguments shared by the closed forms: clear errors instead of NaN."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def positive(name: str, value: ArrayLike) -> NDArray[np.float64]:
    """`value` as float64 if every entry is positive and finite, else ValueError naming `name`."""
    array = np.asarray(value, dtype=np.float64)
    if not np.all(np.isfinite(array) & (array > 0)):
        raise ValueError(f"{name} must be positive and finite, got {value!r}")
    return array


def non_negative(name: str, value: ArrayLike) -> NDArray[np.float64]:
    """`value` as float64 if every entry is ≥ 0 (infinity allowed), else ValueError."""
    array = np.asarray(value, dtype=np.float64)
    if not np.all(array >= 0):
        raise ValueError(f"{name} must not be negative or NaN, got {value!r}")
    return array


def frequency(name: str, value: ArrayLike) -> NDArray[np.float64]:
    """`value` as float64 if every entry lies in [0, 1], else ValueError."""
    array = np.asarray(value, dtype=np.float64)
    if not np.all((array >= 0) & (array <= 1)):
        raise ValueError(f"{name} must lie in [0, 1], got {value!r}")
    return array


def open_fraction(name: str, value: ArrayLike) -> NDArray[np.float64]:
    """`value` as float64 if every entry lies in (0, 1), else ValueError."""
    array = np.asarray(value, dtype=np.float64)
    if not np.all((array > 0) & (array < 1)):
        raise ValueError(f"{name} must lie strictly between 0 and 1, got {value!r}")
    return array


def count(name: str, value: ArrayLike, least: int = 1) -> NDArray[np.float64]:
    """`value` as float64 if every entry is whole or infinite and ≥ `least`, else ValueError."""
    array = np.asarray(value, dtype=np.float64)
    if not np.all((array >= least) & (array == np.floor(array))):
        raise ValueError(f"{name} must be a whole number of at least {least}, got {value!r}")
    return array


def initial_ratio(initial_strength: ArrayLike, target_scale: ArrayLike) -> NDArray[np.float64]:
    """S/r - 1 if S and r are positive and r < S, else ValueError."""
    scale = positive("target_scale", target_scale)
    strength = positive("initial_strength", initial_strength)
    if not np.all(strength < scale):
        raise ValueError(
            f"initial_strength must be below target_scale, got {initial_strength!r} "
            f"and {target_scale!r}"
        )
    return (scale - strength) / strength
