"""Data behind the figures of the scaling laws: 2 (one resource), 3 (compute) and 7 (small α).

Long DataFrames, one row per point; `curve` says what the point belongs to. Losses in units of the
squared target. Functions raise ValueError for an argument out of range.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from emergence.theory.finite_skills import finite_skills_loss, missing_skills_loss
from emergence.theory.model_loss import (
    multilinear_loss,
    multilinear_loss_by_direct_sum,
    one_shot_loss,
)
from emergence.theory.scaling_laws import (
    finite_skills_law,
    law_prefactor,
    power_law,
    scaling_exponent,
)
from emergence.theory.setting import Setting
from paper.nam2024.stated import authors_prefactor

MODEL = "model"
POWER_LAW = "power law"
FINITE_SKILLS_LAW = "finite-skills law"
AUTHORS_LAW = "authors' law"


def _whole(amounts: ArrayLike) -> NDArray[np.float64]:
    """Distinct whole amounts nearest to a grid: samples and parameters come one at a time."""
    return np.unique(np.round(np.asarray(amounts, dtype=np.float64)))


def _frames(
    labels: Mapping[str, object], axis: str, amounts: ArrayLike, curves: Mapping[str, ArrayLike]
) -> Iterator[pd.DataFrame]:
    """One frame per curve: labels, curve, the amounts under the name `axis`, loss."""
    for curve, losses in curves.items():
        yield pd.DataFrame({**labels, "curve": curve, axis: amounts, "loss": losses})


def resource_scaling_curves(
    data_exponents: Iterable[float],
    *,
    times: ArrayLike,
    data_sizes: ArrayLike,
    n_parameters: ArrayLike,
    n_skills: float,
    target_scale: float,
    initial_strength: float,
    learning_rate: float,
) -> pd.DataFrame:
    """Fig. 2: loss of the multilinear model against T, D and N, with the laws of Thms. 4, 5 and 1.

    One resource at a time is finite; data sizes and parameters are rounded to whole ones.

    Returns
    -------
    DataFrame with columns law (time, data, parameters), alpha, curve, resource, loss; curve is
    "model" (exact sum over n_s skills), "power law" (n_s → ∞) or "finite-skills law" (n_s skills,
    Eq. 56).
    """
    setting = Setting(target_scale, initial_strength, learning_rate)
    sizes, parameters = _whole(data_sizes), _whole(n_parameters)
    frames: list[pd.DataFrame] = []
    for alpha in data_exponents:
        model: dict[str, Any] = {"setting": setting, "data_exponent": alpha, "n_skills": n_skills}
        losses = {
            "time": (times, multilinear_loss(times, **model)),
            "data": (sizes, one_shot_loss(sizes, **model)),
            "parameters": (parameters, multilinear_loss(np.inf, parameters, **model)),
        }
        for law, (resource, loss) in losses.items():
            curves = {
                MODEL: loss,
                POWER_LAW: power_law(law, resource, alpha, setting),
                FINITE_SKILLS_LAW: finite_skills_law(
                    law, resource, alpha, setting, n_skills=n_skills
                ),
            }
            frames += _frames({"law": law, "alpha": alpha}, "resource", resource, curves)
    return pd.concat(frames, ignore_index=True)


def compute_scaling_curves(
    data_exponents: Iterable[float],
    *,
    times: ArrayLike,
    n_parameters: Iterable[int],
    computes: ArrayLike,
    n_skills: float,
    target_scale: float,
    initial_strength: float,
    learning_rate: float,
) -> pd.DataFrame:
    """Fig. 3: loss against C = N T for each N, with the optimal law of Cor. 5.

    Returns
    -------
    DataFrame with columns alpha, curve, n_parameters, time, compute, loss. Curve "model" has one
    row per N and T; the laws have one per entry of `computes` (n_parameters and time are NaN
    there): "power law" (minimum over λ, n_s → ∞), "finite-skills law" (for n_s skills) and, where
    the authors give a prefactor for this setting, "authors' law".
    """
    setting = Setting(target_scale, initial_strength, learning_rate)
    times, computes = np.asarray(times, dtype=np.float64), np.asarray(computes, dtype=np.float64)
    parameters = np.asarray(list(n_parameters), dtype=np.float64)
    frames: list[pd.DataFrame] = []
    for alpha in data_exponents:
        loss = multilinear_loss(
            times, parameters[:, None], setting=setting, data_exponent=alpha, n_skills=n_skills
        )
        columns = {
            "alpha": alpha,
            "curve": MODEL,
            "n_parameters": np.repeat(parameters, len(times)),
            "time": np.tile(times, len(parameters)),
            "compute": (parameters[:, None] * times).ravel(),
            "loss": loss.ravel(),
        }
        frames.append(pd.DataFrame(columns))
        laws = {
            POWER_LAW: power_law("compute", computes, alpha, setting),
            FINITE_SKILLS_LAW: finite_skills_law(
                "compute", computes, alpha, setting, n_skills=n_skills
            ),
        }
        authors = authors_prefactor("compute", alpha, setting, n_skills=n_skills)
        if np.isfinite(authors):
            power = computes ** scaling_exponent("compute", alpha)
            laws[AUTHORS_LAW] = authors * setting.half_square * power
        frames += _frames({"alpha": alpha}, "compute", computes, laws)
    return pd.concat(frames, ignore_index=True)


def printed_finite_skills_law(
    time: ArrayLike, data_exponent: float, setting: Setting, *, n_skills: float
) -> NDArray[np.float64]:
    """Eq. 56 as printed, L_C with S², matched at T → 0 to Thm. 4 with the normaliser of n_s skills.

    Nothing is fitted. It may be negative late, where no skill is left to learn.
    """
    tail: dict[str, Any] = {"data_exponent": data_exponent, "target_scale": setting.target_scale}
    start = law_prefactor("time", data_exponent, setting, n_skills=n_skills)
    return finite_skills_loss(
        time,
        reference_time=1.0,  # any time: the matched curve is the same
        reference_loss=start - missing_skills_loss(n_skills, **tail),
        n_skills=n_skills,
        **tail,
    )


def finite_skills_curves(
    data_exponents: Iterable[float],
    *,
    times: ArrayLike,
    n_skills: int,
    target_scale: float,
    initial_strength: float,
    learning_rate: float,
) -> pd.DataFrame:
    """Fig. 7: loss against T for N = n_s skills, with the time law and its finite-N correction.

    Returns
    -------
    DataFrame with columns alpha, curve, time, loss. Curve "model" adds up every skill one by one;
    "power law" is Thm. 4 for n_s → ∞; "finite-skills law" is :func:`printed_finite_skills_law`.
    """
    setting = Setting(target_scale, initial_strength, learning_rate)
    frames: list[pd.DataFrame] = []
    for alpha in data_exponents:
        curves = {
            MODEL: multilinear_loss_by_direct_sum(
                times, setting=setting, data_exponent=alpha, n_skills=n_skills
            ),
            POWER_LAW: power_law("time", times, alpha, setting),
            FINITE_SKILLS_LAW: printed_finite_skills_law(times, alpha, setting, n_skills=n_skills),
        }
        frames += _frames({"alpha": alpha}, "time", times, curves)
    return pd.concat(frames, ignore_index=True)
