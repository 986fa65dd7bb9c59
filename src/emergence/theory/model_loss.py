"""Total loss of the multilinear model for any time, data size, number of parameters and of skills.

L = Σ_{k≤N} P_s(k) L_k + (S²/2) Σ_{N<k≤n_s} P_s(k) (Eq. 12), unit S². Sums over skills use the rule
of :mod:`emergence.theory.skill_sums`: exact to about 1e-12 for any n_s up to infinity. Functions
raise ValueError for an argument out of range.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from emergence.theory.closed_forms import multilinear_skill_loss
from emergence.theory.setting import Setting
from emergence.theory.skill_sums import rare_skill_probability, skill_normaliser, skill_rule
from emergence.theory.validation import count, non_negative

# Entries of the largest temporary array: 32 MiB in float64.
CHUNK_ENTRIES = 1 << 22
# Binomial counts are summed this many standard deviations, and this many counts, around the mean.
BINOMIAL_SPREAD = 9.0
BINOMIAL_MARGIN = 30.0


def _sum_over_skills(
    skill_losses: Callable[[NDArray, NDArray], NDArray],
    resource: ArrayLike,
    n_learned: ArrayLike,
    setting: Setting,
    data_exponent: float,
    n_skills: float,
) -> NDArray[np.float64]:
    """Σ_{k≤N} P_s(k) skill_losses(x, P_s(k)) + (S²/2) P(k > N), broadcast over resource x and N.

    `skill_losses` maps x of shape (n, 1) and P of shape (1, m) to shape (n, m).
    """
    learned = np.minimum(count("n_learned", n_learned), count("n_skills", n_skills))
    resource, learned = np.broadcast_arrays(np.asarray(resource, dtype=np.float64), learned)
    unlearnable = rare_skill_probability(learned, data_exponent=data_exponent, n_skills=n_skills)
    total = np.array(setting.half_square * unlearnable)
    normaliser = skill_normaliser(data_exponent, n_skills)
    for last_skill in np.unique(learned):
        rule = skill_rule(float(data_exponent), float(last_skill))
        frequencies = rule.skills ** -(data_exponent + 1.0) / normaliser
        weights = rule.weights * frequencies
        chosen = np.flatnonzero(learned == last_skill)
        rows = max(1, CHUNK_ENTRIES // len(weights))
        for start in range(0, len(chosen), rows):
            part = chosen[start : start + rows]
            losses = skill_losses(resource.flat[part][:, None], frequencies[None, :])
            total.flat[part] += losses @ weights
    return total[()]


def multilinear_loss(
    time: ArrayLike,
    n_learned: ArrayLike = np.inf,
    *,
    setting: Setting,
    data_exponent: float,
    n_skills: float,
) -> NDArray[np.float64]:
    """L(T, N) of the multilinear model for D → ∞ (Eq. 12).

    Parameters
    ----------
    time: T ≥ 0; infinity gives the parameter-limited loss of Cor. 2.
    n_learned: N ≥ 1, whole or infinite; values above n_s mean all skills.
    setting: S, r and η.
    data_exponent: α > 0.
    n_skills: n_s ≥ 1, whole or infinite.

    Returns
    -------
    array of the broadcast shape of `time` and `n_learned`. Relative error about 1e-12 (see
    :func:`emergence.theory.skill_sums.skill_rule`) plus the rounding of 2ηP_sST for late times.

    Examples
    --------
    >>> setting = Setting(target_scale=5.0, initial_strength=0.01, learning_rate=0.1)
    >>> multilinear_loss([0.0, 100.0], setting=setting, data_exponent=0.6, n_skills=10**6).round(3)
    array([12.45 ,  4.035])
    """
    losses = partial(multilinear_skill_loss, setting=setting)
    times = non_negative("time", time)
    return _sum_over_skills(losses, times, n_learned, setting, data_exponent, n_skills)


def one_shot_loss(
    data_size: ArrayLike,
    n_learned: ArrayLike = np.inf,
    *,
    setting: Setting,
    data_exponent: float,
    n_skills: float,
) -> NDArray[np.float64]:
    """E_D L = (S-r)²/2 Σ_{k≤N} P_s(k) (1-P_s(k))^D + (S²/2) Σ_{k>N} P_s(k), for T → ∞ (Cor. 1).

    The mean over training sets of D ≥ 0 independent samples: skill k is missing with probability
    (1-P_s(k))^D. Other parameters, shape and accuracy as in :func:`multilinear_loss`.

    Examples
    --------
    >>> setting = Setting(target_scale=5.0, initial_strength=0.01, learning_rate=0.1)
    >>> one_shot_loss([0, 100], setting=setting, data_exponent=0.6, n_skills=10**6).round(3)
    array([12.45 ,  1.949])
    """

    def losses(samples: NDArray, frequencies: NDArray) -> NDArray:
        with np.errstate(divide="ignore"):  # a single skill has P = 1 and log1p(-1) = -inf
            log_missing = np.log1p(-frequencies)
        return setting.initial_loss * np.where(
            samples == 0, 1.0, np.exp(np.where(samples == 0, 1.0, samples) * log_missing)
        )

    sizes = non_negative("data_size", data_size)
    return _sum_over_skills(losses, sizes, n_learned, setting, data_exponent, n_skills)


class _BinomialCounts(NamedTuple):
    """Counts d with their probabilities, skill after skill; `first` is where each skill starts."""

    samples: NDArray[np.float64]
    probabilities: NDArray[np.float64]
    first: NDArray[np.int64]


def _binomial_counts(size: float, frequencies: NDArray[np.float64]) -> _BinomialCounts:
    """All counts of Binomial(size, P) that matter, for each P: what is left out is below 1e-18."""
    from scipy.stats import binom  # takes longer to import than most sums to compute

    mean = size * frequencies
    # Rare skills need few counts: P(d) ~ mean^d / d!.
    margin = BINOMIAL_MARGIN / (1.0 + np.maximum(-np.log10(mean), 0.0))
    spread = BINOMIAL_SPREAD * np.sqrt(mean) + margin
    low = np.maximum(np.floor(mean - spread), 0.0)
    lengths = (np.minimum(np.ceil(mean + spread), size) - low + 1.0).astype(np.int64)
    owner = np.repeat(np.arange(len(frequencies)), lengths)
    first = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    samples = low[owner] + np.arange(len(owner)) - first[owner]
    return _BinomialCounts(samples, binom.pmf(samples, size, frequencies[owner]), first)


def finite_data_loss(
    time: ArrayLike,
    data_size: ArrayLike,
    n_learned: ArrayLike = np.inf,
    *,
    setting: Setting,
    data_exponent: float,
    n_skills: float,
) -> NDArray[np.float64]:
    """E_D L(T, D, N): Eq. 12 with d_k/D for P_s(k), averaged over d_k ~ Binomial(D, P_s(k)).

    Each skill's average runs over all counts of probability above about 1e-18. T, D and N
    broadcast; D is whole, 1 ≤ D < ∞. Work grows as sqrt(D). Other parameters as in
    :func:`multilinear_loss`.
    """
    times, sizes, learned = np.broadcast_arrays(
        non_negative("time", time), count("data_size", data_size), count("n_learned", n_learned)
    )
    if not np.all(np.isfinite(sizes)):
        raise ValueError("data_size must be finite; multilinear_loss is the limit D → ∞")
    times, sizes = times.ravel(), sizes.ravel()

    def losses(cases: NDArray, frequencies: NDArray) -> NDArray:
        rows = np.empty((len(cases), frequencies.size))
        cases = cases[:, 0].astype(np.int64)
        for size in np.unique(sizes[cases]):
            counts = _binomial_counts(size, frequencies[0])
            shares = counts.samples / size
            for row in np.flatnonzero(sizes[cases] == size):
                skill_loss = multilinear_skill_loss(times[cases[row]], shares, setting)
                rows[row] = np.add.reduceat(skill_loss * counts.probabilities, counts.first)
        return rows

    cases = np.arange(learned.size).reshape(learned.shape)
    return _sum_over_skills(losses, cases, learned, setting, data_exponent, n_skills)


def multilinear_loss_by_direct_sum(
    time: ArrayLike,
    n_learned: float = np.inf,
    *,
    setting: Setting,
    data_exponent: float,
    n_skills: int,
) -> NDArray[np.float64]:
    """L(T, N) of Eq. 12 by adding up every skill, rarest first: the reference for the fast rule.

    `time` is one-dimensional; work grows as len(T)·n_s, memory is bounded by chunks. Other
    parameters as in :func:`multilinear_loss`.
    """
    times = np.atleast_1d(non_negative("time", time))
    learned = int(min(float(count("n_learned", n_learned)), n_skills))
    total = np.zeros(times.shape)
    normaliser = 0.0
    chunk = max(1, CHUNK_ENTRIES // len(times))
    for end in range(int(n_skills), 0, -chunk):
        skills = np.arange(end, max(end - chunk, 0), -1.0)
        powers = skills ** -(data_exponent + 1.0)
        normaliser += powers.sum()
        total += setting.half_square * powers[skills > learned].sum()
    for end in range(learned, 0, -chunk):
        skills = np.arange(end, max(end - chunk, 0), -1.0)
        powers = skills ** -(data_exponent + 1.0)
        losses = multilinear_skill_loss(times[:, None], powers[None, :] / normaliser, setting)
        total += losses @ powers
    return total / normaliser
