"""Gradient flow and gradient descent of the multilinear model f = Σ_k a_k b_k g_k (Sec. 3).

The linear model f = Σ_k w_k g_k stands beside it (App. on linear against multilinear). Each trainer
sees the data only through the *residual correlation* c_k(R) = <(f* - f) g_k>, a function of the
skill strengths R_k = a_k b_k. With L = ½<(f* - f)²> the gradient flow is
    da_k/dT = η c_k b_k,   db_k/dT = η c_k a_k.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from emergence.theory.simulation.integration import Schedule, descend, integrate_flow

ResidualCorrelation = Callable[[NDArray[np.float64]], NDArray[np.float64]]


@dataclass(frozen=True)
class Trajectory:
    """Parameters of the multilinear model along training.

    Attributes
    ----------
    times: T, shape (n_times,), in units of one step at learning rate η.
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


def gradient_flow(
    residual_correlation: ResidualCorrelation,
    first_layer: ArrayLike,
    second_layer: ArrayLike,
    learning_rate: float,
    times: NDArray[np.float64],
) -> Trajectory:
    """Integrate the gradient flow from T = 0 and report it at `times` (Lemma 1).

    Parameters
    ----------
    residual_correlation: c_k as a function of the strengths, shape (n_skills,).
    first_layer, second_layer: a_k(0) and b_k(0), each of shape (n_skills,).
    learning_rate: η.
    times: increasing, non-negative, shape (n_times,).
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
    schedule: Schedule,
) -> Trajectory:
    """Full-batch gradient descent, both layers updated together.

    Parameters as in :func:`gradient_flow`; `schedule` says how many steps.
    """
    step_size = learning_rate / schedule.steps_per_time

    def step(layers: tuple[NDArray, NDArray]) -> tuple[NDArray, NDArray]:
        a, b = layers
        correlation = step_size * residual_correlation(a * b)
        return a + correlation * b, b + correlation * a

    start = (np.array(first_layer, dtype=np.float64), np.array(second_layer, dtype=np.float64))
    times, recorded = descend(step, start, schedule)
    return Trajectory(times, *map(np.stack, zip(*recorded, strict=True)))


def linear_gradient_descent(
    residual_correlation: ResidualCorrelation,
    weights: ArrayLike,
    learning_rate: float,
    schedule: Schedule,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Full-batch gradient descent w_k ← w_k + η c_k(w); its flow is Eq. 125 for w_k(0) = 0.

    Parameters
    ----------
    residual_correlation, learning_rate, schedule: as in :func:`gradient_descent`.
    weights: w_k(0), shape (n_skills,).

    Returns
    -------
    times, shape (n_times,), and skill strengths R_k = w_k, shape (n_times, n_skills).
    """
    step_size = learning_rate / schedule.steps_per_time
    times, strengths = descend(
        lambda strengths: strengths + step_size * residual_correlation(strengths),
        np.array(weights, dtype=np.float64),
        schedule,
    )
    return times, np.stack(strengths)


def population_loss(
    strengths: NDArray[np.float64], probabilities: NDArray[np.float64], target_scale: float
) -> NDArray[np.float64]:
    """L = Σ_{k≤N} P_s(k) (S - R_k)²/2 + S²/2 Σ_{k>N} P_s(k) (Eq. 5).

    Parameters
    ----------
    strengths: R_k, shape (..., N) with N ≤ n_s; shape (...) is returned.
    probabilities: P_s(k), shape (n_s,).
    target_scale: S.
    """
    n_modelled = strengths.shape[-1]
    learned = (target_scale - strengths) ** 2 @ probabilities[:n_modelled]
    return 0.5 * (learned + target_scale**2 * probabilities[n_modelled:].sum())
