"""Closed forms of the extended models (Eqs. 14, 17, 21) and of the one-shot learners (Cor. 1, 2).

The calibration constants are B² (time), D_c (data) and N_c (parameters). All functions broadcast.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from emergence.theory.closed_forms import multilinear_skill_fraction
from emergence.theory.validation import (
    count,
    initial_ratio,
    non_negative,
    open_fraction,
    positive,
)


def effective_learning_rate(
    learning_rate: ArrayLike, squared_coupling: ArrayLike
) -> NDArray[np.float64]:
    """η B², the rate at which a layer shared between skills moves one of them (Eq. 14).

    `squared_coupling` is B² in (0, 1). Raises ValueError if an argument is out of range.
    """
    return positive("learning_rate", learning_rate) * open_fraction(
        "squared_coupling", squared_coupling
    )


def extended_time_skill_fraction(
    time: ArrayLike,
    skill_frequency: ArrayLike,
    *,
    squared_coupling: ArrayLike,
    target_scale: ArrayLike,
    initial_strength: ArrayLike,
    learning_rate: ArrayLike,
) -> NDArray[np.float64]:
    """R_k(T)/S = 1/(1 + (S/r - 1) exp(-2 η B² P S T)) (Eqs. 11 and 14).

    Arguments and errors as in :func:`emergence.theory.closed_forms.multilinear_skill_fraction`,
    and `squared_coupling` B² in (0, 1).
    """
    return multilinear_skill_fraction(
        time,
        skill_frequency,
        target_scale=target_scale,
        initial_strength=initial_strength,
        learning_rate=effective_learning_rate(learning_rate, squared_coupling),
    )


def extended_data_skill_fraction(
    skill_samples: ArrayLike, critical_samples: ArrayLike
) -> NDArray[np.float64]:
    """R_k(∞)/S = 1 - sqrt(1 - min(d_k/D_c, 1)): the D_c-shot learner (Eq. 17, Prop. 1).

    Parameters
    ----------
    skill_samples
        d_k ≥ 0, the number of samples of skill k; its mean D P_s(k) is accepted too.
    critical_samples
        D_c > 0.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    covered = np.minimum(
        non_negative("skill_samples", skill_samples)
        / positive("critical_samples", critical_samples),
        1.0,
    )
    return covered / (1.0 + np.sqrt(1.0 - covered))  # equal to 1 - sqrt(1-x), exact for small x


def extended_parameter_skill_fraction(
    n_parameters: ArrayLike, skill: ArrayLike, critical_parameters: ArrayLike
) -> NDArray[np.float64]:
    """R_k(∞)/S = 1 for k < q, r'/N_c for k = q, 0 for k > q (Eq. 21, Prop. 2).

    Here q = floor((N-1)/N_c) + 1 and r' = N - (q-1) N_c. This equals N/N_c - (k-1) clipped to
    [0, 1], which also holds for an N_c that is not whole, as a fit returns it.

    Parameters
    ----------
    n_parameters
        N ≥ 1.
    skill
        1-based index k.
    critical_parameters
        N_c > 0.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    per_skill = count("n_parameters", n_parameters) / positive(
        "critical_parameters", critical_parameters
    )
    return np.clip(per_skill - (count("skill", skill) - 1.0), 0.0, 1.0)


def one_shot_skill_loss(
    skill_samples: ArrayLike, *, target_scale: ArrayLike, initial_strength: ArrayLike
) -> NDArray[np.float64]:
    """L_k = 0 if d_k > 0, else (S - r)²/2, for T, N → ∞ (Cor. 1). Unit S².

    Raises ValueError if an argument is out of range.
    """
    initial_ratio(initial_strength, target_scale)
    unseen = np.square(np.subtract(target_scale, initial_strength)) / 2.0
    return np.where(count("skill_samples", skill_samples, least=0) > 0, 0.0, unseen)


def parameter_limited_skill_loss(
    skill: ArrayLike, n_parameters: ArrayLike, *, target_scale: ArrayLike
) -> NDArray[np.float64]:
    """L_k = 0 for k ≤ N, else S²/2, for D, T → ∞ (Cor. 2). Unit S².

    Raises ValueError if an argument is out of range.
    """
    unlearnable = np.square(positive("target_scale", target_scale)) / 2.0
    learned = count("skill", skill) <= count("n_parameters", n_parameters)
    return np.where(learned, 0.0, unlearnable)
