"""Which resource limits: the rarest skill in reach, losses under several limits, Table 4.

Every law says the same thing in another unit: the loss is that of the skills beyond the rarest one
in reach, K, and falls as K^-α. Functions raise ValueError for an unknown bottleneck or an argument
out of range.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from emergence.theory.compute_envelope import lower_envelope
from emergence.theory.model_loss import finite_data_loss, multilinear_loss, one_shot_loss
from emergence.theory.scaling_laws import LAWS, compute_optimum, scaling_exponent
from emergence.theory.setting import Setting
from emergence.theory.skill_sums import skill_normaliser
from emergence.theory.validation import positive


def resource_for_rarest_skill(
    bottleneck: str,
    rarest_skill: ArrayLike,
    data_exponent: float,
    setting: Setting,
    *,
    n_skills: float = np.inf,
) -> NDArray[np.float64]:
    """The amount of a resource that brings skills up to K in reach, not rounded.

    Time: R_K = S/2, T = ln(S/r - 1) H K^(α+1)/(2ηS) (Eq. 11). Data: one expected sample of skill K,
    D = H K^(α+1). Parameters: N = K. Compute: the C whose best N is K, (K/λ)^(α+2)/(ηS) (Cor. 5).

    Parameters
    ----------
    bottleneck: one of `emergence.theory.scaling_laws.LAWS`.
    rarest_skill: K > 0; its shape is returned.
    data_exponent: α > 0.
    setting: S, r and η.
    n_skills: n_s, whole or infinite, only through H.

    Examples
    --------
    >>> setting = Setting(target_scale=1.0, initial_strength=0.01, learning_rate=1.0)
    >>> resource_for_rarest_skill("time", [1, 10], 0.6, setting).round(2)
    array([  5.25, 209.07])
    """
    skill = positive("rarest_skill", rarest_skill)
    normaliser = skill_normaliser(data_exponent, n_skills)
    if bottleneck == "time":
        step = np.log(setting.ratio) / 2.0
        return step * normaliser * skill ** (data_exponent + 1.0) / setting.rate
    if bottleneck == "data":
        return normaliser * skill ** (data_exponent + 1.0)
    if bottleneck == "parameters":
        return skill
    if bottleneck == "compute":
        allocation = compute_optimum(data_exponent, setting, n_skills=n_skills).allocation
        return (skill / allocation) ** (data_exponent + 2.0) / setting.rate
    raise ValueError(f"bottleneck must be one of {LAWS}, got {bottleneck!r}")


@dataclass(frozen=True)
class Limits:
    """The resources other than the bottleneck, and n_s; infinity means that they do not limit.

    With compute as the bottleneck `n_parameters` = infinity stands for the best N.
    """

    time: float = np.inf
    data_size: float = np.inf
    n_parameters: float = np.inf
    n_skills: float = np.inf


def bottleneck_loss(
    bottleneck: str, resource: ArrayLike, data_exponent: float, setting: Setting, *, limits: Limits
) -> NDArray[np.float64]:
    """Loss of the multilinear model when `resource` units of the bottleneck meet the other limits.

    Parameters
    ----------
    bottleneck: one of `emergence.theory.scaling_laws.LAWS`.
    resource: T, D, N or C, positive; data sizes and numbers of parameters are whole.
    data_exponent: α > 0.
    setting: S, r and η.
    limits: what else limits.

    Returns
    -------
    array of the shape of `resource`, unit S².
    """
    resource = positive("resource", resource)
    model: dict[str, Any] = {
        "setting": setting,
        "data_exponent": data_exponent,
        "n_skills": limits.n_skills,
    }
    times: ArrayLike = limits.time
    sizes: ArrayLike = limits.data_size
    parameters: ArrayLike = limits.n_parameters
    if bottleneck == "time":
        times = resource
    elif bottleneck == "data":
        sizes = resource
    elif bottleneck == "parameters":
        parameters = resource
    elif bottleneck == "compute":
        if np.isinf(parameters):
            envelope = lower_envelope(resource, **model)
            if np.isinf(sizes):
                return envelope.loss
            parameters = envelope.n_parameters
        times = resource / np.asarray(parameters, dtype=np.float64)
    else:
        raise ValueError(f"bottleneck must be one of {LAWS}, got {bottleneck!r}")
    if np.all(np.isinf(sizes)):
        return multilinear_loss(times, parameters, **model)
    if np.all(np.isinf(times)):
        return one_shot_loss(sizes, parameters, **model)
    return finite_data_loss(times, sizes, parameters, **model)


def exponent_table(data_exponents: Iterable[float]) -> pd.DataFrame:
    """Table 4: exponent of the loss and how the other resources must grow with the bottleneck X.

    The rarest skill in reach grows as K ∝ X^κ, κ = (exponent of the loss)/(-α). To keep K in reach
    takes N ∝ K, T ∝ K^(α+1) and D ∝ K^(α+1), so the powers of X are κ and (α+1)κ. For time, data
    and parameters the other resources must grow *faster* than that; for compute N and T grow
    exactly so (their powers add up to one) and only D faster.

    Returns
    -------
    DataFrame with columns bottleneck, alpha, loss_exponent, n_parameters_power, time_power,
    data_power; NaN where the resource is the bottleneck itself.
    """
    rows = []
    for bottleneck in LAWS:
        for alpha in data_exponents:
            loss_exponent = float(scaling_exponent(bottleneck, alpha))
            reach = loss_exponent / -alpha
            powers = {
                "n_parameters_power": np.nan if bottleneck == "parameters" else reach,
                "time_power": np.nan if bottleneck == "time" else (alpha + 1.0) * reach,
                "data_power": np.nan if bottleneck == "data" else (alpha + 1.0) * reach,
            }
            rows.append(
                {"bottleneck": bottleneck, "alpha": alpha, "loss_exponent": loss_exponent, **powers}
            )
    return pd.DataFrame(rows)
