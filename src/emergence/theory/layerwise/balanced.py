"""λ-balanced two-layer linear networks, W2ᵀW2 - W1W1ᵀ = λ I: start and exact gradient flow.

Inputs are white, Σ = Y Xᵀ/P. Formulas after Fukumizu (1998) and Dominé et al. (2025); checked
against gradient descent here.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def orthogonal(size: int, count: int, rng: np.random.Generator) -> Floats:
    """Haar-random orthogonal matrices, shape (count, size, size)."""
    q, r = np.linalg.qr(rng.normal(size=(count, size, size)))
    return q * np.sign(np.einsum("nii->ni", r))[:, None, :]


def layer_values(imbalance: Floats, product: Floats) -> tuple[Floats, Floats]:
    """Singular values s1, s2 of both layers with s1 s2 = p and s2² - s1² = λ.

    imbalance: λ (...). product: p > 0 (..., n). Returns two arrays (..., n).
    """
    lam = np.asarray(imbalance, dtype=np.float64)[..., None]
    root = np.sqrt(lam**2 + 4 * np.asarray(product) ** 2)
    big = np.sqrt((root + np.abs(lam)) / 2)
    small = product / big
    return np.where(lam > 0, small, big), np.where(lam > 0, big, small)


def balanced_start(
    imbalance: Floats, product: Floats, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """W1 = R s1 Vᵀ and W2 = U s2 Rᵀ with Haar-random R, U, V; each (n, k, k).

    imbalance: λ (n,). product: singular values p of W2 W1, (n, k).
    """
    count, size = np.shape(product)
    left, middle, right = (orthogonal(size, count, rng) for _ in range(3))
    s1, s2 = layer_values(imbalance, product)
    first = (middle * s1[:, None, :]) @ right.swapaxes(1, 2)
    return first, (left * s2[:, None, :]) @ middle.swapaxes(1, 2)


def exact_flow(
    first: Floats, second: Floats, correlation: Floats, time: float, step: float = 0.5
) -> tuple[Floats, Floats]:
    """(W1ᵀW1, W2W2ᵀ) of the gradient flow at a time, in steps of the Riccati solution.

    With Q = [W1ᵀ; W2] and F = [[-λ/2 I, Σᵀ], [Σ, λ/2 I]], dQ/dt = F Q - ½ Q QᵀQ, which moves QQᵀ by
    τ as QQᵀ → E Q [I + Qᵀ (∫₀^τ e^{2Fs} ds) Q]⁻¹ Qᵀ E with E = e^{Fτ}. One long step is singular in
    double precision, so several of at most `step` are taken.

    first: W1 (h, d); second: W2 (o, h); correlation: Σ (o, d). λ is taken from the weights. Raises
    ValueError unless they are λ-balanced.
    """
    outputs, hidden = second.shape
    difference = second.T @ second - first @ first.T
    lam = np.trace(difference) / hidden
    if not np.allclose(difference, lam * np.eye(hidden), atol=1e-8 * max(1.0, abs(lam))):
        raise ValueError("the layers are not balanced: W2ᵀW2 - W1W1ᵀ is no multiple of 1")
    inputs = first.shape[1]
    generator = np.block(
        [[-lam / 2 * np.eye(inputs), correlation.T], [correlation, lam / 2 * np.eye(outputs)]]
    )
    steps = max(1, int(np.ceil(time / step)))
    tau = time / steps
    values, vectors = np.linalg.eigh(generator)
    grow = (vectors * np.exp(values * tau)) @ vectors.T
    flat = np.abs(values) < 1e-12
    safe = np.where(flat, 1.0, values)
    integral = np.where(flat, tau, np.expm1(2 * safe * tau) / (2 * safe))
    total = (vectors * integral) @ vectors.T
    q = np.vstack([first.T, second])
    for _ in range(steps):
        inner = np.eye(hidden) + q.T @ total @ q
        # any square root of the inverse keeps QQᵀ
        q = np.linalg.solve(np.linalg.cholesky(inner), (grow @ q).T).T
    square = q @ q.T
    return square[:inputs, :inputs], square[inputs:, inputs:]


def descend(
    first: Floats, second: Floats, correlation: Floats, rate: float, steps: int
) -> tuple[Floats, Floats]:
    """Gradient descent of ½|W2W1 - Σ|² (white inputs) of W1 (..., h, d) and W2 (..., o, h)."""
    for _ in range(steps):
        error = rate * (correlation - second @ first)
        first, second = (
            first + second.swapaxes(-1, -2) @ error,
            second + error @ first.swapaxes(-1, -2),
        )
    return first, second


def final_values(imbalance: Floats, singular_values: Floats) -> tuple[Floats, Floats]:
    """Eigenvalues m_k of W1ᵀW1 and b_k of W2W2ᵀ at the end: (√(λ²+4σ_k²) ∓ λ)/2."""
    lam = np.asarray(imbalance, dtype=np.float64)[..., None]
    root = np.sqrt(lam**2 + 4 * np.asarray(singular_values) ** 2)
    return (root - lam) / 2, (root + lam) / 2
