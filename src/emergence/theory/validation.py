"""Checks of arguments that the formulas share: clear errors instead of NaN.

Each returns the value as float64 if every entry fits, else raises ValueError with the name.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray


def _checked(
    name: str, value: ArrayLike, fits: Callable[[NDArray], NDArray], requirement: str
) -> NDArray[np.float64]:
    array = np.asarray(value, dtype=np.float64)
    if not np.all(fits(array)):
        raise ValueError(f"{name} must {requirement}, got {value!r}")
    return array


def positive(name: str, value: ArrayLike) -> NDArray[np.float64]:
    """Positive and finite."""
    return _checked(name, value, lambda x: np.isfinite(x) & (x > 0), "be positive and finite")


def non_negative(name: str, value: ArrayLike) -> NDArray[np.float64]:
    """At least zero, infinity allowed."""
    return _checked(name, value, lambda x: x >= 0, "not be negative or NaN")


def fraction(name: str, value: ArrayLike) -> NDArray[np.float64]:
    """In [0, 1]."""
    return _checked(name, value, lambda x: (x >= 0) & (x <= 1), "lie in [0, 1]")


def open_fraction(name: str, value: ArrayLike) -> NDArray[np.float64]:
    """In (0, 1)."""
    return _checked(name, value, lambda x: (x > 0) & (x < 1), "lie strictly between 0 and 1")


def count(name: str, value: ArrayLike, least: int = 1) -> NDArray[np.float64]:
    """Whole or infinite, and at least `least`."""
    return _checked(
        name,
        value,
        lambda x: (x >= least) & (x == np.floor(x)),
        f"be a whole number of at least {least}",
    )


def initial_ratio(initial_strength: ArrayLike, target_scale: ArrayLike) -> NDArray[np.float64]:
    """S/r - 1 if S and r are positive and r < S."""
    scale = positive("target_scale", target_scale)
    strength = positive("initial_strength", initial_strength)
    if not np.all(strength < scale):
        raise ValueError(
            f"initial_strength must be below target_scale, got {initial_strength!r} "
            f"and {target_scale!r}"
        )
    return (scale - strength) / strength
