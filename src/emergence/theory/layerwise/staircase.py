"""Two-layer linear networks from small random weights: modes are learned one after another.

f = xᵀ W1 W2 with W1 (d, h), W2 (h, c), white inputs and target T = U diag(σ) Vᵀ (d, c).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emergence.theory.layerwise.pairs import level_time

Floats = NDArray[np.float64]


def mode_seeds(first: Floats, second: Floats, left: Floats, right: Floats) -> Floats:
    """s0 of each mode: |(u_kᵀW1 + (W2 v_k)ᵀ)/2|², what replaces a(0) b(0). Derived here.

    Of both combinations W1ᵀu ± W2v the sum grows and the difference decays. left: U (d, k), right:
    V (c, k). Returns (k,).
    """
    return np.sum(((left.T @ first + (second @ right).T) / 2) ** 2, axis=1)


def half_times(
    first: Floats, second: Floats, values: Floats, rate: float, steps: int
) -> tuple[Floats, Floats, Floats, Floats]:
    """Measured and predicted half-times of modes under gradient descent, W1 at the end, the losses.

    The target is diagonal in the first coordinates: T = diag(σ). values: σ (c,), decreasing. Times
    in units of the flow (steps times rate), linear between steps; NaN for a mode that never does.
    Losses |T - W1W2|²/|T|² are those before each step and at the end (steps + 1,).
    """
    inputs, classes = first.shape[0], len(values)
    target = np.zeros((inputs, classes))
    target[range(classes), range(classes)] = values
    seeds = mode_seeds(first, second, np.eye(inputs)[:, :classes], np.eye(classes))
    strengths, losses = np.empty((steps + 1, classes)), np.empty(steps + 1)
    for step in range(steps + 1):
        product = first @ second
        strengths[step] = np.diagonal(product)
        losses[step] = np.sum((target - product) ** 2)
        error = rate * (target - product)
        first, second = first + error @ second.T, second + first.T @ error
    measured = np.full(classes, np.nan)
    for k, value in enumerate(values):
        above = np.flatnonzero(strengths[:, k] >= value / 2)
        if len(above) and above[0] > 0:
            step = above[0]
            low, high = strengths[step - 1 : step + 1, k]
            measured[k] = rate * (step - 1 + (value / 2 - low) / (high - low))
    predicted = [level_time(0.5, s, v) for s, v in zip(seeds, values, strict=True)]
    return measured, np.array(predicted), first, losses / np.sum(target**2)
