"""Data behind the figures of the scaling laws: 2 (one resource), 3 (compute) and 7 (small α).

Long DataFrames, one row per point; `curve` says what the point belongs to. Losses in units of the
squared target.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from emergence.theory.finite_skills import finite_skills_loss, missing_skills_loss
from emergence.theory.model_loss import (
    multilinear_loss,
    multilinear_loss_by_direct_sum,
    one_shot_loss,
)
from emergence.theory.scaling_laws import finite_skills_law, law_prefactor, scaling_exponent
from paper.nam2024.theory.authors_values import authors_prefactor

MODEL = "model"
POWER_LAW = "power law"
FINITE_SKILLS_LAW = "finite-skills law"
AUTHORS_LAW = "authors' law"


def _power_law(law: str, resource: ArrayLike, alpha: float, **setting: float) -> np.ndarray:
    prefactor = law_prefactor(law, alpha, **setting)
    return prefactor * np.asarray(resource) ** scaling_exponent(law, alpha)


def _whole(amounts: ArrayLike) -> np.ndarray:
    """Distinct whole amounts nearest to a grid: samples and parameters come one at a time."""
    return np.unique(np.round(np.asarray(amounts, dtype=np.float64)))


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

    One resource at a time is finite; data sizes and parameters are rounded to whole ones. Columns:
    law (time, data, parameters), alpha, curve, resource, loss; curve is "model" (exact sum over n_s
    skills), "power law" (n_s → ∞) or "finite-skills law" (n_s skills, Eq. 56). Raises ValueError if
    an argument is out of range.
    """
    model = {"target_scale": target_scale, "initial_strength": initial_strength}
    rate = {"learning_rate": learning_rate}
    data_sizes, n_parameters = _whole(data_sizes), _whole(n_parameters)
    frames = []
    for alpha in data_exponents:
        skills = {"data_exponent": alpha, "n_skills": n_skills}
        losses = {
            "time": (times, multilinear_loss(times, **skills, **model, **rate)),
            "data": (data_sizes, one_shot_loss(data_sizes, **skills, **model)),
            "parameters": (
                n_parameters,
                multilinear_loss(np.inf, n_parameters, **skills, **model, **rate),
            ),
        }
        for law, (resource, loss) in losses.items():
            curves = {
                MODEL: loss,
                POWER_LAW: _power_law(law, resource, alpha, **model, **rate),
                FINITE_SKILLS_LAW: finite_skills_law(
                    law, resource, alpha, n_skills=n_skills, **model, **rate
                ),
            }
            frames += [
                pd.DataFrame(
                    {
                        "law": law,
                        "alpha": alpha,
                        "curve": curve,
                        "resource": resource,
                        "loss": values,
                    }
                )
                for curve, values in curves.items()
            ]
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

    Columns: alpha, curve, n_parameters, time, compute, loss. Curve "model" has one row per N and T;
    the laws have one per entry of `computes` (n_parameters and time are NaN there): "power law"
    (minimum over λ, n_s → ∞), "finite-skills law" (for n_s skills) and, where the authors give a
    prefactor for this setting, "authors' law". Raises ValueError if an argument is out of range.
    """
    times, computes = np.asarray(times, dtype=np.float64), np.asarray(computes, dtype=np.float64)
    parameters = np.asarray(list(n_parameters), dtype=np.float64)
    setting = {
        "target_scale": target_scale,
        "initial_strength": initial_strength,
        "learning_rate": learning_rate,
    }
    frames = []
    for alpha in data_exponents:
        loss = multilinear_loss(
            times, parameters[:, None], data_exponent=alpha, n_skills=n_skills, **setting
        )
        frames.append(
            pd.DataFrame(
                {
                    "alpha": alpha,
                    "curve": MODEL,
                    "n_parameters": np.repeat(parameters, len(times)),
                    "time": np.tile(times, len(parameters)),
                    "compute": (parameters[:, None] * times).ravel(),
                    "loss": loss.ravel(),
                }
            )
        )
        laws = {
            POWER_LAW: _power_law("compute", computes, alpha, **setting),
            FINITE_SKILLS_LAW: finite_skills_law(
                "compute", computes, alpha, n_skills=n_skills, **setting
            ),
        }
        authors = authors_prefactor("compute", data_exponent=alpha, n_skills=n_skills, **setting)
        if np.isfinite(authors):
            power = computes ** scaling_exponent("compute", alpha)
            laws[AUTHORS_LAW] = authors * target_scale**2 / 2.0 * power
        frames += [
            pd.DataFrame({"alpha": alpha, "curve": curve, "compute": computes, "loss": values})
            for curve, values in laws.items()
        ]
    return pd.concat(frames, ignore_index=True)


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

    Columns: alpha, curve, time, loss. Curve "model" adds up every skill one by one; "power law" is
    Thm. 4 for n_s → ∞; "finite-skills law" solves Eq. 56, matched where it starts (T → 0) to Thm. 4
    with the normaliser of n_s skills, so nothing is fitted. It may be negative late, where no skill
    is left to learn. Raises ValueError if an argument is out of range.
    """
    times = np.asarray(times, dtype=np.float64)
    setting: dict[str, Any] = {
        "target_scale": target_scale,
        "initial_strength": initial_strength,
        "learning_rate": learning_rate,
    }
    frames = []
    for alpha in data_exponents:
        skills: dict[str, Any] = {"data_exponent": alpha, "n_skills": n_skills}
        missing = missing_skills_loss(n_skills, data_exponent=alpha, target_scale=target_scale)
        start = law_prefactor("time", alpha, n_skills=n_skills, **setting)
        curves = {
            MODEL: multilinear_loss_by_direct_sum(times, **skills, **setting),
            POWER_LAW: _power_law("time", times, alpha, **setting),
            FINITE_SKILLS_LAW: finite_skills_loss(
                times,
                reference_time=1.0,  # any time: the matched curve is the same
                reference_loss=start - missing,
                target_scale=target_scale,
                **skills,
            ),
        }
        frames += [
            pd.DataFrame({"alpha": alpha, "curve": curve, "time": times, "loss": values})
            for curve, values in curves.items()
        ]
    return pd.concat(frames, ignore_index=True)
