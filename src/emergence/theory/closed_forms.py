"""Closed forms of one skill: multilinear model, linear model, linear-network modes, event times.

Every function broadcasts its arguments and works in float64. Symbols: S target scale, r = R_k(0)
initial strength, η learning rate on the loss with the ½ (per unit of T), P skill frequency: P_s(k)
for fresh data, d_k/D for a data set of D samples that holds d_k of skill k. R and S share the unit
of the target; T counts gradient-flow time in steps of size η.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

from emergence.theory.validation import (
    count,
    frequency,
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
    time: ArrayLike,
    skill_frequency: ArrayLike,
    target_scale: ArrayLike,
    initial_strength: ArrayLike,
    learning_rate: ArrayLike,
) -> NDArray[np.float64]:
    """2ηPST - ln(S/r - 1), so that R/S is its logistic function."""
    rate = (
        2.0
        * positive("learning_rate", learning_rate)
        * frequency("skill_frequency", skill_frequency)
        * positive("target_scale", target_scale)
    )
    return _growth(rate, time) - np.log(initial_ratio(initial_strength, target_scale))


def multilinear_skill_fraction(
    time: ArrayLike,
    skill_frequency: ArrayLike,
    *,
    target_scale: ArrayLike,
    initial_strength: ArrayLike,
    learning_rate: ArrayLike,
) -> NDArray[np.float64]:
    """R_k(T)/S = 1/(1 + (S/r - 1) exp(-2 η P S T)) (Eq. 11, Lemma 1).

    Parameters
    ----------
    time
        T ≥ 0, infinity allowed.
    skill_frequency
        P in [0, 1]: P_s(k), or d_k/D.
    target_scale, initial_strength
        S > 0 and 0 < r < S.
    learning_rate
        η > 0.

    Returns
    -------
    array of the arguments' broadcast shape, in (0, 1].

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    return expit(
        _logistic_exponent(time, skill_frequency, target_scale, initial_strength, learning_rate)
    )


def multilinear_skill_strength(
    time: ArrayLike,
    skill_frequency: ArrayLike,
    *,
    target_scale: ArrayLike,
    initial_strength: ArrayLike,
    learning_rate: ArrayLike,
) -> NDArray[np.float64]:
    """R_k(T) = S / (1 + (S/r - 1) exp(-2 η P S T)), in units of the target (Eq. 11).

    Arguments, shapes and errors as in :func:`multilinear_skill_fraction`.
    """
    fraction = multilinear_skill_fraction(
        time,
        skill_frequency,
        target_scale=target_scale,
        initial_strength=initial_strength,
        learning_rate=learning_rate,
    )
    return np.asarray(target_scale, dtype=np.float64) * fraction


def multilinear_skill_loss(
    time: ArrayLike,
    skill_frequency: ArrayLike,
    *,
    target_scale: ArrayLike,
    initial_strength: ArrayLike,
    learning_rate: ArrayLike,
) -> NDArray[np.float64]:
    """L_k(T) = (S - R_k)²/2 = (S²/2) / (1 + e^{2ηPST}/(S/r - 1))², summand of Eq. 12 without P.

    Accurate relative to its own size however late the time, since S - R_k is never formed.
    Arguments, shapes and errors as in :func:`multilinear_skill_fraction`; unit S².
    """
    exponent = _logistic_exponent(
        time, skill_frequency, target_scale, initial_strength, learning_rate
    )
    return 0.5 * np.square(target_scale * expit(-exponent))


def linear_skill_strength(
    time: ArrayLike,
    skill_frequency: ArrayLike,
    *,
    target_scale: ArrayLike,
    learning_rate: ArrayLike,
) -> NDArray[np.float64]:
    """R_k(T) = S (1 - exp(-η P T)) of the linear model started at zero (Eq. 125).

    Arguments and errors as in :func:`multilinear_skill_fraction`.
    """
    rate = positive("learning_rate", learning_rate) * frequency("skill_frequency", skill_frequency)
    return -positive("target_scale", target_scale) * np.expm1(-_growth(rate, time))


