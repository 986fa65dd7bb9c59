"""The best loss at fixed compute C = N T: the model's envelope beside Cor. 5's minimum."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from emergence.theory.model_loss import multilinear_loss
from emergence.theory.scaling_laws import (
    compute_optimum,
)
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
    compute: ArrayLike,
    *,
    data_exponent: float,
    n_skills: float,
    target_scale: float,
    initial_strength: float,
    learning_rate: float,
) -> Envelope:
    """min over whole N of L(T = C/N, N) for the multilinear model with n_s skills (Fig. 3).

    Candidates are spread evenly in ln N over [1, 16 N of Cor. 5] (at most n_s) and the interval
    around the best one is searched again until every whole N in it has been tried: on this branch
    the loss has one minimum in N. Left out is the trivial branch N → ∞ and T → 0, where nothing is
    learned and every skill keeps its initial strength, (S-r)²/2; it wins only where compute cannot
    learn the first skill. Raises ValueError if an argument is out of range; C > 0.
    """
    computes = positive("compute", compute)
    model = {"target_scale": target_scale, "initial_strength": initial_strength}
    optimum = compute_optimum(data_exponent, **model)
    rate = float(positive("learning_rate", learning_rate)) * target_scale
    losses, best = np.empty(computes.size), np.empty(computes.size)
    for case, amount in enumerate(computes.ravel()):
        centre = optimum.allocation * (rate * amount) ** (1.0 / (data_exponent + 2.0))
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
                data_exponent=data_exponent,
                n_skills=n_skills,
                learning_rate=learning_rate,
                **model,
            )
            place = int(np.argmin(values))
            if exhaustive:
                break
            low, high = candidates[max(place - 1, 0)], candidates[min(place + 1, len(values) - 1)]
        losses[case], best[case] = values[place], candidates[place]
    return Envelope(losses.reshape(computes.shape)[()], best.reshape(computes.shape)[()])
