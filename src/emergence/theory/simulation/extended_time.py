"""A skill carried by several modes: the extended model in time (Eq. 14).

The model simulated: g = B Σ_q e_q with Q = 1/B² orthonormal functions e_q, and
f = Σ_q a_q b_q (B e_q), every pair (a_q, b_q) trained. Each pair then sees the residual through
<(f* - f) B e_q> = B² (S - a_q b_q), which is Eq. 11 with η replaced by η B². This reading of B
makes Eq. 14 exact and fits Fig. 8 (three neurons, B² = 1/3); a constant factor, f = B a b g, would
give the rate η B instead.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emergence.theory.setting import Setting
from emergence.theory.simulation.bases import equal_weights
from emergence.theory.simulation.multilinear import gradient_flow, sample_correlation


def split_skill_strength(
    basis: NDArray[np.float64], setting: Setting, times: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Skill strength R(T) = <g f> of the model above under gradient flow on the one-skill problem.

    Parameters
    ----------
    basis: e_q, shape (n_inputs, Q).
    setting: S, r and η; a_q(0) = b_q(0) = sqrt(r).
    times: increasing, shape (n_times,), which is returned.
    """
    n_modes = basis.shape[1]
    modes = basis * equal_weights(n_modes)  # column q is B e_q
    skill = modes.sum(axis=1)
    start = np.full(n_modes, np.sqrt(setting.initial_strength))
    correlation = sample_correlation(modes, setting.target_scale * skill)
    path = gradient_flow(correlation, start, start, setting.learning_rate, times)
    return (path.strengths @ modes.T) @ skill / len(skill)