def linear_network_mode_fraction(
    time: ArrayLike,
    singular_value: ArrayLike,
    *,
    initial_product: ArrayLike,
    learning_rate: ArrayLike,
) -> NDArray[np.float64]:
    """a b(T)/λ = 1/(1 + (λ/(a b)(0) - 1) e^{-2ηλT}), a mode of a two-layer linear network (Eq. 25).

    Parameters
    ----------
    time
        T ≥ 0.
    singular_value
        λ > 0, the singular value of the input-output correlation.
    initial_product
        (a b)(0), with 0 < (a b)(0) < λ.
    learning_rate
        η > 0.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    return multilinear_skill_fraction(
        time,
        1.0,
        target_scale=singular_value,
        initial_strength=initial_product,
        learning_rate=learning_rate,
    )


def _log_odds_of_threshold(
    threshold: ArrayLike, ratio: NDArray[np.float64], below: float
) -> NDArray[np.float64]:
    """ln(1/ε - 1), after checking r/S < ε < below."""
    threshold = open_fraction("threshold", threshold)
    if not np.all((threshold < below) & (1.0 / threshold - 1.0 < ratio)):
        raise ValueError(f"threshold must lie between initial_strength/target_scale and {below:g}")
    return np.log1p(-threshold) - np.log(threshold)


def emergence_time(
    skill_frequency: ArrayLike,
    *,
    target_scale: ArrayLike,
    initial_strength: ArrayLike,
    learning_rate: ArrayLike,
    threshold: ArrayLike,
) -> NDArray[np.float64]:
    """τ_e = ln[(S/r - 1)/(1/ε - 1)] / (2 η P S): the time at which R_k/S reaches ε (Eq. 40).

    `threshold` is ε with r/S < ε < 1; P > 0. Proportional to k^(α+1) when P = P_s(k).
    Raises ValueError if an argument is out of range.
    """
    ratio = initial_ratio(initial_strength, target_scale)
    rate = (
        2.0
        * positive("learning_rate", learning_rate)
        * positive("skill_frequency", frequency("skill_frequency", skill_frequency))
        * positive("target_scale", target_scale)
    )
    return (np.log(ratio) - _log_odds_of_threshold(threshold, ratio, below=1.0)) / rate


def saturation_time(
    skill_frequency: ArrayLike,
    *,
    target_scale: ArrayLike,
    initial_strength: ArrayLike,
    learning_rate: ArrayLike,
    threshold: ArrayLike,
) -> NDArray[np.float64]:
    """τ_s = ln(1/ε - 1) / (η P S): the time R_k/S takes from ε to 1 - ε (Eq. 40).

    A duration: skill k is saturated at τ_e(k) + τ_s(k). Arguments and errors as in
    :func:`emergence_time`; the value does not depend on r.
    """
    ratio = initial_ratio(initial_strength, target_scale)
    rate = (
        positive("learning_rate", learning_rate)
        * positive("skill_frequency", frequency("skill_frequency", skill_frequency))
        * positive("target_scale", target_scale)
    )
    return _log_odds_of_threshold(threshold, ratio, below=0.5) / rate


def stage_like_margin(
    skill: ArrayLike,
    *,
    data_exponent: ArrayLike,
    target_scale: ArrayLike,
    initial_strength: ArrayLike,
    threshold: ArrayLike,
) -> NDArray[np.float64]:
    """τ_e(k+1) / (τ_e(k) + τ_s(k)): above one, skill k saturates before skill k+1 emerges (Eq. 41).

    With P_s(k) ∝ k^-(α+1) and Eq. 40 the rates cancel and

        margin = ((k+1)/k)^(α+1) · ln[(S/r-1)/(1/ε-1)] / ln[(S/r-1)(1/ε-1)],

    so training is stage-like up to the skill where the margin, which decreases in k, falls to one.
    `skill` is the 1-based index k. Raises ValueError if an argument is out of range.
    """
    index = count("skill", skill)
    ratio = initial_ratio(initial_strength, target_scale)
    log_ratio, log_odds = np.log(ratio), _log_odds_of_threshold(threshold, ratio, below=0.5)
    growth = np.exp((positive("data_exponent", data_exponent) + 1.0) * np.log1p(1.0 / index))
    return growth * (log_ratio - log_odds) / (log_ratio + log_odds)
