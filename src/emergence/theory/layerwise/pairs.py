"""One mode of a two-layer linear model: f = a b x with target S x and E[x²] = E, gradient flow.

    da/dt = -b E (a b - S),   db/dt = -a E (a b - S);   C = a² - b² is conserved.

Derived here from the model; for C = 0 it is the logistic curve of Saxe et al. (2014).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def flow(
    times: ArrayLike, a0: float, b0: float, target: float, variance: float = 1.0
) -> tuple[Floats, Floats]:
    """a(t) and b(t) of the flow from any start, each of the shape of `times`.

    With A = (a0+b0)²/2, B = (a0-b0)²/2, r = √(S²+AB), γ± = (S±r)/A,
    q = (1-γ+)/(1-γ-) e^{-2Ert} and u = (γ+ - γ- q)/(1-q):
    a+b = (a0+b0) √u,   a-b = (a0-b0)/√u.

    times: t ≥ 0, any shape. target: S. variance: E > 0. Raises ValueError for a0 = -b0, from where
    the flow ends in the saddle at 0, which this form does not reach.
    """
    if a0 + b0 == 0.0:
        raise ValueError("a0 + b0 must not be 0")
    plus, minus = a0 + b0, a0 - b0
    size, difference = plus**2 / 2.0, minus**2 / 2.0
    root = math.sqrt(target**2 + size * difference)
    # the smaller root by the product of both, -B/A: no cancellation
    high = (target + root) / size if target >= 0 else difference / (root - target)
    low = -difference / (size * high) if high > 0 else 2.0 * target / size
    decay = np.exp(-2.0 * variance * root * np.asarray(times, dtype=np.float64))
    q = (1.0 - high) / (1.0 - low) * decay
    growth = np.sqrt((high - low * q) / (1.0 - q))
    return (plus * growth + minus / growth) / 2.0, (plus * growth - minus / growth) / 2.0


def sigmoid(
    times: ArrayLike, initial: ArrayLike, target: ArrayLike, variance: ArrayLike = 1.0
) -> Floats:
    """(a b)/S of a balanced start, a = b: 1/(1 + (S/s0 - 1) e^{-2SEt}) with s0 = a(0) b(0)."""
    times, initial, target, variance = np.broadcast_arrays(times, initial, target, variance)
    return 1.0 / (1.0 + (target / initial - 1.0) * np.exp(-2.0 * target * variance * times))


def exponential(times: ArrayLike, variance: ArrayLike = 1.0) -> Floats:
    """θ/S of the linear model without hidden layer, from 0: 1 - e^{-Et}."""
    return -np.expm1(-np.asarray(variance) * np.asarray(times, dtype=np.float64))


def level_time(level: float, initial: float, target: float, variance: float = 1.0) -> float:
    """When the sigmoid reaches a level: (ln(S/s0 - 1) + ln(level/(1-level)))/(2SE)."""
    start = math.log(target / initial - 1.0)
    return (start + math.log(level / (1.0 - level))) / (2.0 * target * variance)


def linear_level_time(level: float, variance: float = 1.0) -> float:
    """When the exponential of the linear model reaches a level: -ln(1-level)/E."""
    return -math.log1p(-level) / variance


def separating_ratio(relative_initial: float) -> float:
    """Ratio of S E of two modes above which one ends (90 %) before the next begins (10 %).

    (L + ln 9)/(L - ln 9) with L = ln(S/s0 - 1), the start s0/S being the same for both. Raises
    ValueError where L ≤ ln 9: such modes always overlap.
    """
    start, nine = math.log(1.0 / relative_initial - 1.0), math.log(9.0)
    if start <= nine:
        raise ValueError(f"relative_initial must be below 0.1, got {relative_initial}")
    return (start + nine) / (start - nine)
