"""Tangent kernels of two-layer linear networks f = W2 W1 x, and how far they turn.

K = I_o ⊗ Xᵀ W1ᵀ W1 X + W2 W2ᵀ ⊗ Xᵀ X is never built: its products need only A = Xᵀ W1ᵀ W1 X,
B = W2 W2ᵀ and G = Xᵀ X. Arrays may have leading axes: networks of an ensemble.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import brentq

Floats = NDArray[np.floating]
FLOOR = 1e-6  # the authors' code plots log10(D + 1e-6)


def kernel_parts(first: Floats, second: Floats, inputs: Floats) -> tuple[Floats, Floats]:
    """A (..., P, P) and B (..., o, o) of W1 (..., h, d), W2 (..., o, h) and X (d, P)."""
    hidden = first @ inputs
    return hidden.swapaxes(-1, -2) @ hidden, second @ second.swapaxes(-1, -2)


def kernel_product(
    one: tuple[Floats, Floats], other: tuple[Floats, Floats], inputs: Floats
) -> Floats:
    """<K, K'>_F = o<A,A'> + tr B' <A,G> + tr B <A',G> + <B,B'><G,G>, shape (...)."""
    gram = inputs.T @ inputs
    (a, b), (c, d) = one, other

    def dot(x: Floats, y: Floats) -> Floats:
        return np.sum(x * y, axis=(-1, -2))

    def trace(x: Floats) -> Floats:
        return np.trace(x, axis1=-2, axis2=-1)

    outputs = b.shape[-1]
    return (
        outputs * dot(a, c) + trace(d) * dot(a, gram) + trace(b) * dot(c, gram)
        + dot(b, d) * dot(gram, gram)
    )  # fmt: skip


def kernel_distance(
    before: tuple[Floats, Floats], after: tuple[Floats, Floats], inputs: Floats
) -> Floats:
    """D = 1 - <K,K'>/(|K||K'|), uncentred, shape (...): 0 where the kernel only changed its size.

    before, after: (W1, W2) of both times, as in `kernel_parts`.
    """
    old, new = kernel_parts(*before, inputs), kernel_parts(*after, inputs)
    norms = kernel_product(old, old, inputs) * kernel_product(new, new, inputs)
    return 1.0 - kernel_product(old, new, inputs) / np.sqrt(norms)


def kernel_change(
    before: tuple[Floats, Floats], after: tuple[Floats, Floats], inputs: Floats
) -> Floats:
    """|K'-K|/|K|, shape (...): unlike `kernel_distance` it sees that the kernel changed its size.

    before, after: (W1, W2) of both times, as in `kernel_parts`.
    """
    old, new = kernel_parts(*before, inputs), kernel_parts(*after, inputs)
    size = kernel_product(old, old, inputs)
    square = kernel_product(new, new, inputs) - 2 * kernel_product(old, new, inputs) + size
    return np.sqrt(np.maximum(square, 0.0) / size)


def final_distance(imbalance: Floats, singular_values: Floats) -> Floats:
    """D after training of a λ-balanced square network (h = d = o) with an isotropic start.

    Inputs are white. With m_k, b_k = (√(λ²+4σ_k²) ∓ λ)/2, the eigenvalues of W1ᵀW1 and W2W2ᵀ at the
    end, the kernel has eigenvalues e = {m_j + b_k} and D = 1 - mean(e)/√mean(e²). Derived here.

    imbalance: λ, shape (...). singular_values: σ of the target over its scale, shape (..., n).
    """
    lam = np.asarray(imbalance, dtype=np.float64)[..., None]
    sigma = np.asarray(singular_values, dtype=np.float64)
    root = np.sqrt(lam**2 + 4 * sigma**2)
    high = (root + np.abs(lam)) / 2
    low = np.divide(sigma**2, high, out=np.zeros_like(root), where=high > 0)
    m, b = np.where(lam > 0, low, high), np.where(lam > 0, high, low)
    e = m[..., :, None] + b[..., None, :]
    mean = e.mean(axis=(-1, -2))
    variance = np.mean((e - mean[..., None, None]) ** 2, axis=(-1, -2))
    spread = variance / mean**2
    return spread / (np.sqrt(1 + spread) * (1 + np.sqrt(1 + spread)))


def plateau_table(spreads: Sequence[float]) -> pd.DataFrame:
    """D of the rich limit λ·scale/σ1 → 0 by ρ = σ2/σ1: columns spread, distance."""
    values = [final_distance(np.array(0.0), np.array([1.0, spread])) for spread in spreads]
    return pd.DataFrame({"spread": list(spreads), "distance": np.array(values, dtype=float)})


def contour_table(spreads: Sequence[float], distances: Sequence[float]) -> pd.DataFrame:
    """z = |λ|·scale/σ1 at which D falls to each distance: columns spread, distance, imbalance.

    A distance above the plateau of its ρ is never reached and has an empty imbalance.
    """
    rows = []
    for spread in spreads:
        sigma = np.array([1.0, spread])

        def excess(log: float, distance: float, sigma: Floats = sigma) -> float:
            return float(np.log(final_distance(np.exp(log), sigma) / distance))

        for distance in distances:
            below = final_distance(np.array(0.0), sigma) < distance
            z = np.nan if below else np.exp(brentq(excess, -12, 8, args=(distance,), xtol=1e-13))
            rows.append({"spread": spread, "distance": distance, "imbalance": z})
    return pd.DataFrame(rows)
