"""Closed forms of one skill: multilinear model, linear model, linear-network modes, event times.

Functions broadcast times against frequencies and work in float64. Symbols: S target scale,
r = R_k(0) initial strength, η learning rate (:class:`emergence.theory.setting.Setting`), P skill
frequency: P_s(k) for fresh data, d_k/D for a data set of D samples with d_k of skill k. T counts
gradient-flow time in steps of size η. Each function raises ValueError for an argument out of range.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

from emergence.theory.setting import Setting
from emergence.theory.validation import (
    count,
    fraction,
    initial_ratio,
    non_negative,
    open_fraction,
    positive,
)


def _growth(rate: NDArray[np.float64], time: ArrayLike) -> NDArray[np.float64]:
    """Rate times time, where a rate of zero means no growth even at infinite time."""
    rate, time = np.broadcast_arrays(rate, non_negative("time", time))
    return np.multiply(rate, time, where=rate > 0, out=np.zeros(rate.shape))[()]


def _logistic_exponent(
    time: ArrayLike, skill_frequency: ArrayLike, setting: Setting
) -> NDArray[np.float64]:
    """2ηPST - ln(S/r - 1), so that R/S is its logistic function."""
    rate = 2.0 * setting.learning_rate * fraction("skill_frequency", skill_frequency)
    return _growth(rate * setting.target_scale, time) - np.log(setting.ratio)


def multilinear_skill_fraction(
    time: ArrayLike, skill_frequency: ArrayLike, setting: Setting
) -> NDArray[np.float64]:
    """R_k(T)/S = 1/(1 + (S/r - 1) exp(-2ηPST)) (Eq. 11, Lemma 1).

    Parameters
    ----------
    time: T ≥ 0, infinity allowed.
    skill_frequency: P in [0, 1].
    setting: S, r and η.

    Returns
    -------
    array of the broadcast shape of `time` and `skill_frequency`, in (0, 1].

    Examples
    --------
    >>> setting = Setting(target_scale=5.0, initial_strength=0.01, learning_rate=0.1)
    >>> multilinear_skill_fraction([0.0, 12.4, 25.0], 0.5, setting).round(3)
    array([0.002, 0.497, 0.998])
    """
    return expit(_logistic_exponent(time, skill_frequency, setting))


def multilinear_skill_loss(
    time: ArrayLike, skill_frequency: ArrayLike, setting: Setting
) -> NDArray[np.float64]:
    """L_k(T) = (S - R_k)²/2 = (S²/2)/(1 + e^{2ηPST}/(S/r - 1))², the summand of Eq. 12 without P.

    The relative error stays small at late times, because S - R_k is never formed. Parameters and
    shape as in :func:`multilinear_skill_fraction`; unit S².
    """
    exponent = _logistic_exponent(time, skill_frequency, setting)
    return 0.5 * np.square(setting.target_scale * expit(-exponent))


def linear_skill_strength(
    time: ArrayLike, skill_frequency: ArrayLike, setting: Setting
) -> NDArray[np.float64]:
    """R_k(T) = S (1 - exp(-ηPT)) of the linear model, which starts at zero and not at r (Eq. 125).

    Parameters and shape as in :func:`multilinear_skill_fraction`; unit of the target.
    """
    rate = setting.learning_rate * fraction("skill_frequency", skill_frequency)
    return -setting.target_scale * np.expm1(-_growth(rate, time))


def linear_network_mode_fraction(
    time: ArrayLike, singular_value: ArrayLike, *, initial_product: ArrayLike, learning_rate: float
) -> NDArray[np.float64]:
    """a b(T)/λ = 1/(1 + (λ/(a b)(0) - 1) e^{-2ηλT}), a mode of a two-layer linear network (Eq. 25).

    Parameters
    ----------
    time: T ≥ 0.
    singular_value: λ > 0, of the input-output correlation; broadcasts with `time`.
    initial_product: (a b)(0), above zero and below every λ.
    learning_rate: η > 0.
    """
    ratio = initial_ratio(initial_product, singular_value)
    rate = 2.0 * positive("learning_rate", learning_rate) * np.asarray(singular_value)
    return expit(_growth(rate, time) - np.log(ratio))


def _log_odds_of_threshold(threshold: ArrayLike, ratio: float, below: float) -> NDArray[np.float64]:
    """ln(1/ε - 1), after checking r/S < ε < below."""
    threshold = open_fraction("threshold", threshold)
    if not np.all((threshold < below) & (1.0 / threshold - 1.0 < ratio)):
        raise ValueError(f"threshold must lie between initial_strength/target_scale and {below:g}")
    return np.log1p(-threshold) - np.log(threshold)


def _occurring(skill_frequency: ArrayLike) -> NDArray[np.float64]:
    """P in (0, 1]: a skill that never occurs has no events."""
    return positive("skill_frequency", fraction("skill_frequency", skill_frequency))


def emergence_time(
    skill_frequency: ArrayLike, setting: Setting, *, threshold: ArrayLike
) -> NDArray[np.float64]:
    """τ_e = ln[(S/r - 1)/(1/ε - 1)] / (2ηPS): the time at which R_k/S reaches ε (Eq. 40).

    Parameters
    ----------
    skill_frequency: P in (0, 1]; with P = P_s(k) the time is proportional to k^(α+1).
    setting: S, r and η.
    threshold: ε with r/S < ε < 1; broadcasts with P.

    Examples
    --------
    >>> setting = Setting(target_scale=5.0, initial_strength=0.01, learning_rate=0.1)
    >>> emergence_time([0.5, 0.25], setting, threshold=0.5).round(2)
    array([12.43, 24.85])
    """
    rate = 2.0 * setting.learning_rate * _occurring(skill_frequency) * setting.target_scale
    log_odds = _log_odds_of_threshold(threshold, setting.ratio, below=1.0)
    return (np.log(setting.ratio) - log_odds) / rate


def saturation_time(
    skill_frequency: ArrayLike, setting: Setting, *, threshold: ArrayLike
) -> NDArray[np.float64]:
    """τ_s = ln(1/ε - 1) / (ηPS): the time R_k/S takes from ε to 1 - ε (Eq. 40).

    A duration: skill k is saturated at τ_e(k) + τ_s(k). Parameters as in :func:`emergence_time`,
    but ε < ½; the value does not depend on r.
    """
    rate = setting.learning_rate * _occurring(skill_frequency) * setting.target_scale
    return _log_odds_of_threshold(threshold, setting.ratio, below=0.5) / rate


def stage_like_margin(
    skill: ArrayLike, setting: Setting, *, data_exponent: float, threshold: ArrayLike
) -> NDArray[np.float64]:
    """τ_e(k+1) / (τ_e(k) + τ_s(k)): above one, skill k saturates before skill k+1 emerges (Eq. 41).

    With P_s(k) ∝ k^-(α+1) and Eq. 40 the rates cancel, η among them:

        margin = ((k+1)/k)^(α+1) · ln[(S/r-1)/(1/ε-1)] / ln[(S/r-1)(1/ε-1)]

    Training is stage-like up to the skill where the margin, which decreases in k, falls to one.

    Parameters
    ----------
    skill: k, whole, counted from 1.
    setting: S and r.
    data_exponent: α > 0.
    threshold: ε with r/S < ε < ½.

    Examples
    --------
    >>> setting = Setting(target_scale=5.0, initial_strength=0.01, learning_rate=0.1)
    >>> stage_like_margin([1, 2], setting, data_exponent=0.6, threshold=0.05).round(2)
    array([1.08, 0.68])
    """
    index = count("skill", skill)
    log_ratio = np.log(setting.ratio)
    log_odds = _log_odds_of_threshold(threshold, setting.ratio, below=0.5)
    growth = np.exp((positive("data_exponent", data_exponent) + 1.0) * np.log1p(1.0 / index))
    return growth * (log_ratio - log_odds) / (log_ratio + log_odds)
