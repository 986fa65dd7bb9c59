"""Table of the scaling laws' prefactors beside the authors' values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from emergence.theory.scaling_laws import LAWS, law_prefactor
from emergence.theory.setting import Setting
from paper.nam2024.stated import authors_prefactor

UNIT = "target_scale^2/2"


def prefactor_table(
    data_exponents: Iterable[float], settings: Mapping[str, Mapping[str, float]]
) -> pd.DataFrame:
    """Prefactors of L = value · (S²/2) · X^exponent, X = T, D, N or C, for every law and α.

    Parameters
    ----------
    data_exponents: the α.
    settings: for each law (time, data, parameters, compute) a mapping with `target_scale`,
        `initial_strength`, `learning_rate` and `n_skills` (infinity for the limit).

    Returns
    -------
    DataFrame with columns law, alpha, target_scale, initial_strength, learning_rate, n_skills
    ("inf" for the limit), value, unit, authors_value (NaN where the authors give none).

    Raises
    ------
    ValueError
        For an unknown law or an argument out of range.
    """
    if unknown := set(settings) - set(LAWS):
        raise ValueError(f"law must be one of {LAWS}, got {sorted(unknown)!r}")
    rows = []
    for law in sorted(settings, key=LAWS.index):
        constants = dict(settings[law])
        n_skills = constants.pop("n_skills")
        setting = Setting(**constants)
        for alpha in data_exponents:
            value = law_prefactor(law, alpha, setting, n_skills=n_skills)
            rows.append(
                {
                    "law": law,
                    "alpha": alpha,
                    "target_scale": setting.target_scale,
                    "initial_strength": setting.initial_strength,
                    "learning_rate": setting.learning_rate,
                    "n_skills": "inf" if np.isinf(n_skills) else n_skills,
                    "value": value / setting.half_square,
                    "unit": UNIT,
                    "authors_value": authors_prefactor(law, alpha, setting, n_skills=n_skills),
                }
            )
    return pd.DataFrame(rows)
