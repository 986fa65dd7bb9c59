"""The best of several curves that were measured at points of their own."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray


def least_at(x: NDArray, curves: Iterable[tuple[NDArray, NDArray]]) -> NDArray[np.float64]:
    """Least y at each x over curves of positive points (x, y), linear in ln y against ln x.

    x of a curve increases; a curve counts only between its first and its last point. NaN where none
    does.

    Examples
    --------
    >>> falling, flat = ([1.0, 100.0], [1.0, 0.01]), ([1.0, 100.0], [0.1, 0.1])
    >>> least_at(np.array([1.0, 50.0, 200.0]), [falling, flat]).round(3)
    array([0.1 , 0.02,  nan])
    """
    least = np.full(len(x), np.nan)
    for points, y in curves:
        log_y = np.interp(np.log(x), np.log(points), np.log(y), left=np.nan, right=np.nan)
        least = np.fmin(least, np.exp(log_y))
    return least
