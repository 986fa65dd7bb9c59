"""Kernel distance after training over a grid of settings, all pixels as one batch.

Layers are W1 (h, d), W2 (o, h), the loss ½ mean over samples of |W2W1x - y|², gradient descent.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emergence.theory.layerwise.balanced import balanced_start
from emergence.theory.layerwise.kernel import kernel_change, kernel_distance

Floats = NDArray[np.floating]


def _product(left: Floats, right: Floats) -> Floats:
    """Matrix products with pixels last: (i, k, n) times (k, j, n); small k."""
    total = left[:, 0, None] * right[None, 0]
    for k in range(1, left.shape[1]):
        total += left[:, k, None] * right[None, k]
    return total


def descend_pixels(
    first: Floats, second: Floats, correlation: Floats, rate: float, steps: int
) -> tuple[Floats, Floats]:
    """`balanced.descend` for many small networks, each (n, k, k): arithmetic along the pixels."""
    first, second, target = (np.moveaxis(a, 0, -1).copy() for a in (first, second, correlation))
    for _ in range(steps):
        error = target - _product(second, first)
        error *= rate
        down = _product(second.swapaxes(0, 1), error)
        second += _product(error, first.swapaxes(0, 1))
        first += down
    return np.moveaxis(first, -1, 0), np.moveaxis(second, -1, 0)


def balanced_distances(
    imbalance: Floats,
    product: Floats,
    correlation: Floats,
    rate: float,
    steps: int,
    rng: np.random.Generator,
) -> tuple[Floats, Floats, Floats, Floats]:
    """How far kernels turn and move, and layers grow, in λ-balanced networks on white inputs.

    imbalance: λ (n,). product: initial singular values (n, k). correlation: Σ (n, k, k). Returns,
    (n,) each: D, |K-K0|/|K0|, and |W|²(end)/|W|²(start) of W1 and of W2.
    """  # fmt: skip
    start = balanced_start(imbalance.astype(np.float64), product.astype(np.float64), rng)
    end = descend_pixels(*start, correlation, rate, steps)
    white = np.eye(correlation.shape[-1])  # XXᵀ/P = 1: X may be the identity
    growth = [
        np.sum(after**2, axis=(1, 2)) / np.sum(before**2, axis=(1, 2))
        for before, after in zip(start, end, strict=True)
    ]
    change = kernel_change(start, end, white)
    return kernel_distance(start, end, white), change, growth[0], growth[1]


def mirrored_start(
    first_scale: Floats,
    second_scale: Floats,
    outputs: int,
    inputs: int,
    hidden: int,
    rng: np.random.Generator,
    mirrored: bool = True,
) -> tuple[Floats, Floats]:
    """W1 = w1 [A; A'] and W2 = w2 [B, -B'], A and B normal, the same for all pixels.

    mirrored: A' = A and B' = B, so that W2 W1 = 0; else they are drawn anew. first_scale,
    second_scale: w1, w2 (n,). Returns (n, hidden, inputs), (n, outputs, hidden).
    """  # fmt: skip
    half = hidden // 2
    a, a2 = rng.normal(size=(2, half, inputs))
    b, b2 = rng.normal(size=(2, outputs, half))
    upper, lower = (a, a) if mirrored else (a, a2)
    left, right = (b, b) if mirrored else (b, b2)
    first = first_scale[:, None, None] * np.vstack([upper, lower])
    return first, second_scale[:, None, None] * np.hstack([left, -right])


def mirrored_distances(
    first: Floats, second: Floats, inputs: Floats, targets: Floats, rate: float, steps: int
) -> tuple[Floats, Floats]:
    """Kernel distance, and the residual |f-y|²/|y|², after training on the change of the output.

    The network learns f(x) - f_0(x) = y, where f_0 is its output at the start (0 where W2W1 = 0).
    first (n, h, d), second (n, o, h); inputs X (d, P) with P ≤ d; targets (n, o, P). Only W1 on the
    span of X moves, so it is trained in an orthonormal basis of it; in float32, in torch.
    """
    import torch

    basis, inner = np.linalg.qr(inputs)  # X = Q R
    start = (first @ basis, second)
    goal = targets + second @ first @ inputs

    def tensor(array: Floats) -> torch.Tensor:
        return torch.tensor(np.ascontiguousarray(array), dtype=torch.float32)

    w1, w2, samples = tensor(start[0]), tensor(second), inputs.shape[1]
    correlation = tensor(rate / samples * goal @ inner.T)  # η Y Xᵀ/P in the basis
    covariance = tensor(rate / samples * inner @ inner.T)
    for _ in range(steps):
        pull = correlation - torch.bmm(w2, w1) @ covariance
        change = torch.bmm(pull, w1.mT)
        w1.baddbmm_(w2.mT, pull)
        w2 += change
    end = (w1.numpy().astype(np.float64), w2.numpy().astype(np.float64))
    error = end[1] @ end[0] @ inner - goal
    residual = np.sum(error**2, axis=(1, 2)) / np.sum(targets**2, axis=(1, 2))
    return kernel_distance(start, end, inner), residual
