"""The multilinear model f = Σ_k a_k b_k g_k under gradient flow and gradient descent (Sec. 3).

Both trainers see the data only through the *residual correlation* c_k(R) = <(f* - f) g_k>, a
function of the skill strengths R_k = a_k b_k. With L = ½<(f* - f)²> the gradient flow is
    da_k/dT = η c_k b_k,   db_k/dT = η c_k a_k.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from emergence.randomness import Stream
from emergence.tasks.sparse_parity.problem import (
    SparseParity,
    draw_batch,
    draw_sparse_bits,
    skill_functions,
    sparse_masks,
)
from emergence.theory.simulation.integration import integrate_flow

ResidualCorrelation = Callable[[NDArray[np.float64]], NDArray[np.float64]]


@dataclass(frozen=True)
class Trajectory:
    """Parameters of the multilinear model along training.

    times: shape (n_times,), in units of one step at learning rate η.
    first_layer, second_layer: a_k and b_k, each of shape (n_times, n_skills).
    """

    times: NDArray[np.float64]
    first_layer: NDArray[np.float64]
    second_layer: NDArray[np.float64]

    @property
    def strengths(self) -> NDArray[np.float64]:
        """Skill strengths R_k = a_k b_k, shape (n_times, n_skills)."""
        return self.first_layer * self.second_layer

    @property
    def conserved(self) -> NDArray[np.float64]:
        """a_k² - b_k², constant under gradient flow (Lemma 3), shape (n_times, n_skills)."""
        return self.first_layer**2 - self.second_layer**2


def population_correlation(frequencies: ArrayLike, target_scale: float) -> ResidualCorrelation:
    """c_k(R) = p_k (S - R_k), with p_k = P_s(k) for D → ∞ or the observed share d_k/D (Lemma 1).

    frequencies: shape (n_skills,), non-negative.
    """
    weights = np.asarray(frequencies, dtype=np.float64)
    return lambda strengths: weights * (target_scale - strengths)


def sample_correlation(
    features: NDArray[np.float64], targets: NDArray[np.float64]
) -> ResidualCorrelation:
    """c_k(R) = (1/D) Σ_j (f*_j - Σ_l R_l φ_jl) φ_jk over D observed points.

    features: φ, shape (D, n_skills); targets: f*, shape (D,).
    """
    return lambda strengths: features.T @ (targets - features @ strengths) / len(targets)


def sample_points(
    task: SparseParity, dataset_size: int, stream: Stream
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """D points of the multitask sparse parity problem, seen through the skill functions.

    Returns features g_k(i, x), shape (D, n_skills), and targets S Σ_k g_k (Eq. 4), shape (D,).
    """
    masks = sparse_masks(draw_sparse_bits(task, stream))
    batch = draw_batch(task, stream, 0, dataset_size, fixed=True)
    features = skill_functions(batch.skills, batch.skill_bits, masks).astype(np.float64)
    return features, task.target_scale * features.sum(axis=1)


def gradient_flow(
    residual_correlation: ResidualCorrelation,
    first_layer: ArrayLike,
    second_layer: ArrayLike,
    learning_rate: float,
    times: NDArray[np.float64],
) -> Trajectory:
    """Integrate the gradient flow from T = 0 and report it at `times` (Lemma 1).

    first_layer, second_layer: a_k(0) and b_k(0), each of shape (n_skills,).
    times: increasing, non-negative, shape (n_times,).

    Raises
    ------
    RuntimeError
        If the integrator gives up.
    """
    start = np.concatenate([np.asarray(first_layer, float), np.asarray(second_layer, float)])

    def velocity(_: float, parameters: NDArray[np.float64]) -> NDArray[np.float64]:
        a, b = np.split(parameters, 2)
        correlation = learning_rate * residual_correlation(a * b)
        return np.concatenate([correlation * b, correlation * a])

    path = integrate_flow(velocity, start, times[-1], "DOP853", times)
    first, second = np.split(path.T, 2, axis=1)
    return Trajectory(np.asarray(times, dtype=np.float64), first, second)


def gradient_descent(
    residual_correlation: ResidualCorrelation,
    first_layer: ArrayLike,
    second_layer: ArrayLike,
    learning_rate: float,
    n_steps: int,
    record_every: int = 1,
    steps_per_time: int = 1,
) -> Trajectory:
    """Full-batch gradient descent, both layers updated together.

    `steps_per_time` steps of size η/steps_per_time make one unit of T, so that the result tends to
    the gradient flow, with an error of first order in η/steps_per_time.
    Recorded at step 0 and every `record_every` steps.
    """
    step_size = learning_rate / steps_per_time
    a, b = np.array(first_layer, dtype=np.float64), np.array(second_layer, dtype=np.float64)
    recorded = [(a, b)]
    for step in range(1, n_steps + 1):
        correlation = step_size * residual_correlation(a * b)
        a, b = a + correlation * b, b + correlation * a
        if step % record_every == 0:
            recorded.append((a, b))
    times = np.arange(len(recorded), dtype=np.float64) * (record_every / steps_per_time)
    return Trajectory(times, *map(np.stack, zip(*recorded, strict=True)))


def population_loss(
    strengths: NDArray[np.float64], probabilities: NDArray[np.float64], target_scale: float
) -> NDArray[np.float64]:
    """L = Σ_{k≤N} P_s(k) (S - R_k)²/2 + S²/2 Σ_{k>N} P_s(k) (Eq. 5).

    strengths: shape (..., N) with N ≤ n_s; probabilities: shape (n_s,). Returns shape (...).
    """
    n_modelled = strengths.shape[-1]
    learned = (target_scale - strengths) ** 2 @ probabilities[:n_modelled]
    return 0.5 * (learned + target_scale**2 * probabilities[n_modelled:].sum())
