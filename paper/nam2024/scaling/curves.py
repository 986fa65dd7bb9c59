"""Loss of many skills from the curves of a single one, in units of S²/2.

l(u) is the loss of a single skill after u P-steps, u = P_s(k) T (P_s = 1 for a single skill), and
l(d) that of one with d samples. Skills that do not touch one another have
L(T) = Σ_k P_s(k) l(P_s(k) T), and L(D) accordingly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from emergence.analysis.crossings import first_crossing
from emergence.tasks.sparse_parity.problem import skill_probabilities
from emergence.theory.finite_skills import missing_skills_loss

HALF = 0.5  # of R_k/S, from which on a skill counts as learned


@dataclass(frozen=True)
class SingleSkill:
    """Means over runs of a single skill: x (u or d, increasing), loss, strength (R/S)."""

    x: NDArray[np.float64]
    loss: NDArray[np.float64]
    strength: NDArray[np.float64]

    @classmethod
    def of(cls, rows: pd.DataFrame) -> SingleSkill:
        """Of rows of `calibrations.calibrations` of one experiment, or of one for each d."""
        means = rows[rows["x"] > 0].groupby("x")[["loss", "strength"]].mean()
        return cls(means.index.to_numpy(np.float64), *means.to_numpy(np.float64).T)

    def losses(self, x: ArrayLike) -> NDArray[np.float64]:
        """l at x, linear in ln x; that of the first and of the last point beyond them."""
        with np.errstate(divide="ignore"):
            return np.interp(np.log(np.asarray(x, np.float64)), np.log(self.x), self.loss)

    def at_strength(self, strength: ArrayLike) -> NDArray[np.float64]:
        """The x at which the mean strength first reaches a value, linear in ln x."""
        rising = np.maximum.accumulate(self.strength)
        return np.exp(np.interp(strength, rising, np.log(self.x)))

    @property
    def half(self) -> float:
        """The x at which the mean strength reaches a half; NaN if it never does."""
        return first_crossing(self.x, self.strength, HALF)


def delays(name: str, ratio: float, n_skills: int) -> NDArray[np.float64]:
    """u_k/u_1 of a hypothesis for k = 1 ... n_s, shape (n_s,), from `ratio` = u_5/u_1.

    "independent": 1. "linear": 1 + d (k - 1). "logarithmic": 1 + d ln k.
    """
    k = np.arange(1.0, n_skills + 1.0)
    grown = {
        "independent": np.zeros(n_skills),
        "linear": (k - 1.0) / 4.0,
        "logarithmic": np.log(k) / np.log(5.0),
    }
    return 1.0 + (ratio - 1.0) * grown[name]


def total_loss(
    x: ArrayLike,
    single: SingleSkill,
    data_exponent: float,
    late: NDArray,
    learned: float = np.inf,
) -> NDArray[np.float64]:
    """Σ_k P_s(k) l(P_s(k) x/late_k), at each x; of skills beyond `learned` P_s(k) (S²/2).

    late: shape (n_s,), as of `delays`.
    """
    probability = skill_probabilities(data_exponent, len(late))
    each = single.losses(np.multiply.outer(np.asarray(x, np.float64), probability / late))
    never = np.arange(1, len(late) + 1) > learned
    return np.where(never, 1.0, each) @ probability


def missing(data_exponent: float, n_skills: int) -> float:
    """L_C over S²/2: the loss of the skills beyond n_s, if there were such, so that L + L_C is a
    power law (`missing_skills_loss`)."""
    unit = np.sqrt(2.0)  # the S with S²/2 = 1
    return float(missing_skills_loss(n_skills, data_exponent=data_exponent, target_scale=unit))


def resource_of_skill(skill: float, half: float, data_exponent: float, n_skills: int) -> float:
    """T or D at which skill k has half its strength: half/P_s(k)."""
    return float(half / skill_probabilities(data_exponent, n_skills)[int(skill) - 1])
