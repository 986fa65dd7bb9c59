"""The linear model f = Σ_k w_k g_k under gradient descent (App. on linear against multilinear)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from emergence.theory.simulation.multilinear import ResidualCorrelation


def linear_gradient_descent(
    residual_correlation: ResidualCorrelation,
    weights: ArrayLike,
    learning_rate: float,
    n_steps: int,
    record_every: int = 1,
    steps_per_time: int = 1,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Full-batch gradient descent w_k ← w_k + η c_k(w); its flow is Eq. 125 for w_k(0) = 0.

    Arguments as in `multilinear.gradient_descent`; weights: w_k(0), shape (n_skills,).
    Returns times, shape (n_times,), and skill strengths R_k = w_k, shape (n_times, n_skills).
    """
    step_size = learning_rate / steps_per_time
    strengths = np.array(weights, dtype=np.float64)
    recorded = [strengths]
    for step in range(1, n_steps + 1):
        strengths = strengths + step_size * residual_correlation(strengths)
        if step % record_every == 0:
            recorded.append(strengths)
    times = np.arange(len(recorded), dtype=np.float64) * (record_every / steps_per_time)
    return times, np.stack(recorded)
