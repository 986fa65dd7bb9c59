"""The prefactor of the compute law by each of its routes, beside the authors'."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from emergence.theory.compute_envelope import lower_envelope
from emergence.theory.finite_skills import missing_skills_loss
from emergence.theory.scaling_laws import (
    compute_optimum,
    compute_optimum_small_strength,
    scaling_exponent,
)
from emergence.theory.setting import Setting
from emergence.theory.validation import positive
from paper.nam2024.stated import authors_prefactor

COLUMNS = (
    "alpha", "route", "n_skills", "compute", "value", "n_parameters", "ratio_to_minimum"
)  # fmt: skip


def compute_prefactor_table(
    data_exponents: Iterable[float],
    *,
    computes: ArrayLike,
    n_skills: Iterable[float],
    target_scale: float,
    initial_strength: float,
    learning_rate: float,
) -> pd.DataFrame:
    """The prefactor of Fig. 3's dotted law, by every route (units of S²/2 · C^(-α/(α+2))).

    Routes: "minimum over allocation" (Cor. 5, by optimisation over λ), "small initial strength"
    (sharp step, Prop. 7), "authors" (typed into their code, where they give one); and, for each C,
    "envelope" (min over whole N of the model's loss) and "finite-skills law" (Cor. 5 less the
    missing skills), both L · C^(α/(α+2)) / (S²/2).

    Parameters
    ----------
    data_exponents, n_skills: the α, and the numbers of skills (infinity for the limit).
    computes: the C, positive.
    target_scale, initial_strength, learning_rate: S, r and η.

    Returns
    -------
    DataFrame with columns alpha, route, n_skills, compute (NaN where the value does not depend on
    it), value, n_parameters (the best N at that compute), ratio_to_minimum (to Cor. 5 with
    n_s → ∞).

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    setting = Setting(target_scale, initial_strength, learning_rate)
    computes = np.atleast_1d(positive("compute", computes))
    skill_counts = [float(skills) for skills in n_skills]
    rows = []
    for alpha in data_exponents:
        exponent = float(scaling_exponent("compute", alpha))
        optima = {
            "minimum over allocation": compute_optimum(alpha, setting),
            "small initial strength": compute_optimum_small_strength(alpha, setting),
        }
        values = {
            route: optimum.prefactor * setting.rate**exponent / setting.half_square
            for route, optimum in optima.items()
        }
        minimum = values["minimum over allocation"]
        authors = authors_prefactor("compute", alpha, setting)
        if np.isfinite(authors):
            values["authors"] = authors
        entries = [(route, np.inf, np.nan, value, np.nan) for route, value in values.items()]
        for skills in skill_counts:
            envelope = lower_envelope(
                computes, setting=setting, data_exponent=alpha, n_skills=skills
            )
            optimum = compute_optimum(alpha, setting, n_skills=skills)
            scaled = setting.rate * computes
            law = optimum.prefactor * scaled**exponent - missing_skills_loss(
                skills, data_exponent=alpha, target_scale=target_scale
            )
            best = optimum.allocation * scaled ** (1.0 / (alpha + 2.0))
            curves = {"envelope": envelope, "finite-skills law": (law, best)}
            for route, (loss, parameters) in curves.items():
                prefactors = loss * computes**-exponent / setting.half_square
                points = zip(computes, prefactors, parameters, strict=True)
                entries += [(route, skills, *point) for point in points]
        rows += [(alpha, *entry, entry[3] / minimum) for entry in entries]
    return pd.DataFrame(rows, columns=COLUMNS)
