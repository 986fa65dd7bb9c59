"""What the theories behind the studies of causes say, in closed form or by least squares."""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray

from paper.nam2024 import stated

# Largest share of the variance of one parity of three bits that q = 0, 1, 2, 3 ReLU units and the
# output bias explain (`best_strength`).
UNIT_LEVELS = (0.0, 1.0 / 7.0, 0.625, 1.0)


def race_size(skill_bits: int) -> float:
    """D* at which a unit grows as fast from the parity as from memorising.

    λ_skill = 1/(8√3) = max E[g φ(u·x)] over unit vectors u, for m = 3 bits of 0 and 1;
    λ_noise = ½ sqrt((2 + n_b/2)/D), as |x|² is n_b/2 + 2 on average with control bit and bias.
    """
    growth = 1.0 / (8.0 * np.sqrt(3.0))
    return (2.0 + skill_bits / 2.0) / (4.0 * growth**2)


def model_rise(settings_scale: float, initial_std: float) -> float:
    """Steps from R/S = 0.1 to 0.9 over those to ½ in the model: 2 ln 9 / ln(S/r - 1) (Eq. 14)."""
    ratio = settings_scale / (initial_std**2 / stated.INITIAL_STRENGTH_DIVISOR)
    return float(2.0 * np.log(9.0) / np.log(ratio - 1.0))


def best_strength(units: int, starts: int, seed: int = 0) -> float:
    """R/S of the least-squares fit of one parity of three bits by so many ReLU units.

    Of the best of `starts` random starts. At a least-squares fit R/S is the share of variance
    explained.
    """
    from scipy.optimize import minimize  # half a second, which few need

    bits = np.array(list(product([0.0, 1.0], repeat=3)))
    parity = (-1.0) ** bits.sum(axis=1)
    inputs = np.c_[bits, np.ones(len(bits))]
    generator = np.random.default_rng(seed)

    def unexplained(theta: NDArray) -> float:
        hidden = np.maximum(inputs @ theta.reshape(units, 4).T, 0.0)
        design = np.c_[hidden, np.ones(len(bits))]
        fitted = design @ np.linalg.lstsq(design, parity, rcond=None)[0]
        return float(np.mean((parity - fitted) ** 2))

    found = [
        minimize(unexplained, generator.normal(size=4 * units), method="Nelder-Mead").fun
        for _ in range(starts)
    ]
    return 1.0 - min(found)
