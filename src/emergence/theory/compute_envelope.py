"""The best loss at fixed compute C = N T: the envelope of the model's curves (Fig. 3)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from emergence.theory.model_loss import multilinear_loss
from emergence.theory.scaling_laws import compute_optimum
from emergence.theory.setting import Setting
from emergence.theory.validation import count, positive

# The search for the best N runs from 1 to this multiple of Cor. 5's N.
SEARCH_REACH = 16.0
# Candidates compared in each round of the search.
SEARCH_POINTS = 33


class Envelope(NamedTuple):
    """Least loss at each compute and the whole N that gives it; arrays of the shape of C."""

    loss: NDArray[np.float64]
    n_parameters: NDArray[np.float64]


def lower_envelope(
    compute: ArrayLike, *, setting: Setting, data_exponent: float, n_skills: float
) -> Envelope:
    """min over whole N of L(T = C/N, N) for the multilinear model with n_s skills (Fig. 3).

    Candidates are spread evenly in ln N over [1, 16 N of Cor. 5], at most n_s. The interval around
    the best one is searched again until every whole N in it has been tried: the loss has one
    minimum there. The search leaves out N → ∞ and T → 0, where every skill keeps its initial loss
    (S-r)²/2. That wins only where compute cannot learn the first skill.

    Parameters
    ----------
    compute: C > 0.
    setting, data_exponent, n_skills: as in :func:`emergence.theory.model_loss.multilinear_loss`.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> setting = Setting(target_scale=5.0, initial_strength=0.01, learning_rate=1.0)
    >>> best = lower_envelope([1e3, 1e6], setting=setting, data_exponent=0.6, n_skills=50_000)
    >>> best.loss.round(3), best.n_parameters
    (array([1.971, 0.393]), array([ 13., 193.]))
    """
    computes = positive("compute", compute)
    optimum = compute_optimum(data_exponent, setting)
    losses, best = np.empty(computes.size), np.empty(computes.size)
    for case, amount in enumerate(computes.ravel()):
        centre = optimum.allocation * (setting.rate * amount) ** (1.0 / (data_exponent + 2.0))
        low, high = 1.0, min(np.ceil(SEARCH_REACH * centre), float(count("n_skills", n_skills)))
        while True:
            exhaustive = high - low < SEARCH_POINTS
            candidates = (
                np.arange(low, high + 1.0)
                if exhaustive
                else np.unique(np.round(np.geomspace(low, high, SEARCH_POINTS)))
            )
            values = multilinear_loss(
                amount / candidates,
                candidates,
                setting=setting,
                data_exponent=data_exponent,
                n_skills=n_skills,
            )
            place = int(np.argmin(values))
            if exhaustive:
                break
            low, high = candidates[max(place - 1, 0)], candidates[min(place + 1, len(values) - 1)]
        losses[case], best[case] = values[place], candidates[place]
    return Envelope(losses.reshape(computes.shape)[()], best.reshape(computes.shape)[()])
