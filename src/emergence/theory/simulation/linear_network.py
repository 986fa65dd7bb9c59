"""A two-layer linear network y = W2 W1 x under gradient descent (App. on linear networks, Eq. 25).

Inputs are white, <x xᵀ> = 1, and Σ = <y xᵀ> = U diag(λ) Vᵀ; with L = ½<|y - W2 W1 x|²>,
    W1 ← W1 + η W2ᵀ (Σ - W2 W1),   W2 ← W2 + η (Σ - W2 W1) W1ᵀ.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from emergence.randomness import Stream
from emergence.theory.simulation.bases import random_orthonormal_basis
from emergence.theory.simulation.integration import Schedule, descend


@dataclass(frozen=True)
class LinearNetwork:
    """Dense matrices of one problem and its start.

    Attributes
    ----------
    correlation: Σ, shape (outputs, inputs).
    first: W1, shape (hidden, inputs).
    second: W2, shape (outputs, hidden).
    """

    correlation: NDArray[np.float64]
    first: NDArray[np.float64]
    second: NDArray[np.float64]


def aligned_network(
    mode_strengths: ArrayLike, initial_strength: float, size: int, stream: Stream
) -> LinearNetwork:
    """A network whose start is balanced and aligned with Σ: the assumption behind Eq. 25.

    Σ = U diag(λ) Vᵀ with Haar-random U, V of `size` rows; W1 = sqrt(s) Q Vᵀ and W2 = sqrt(s) U Qᵀ
    with Haar-random Q, so that every mode starts at strength s.
    """
    values = np.asarray(mode_strengths, dtype=np.float64)
    left, right, hidden = (
        random_orthonormal_basis(size, len(values), stream, draw) / np.sqrt(size)
        for draw in range(3)
    )
    scale = np.sqrt(initial_strength)
    return LinearNetwork(left * values @ right.T, scale * hidden @ right.T, scale * left @ hidden.T)


def train_linear_network(
    network: LinearNetwork, learning_rate: float, schedule: Schedule
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Gradient descent; mode strengths u_iᵀ W2 W1 v_i with u_i, v_i from the SVD of Σ.

    Returns
    -------
    times, shape (n_times,), and strengths, shape (n_times, rank of Σ), largest λ first.
    """
    left, values, right = np.linalg.svd(network.correlation)
    rank = int(np.sum(values > values[0] * 1e-10))
    left, right = left[:, :rank], right[:rank].T
    step_size = learning_rate / schedule.steps_per_time

    def step(layers: tuple[NDArray, NDArray]) -> tuple[NDArray, NDArray]:
        first, second = layers
        residual = network.correlation - second @ first
        return (first + step_size * second.T @ residual, second + step_size * residual @ first.T)

    times, recorded = descend(step, (network.first, network.second), schedule)
    strengths = [
        np.einsum("oi,oh,hx,xi->i", left, second, first, right, optimize=True)
        for first, second in recorded
    ]
    return times, np.stack(strengths)
