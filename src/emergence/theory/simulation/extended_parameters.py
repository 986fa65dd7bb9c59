"""A skill that needs N_c parameters: the extended model in parameters (Eqs. 18-21, Prop. 2).

The model simulated: g_k = Σ_{l≤N_c} u_l e_{k,l}, u_l = N_c^(-1/2), and
    f = Σ_k a_k Σ_l B_{k,l} e_{k,l}   over the first N pairs of (1,1), ..., (1,N_c), (2,1), ...
trained by gradient flow on the whole input space (D → ∞) from a_k(0) = sqrt(r),
B_{k,l}(0) = sqrt(r) u_l. A skill with n of its N_c functions ends at their least-squares fit:
R_k = <g_k f> = S n/N_c (Eq. 21) and L_k = S² (1 - n/N_c)/2.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emergence.theory.setting import Setting
from emergence.theory.simulation.bases import equal_weights
from emergence.theory.simulation.extended_data import SkillOutcome, outcome
from emergence.theory.simulation.integration import integrate_flow


def functions_per_skill(
    n_parameters: int, n_skills: int, functions_needed: int
) -> NDArray[np.int64]:
    """Functions of each skill among the first N pairs (k, l), at most N_c: shape (n_skills,)."""
    remaining = n_parameters - functions_needed * np.arange(n_skills)
    return np.clip(remaining, 0, functions_needed)


def train_blocks(
    bases: NDArray[np.float64],
    n_parameters: int,
    probabilities: NDArray[np.float64],
    setting: Setting,
    final_time: float,
) -> list[SkillOutcome]:
    """Outcome of every skill of the model above at `final_time`.

    Parameters
    ----------
    bases: e_{k,l} on the inputs of skill k, shape (n_skills, n_inputs, N_c).
    n_parameters: N.
    probabilities: P_s(k), shape (n_skills,).
    setting, final_time: S, r, η, and T at the end.
    """
    n_skills, n_inputs, functions_needed = bases.shape
    weights = equal_weights(functions_needed)
    available = (
        np.arange(functions_needed)
        < functions_per_skill(n_parameters, n_skills, functions_needed)[:, None]
    )
    targets = setting.target_scale * bases @ weights

    def velocity(_: float, parameters: NDArray[np.float64]) -> NDArray[np.float64]:
        scales, vectors = parameters[:n_skills], parameters[n_skills:].reshape(available.shape)
        output = np.einsum("kil,kl->ki", bases, scales[:, None] * vectors)
        correlation = np.einsum("kil,ki->kl", bases, targets - output) / n_inputs
        correlation *= available * (setting.learning_rate * probabilities)[:, None]
        return np.concatenate(
            [(correlation * vectors).sum(axis=1), (correlation * scales[:, None]).ravel()]
        )

    start = np.sqrt(setting.initial_strength) * np.concatenate(
        [np.ones(n_skills), (available * weights).ravel()]
    )
    final = integrate_flow(velocity, start, final_time, "LSODA")[:, -1]
    scales, vectors = final[:n_skills], final[n_skills:].reshape(available.shape)
    return [
        outcome(basis, scale * vector, setting.target_scale)
        for basis, scale, vector in zip(bases, scales, vectors, strict=True)
    ]
