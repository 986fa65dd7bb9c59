"""Closed forms of the extended models (Eqs. 14, 17, 21) and of the one-shot learners (Cor. 1, 2).

The calibration constants are B² (time), D_c (data) and N_c (parameters). Functions broadcast and
raise ValueError for an argument out of range.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from emergence.theory.closed_forms import multilinear_skill_fraction
from emergence.theory.setting import Setting
from emergence.theory.validation import count, non_negative, open_fraction, positive


def coupled_setting(setting: Setting, squared_coupling: float) -> Setting:
    """The setting with ηB² for η, where a layer shared between skills slows each (Eq. 14).

    Parameters
    ----------
    setting: S, r and η.
    squared_coupling: B² in (0, 1).

    Examples
    --------
    >>> setting = Setting(target_scale=5.0, initial_strength=0.01, learning_rate=0.1)
    >>> coupled_setting(setting, 0.25).learning_rate
    0.025
    """
    coupling = float(open_fraction("squared_coupling", squared_coupling))
    return replace(setting, learning_rate=setting.learning_rate * coupling)


def extended_time_skill_fraction(
    time: ArrayLike, skill_frequency: ArrayLike, setting: Setting, *, squared_coupling: float
) -> NDArray[np.float64]:
    """R_k(T)/S = 1/(1 + (S/r - 1) exp(-2ηB²PST)) (Eqs. 11 and 14).

    Parameters and shape as in :func:`emergence.theory.closed_forms.multilinear_skill_fraction` and
    :func:`coupled_setting`.
    """
    return multilinear_skill_fraction(
        time, skill_frequency, coupled_setting(setting, squared_coupling)
    )


def extended_data_skill_fraction(
    skill_samples: ArrayLike, critical_samples: ArrayLike
) -> NDArray[np.float64]:
    """R_k(∞)/S = 1 - sqrt(1 - min(d_k/D_c, 1)): the D_c-shot learner (Eq. 17, Prop. 1).

    Parameters
    ----------
    skill_samples: d_k ≥ 0, samples of skill k, or their mean D P_s(k).
    critical_samples: D_c > 0.

    Examples
    --------
    >>> extended_data_skill_fraction([0, 600, 800], 800)
    array([0. , 0.5, 1. ])
    """
    samples = non_negative("skill_samples", skill_samples)
    covered = np.minimum(samples / positive("critical_samples", critical_samples), 1.0)
    return covered / (1.0 + np.sqrt(1.0 - covered))  # equal to 1 - sqrt(1-x), exact for small x


def extended_parameter_skill_fraction(
    n_parameters: ArrayLike, skill: ArrayLike, critical_parameters: ArrayLike
) -> NDArray[np.float64]:
    """R_k(∞)/S = 1 for k < q, r'/N_c for k = q, 0 for k > q (Eq. 21, Prop. 2).

    Here q = floor((N-1)/N_c) + 1 and r' = N - (q-1) N_c. This equals N/N_c - (k-1) clipped to
    [0, 1], which also holds for an N_c that is not whole, as a fit returns it.

    Parameters
    ----------
    n_parameters: N ≥ 1, whole.
    skill: k, whole, counted from 1.
    critical_parameters: N_c > 0.

    Examples
    --------
    >>> extended_parameter_skill_fraction(6, [1, 2, 3], 4)
    array([1. , 0.5, 0. ])
    """
    parameters = count("n_parameters", n_parameters)
    per_skill = parameters / positive("critical_parameters", critical_parameters)
    return np.clip(per_skill - (count("skill", skill) - 1.0), 0.0, 1.0)


def one_shot_skill_loss(skill_samples: ArrayLike, setting: Setting) -> NDArray[np.float64]:
    """L_k = 0 for d_k > 0, else (S - r)²/2, for T, N → ∞ (Cor. 1).

    `skill_samples` is d_k ≥ 0, whole; its shape is returned, unit S².
    """
    seen = count("skill_samples", skill_samples, least=0) > 0
    return np.where(seen, 0.0, setting.initial_loss)


def parameter_limited_skill_loss(
    skill: ArrayLike, n_parameters: ArrayLike, setting: Setting
) -> NDArray[np.float64]:
    """L_k = 0 for k ≤ N, else S²/2, for D, T → ∞ (Cor. 2).

    `skill` and `n_parameters` are whole and at least 1; their broadcast shape is returned, unit S².
    """
    learned = count("skill", skill) <= count("n_parameters", n_parameters)
    return np.where(learned, 0.0, setting.half_square)
