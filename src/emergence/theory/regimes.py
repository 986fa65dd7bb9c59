"""Which resource limits: the rarest skill in reach, windows where a law's conditions hold, Table 4.

Every law says the same thing in another unit: the loss is that of the skills beyond the rarest one
in reach, K, and falls as K^-α.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from emergence.theory.compute_envelope import lower_envelope
from emergence.theory.model_loss import finite_data_loss, multilinear_loss, one_shot_loss
from emergence.theory.scaling_laws import LAWS, compute_optimum, scaling_exponent
from emergence.theory.skill_sums import skill_normaliser
from emergence.theory.validation import initial_ratio, positive


def resource_for_rarest_skill(
    bottleneck: str,
    rarest_skill: ArrayLike,
    data_exponent: float,
    *,
    target_scale: float,
    initial_strength: float,
    learning_rate: float,
    n_skills: float = np.inf,
) -> NDArray[np.float64]:
    """The amount of a resource that brings skills up to K in reach.

    Time: R_K = S/2, T = ln(S/r - 1) H K^(α+1)/(2ηS) (Eq. 11). Data: one expected sample of skill K,
    D = H K^(α+1). Parameters: N = K. Compute: the C whose best N is K, (K/λ)^(α+2)/(ηS) (Cor. 5).
    Not rounded. Raises ValueError for an unknown bottleneck or an argument out of range.
    """
    skill = positive("rarest_skill", rarest_skill)
    normaliser = skill_normaliser(data_exponent, n_skills)
    rate = float(positive("learning_rate", learning_rate)) * target_scale
    if bottleneck == "time":
        step = np.log(initial_ratio(initial_strength, target_scale)) / 2.0
        return step * normaliser * skill ** (data_exponent + 1.0) / rate
    if bottleneck == "data":
        return normaliser * skill ** (data_exponent + 1.0)
    if bottleneck == "parameters":
        return skill
    if bottleneck == "compute":
        optimum = compute_optimum(
            data_exponent,
            target_scale=target_scale,
            initial_strength=initial_strength,
            n_skills=n_skills,
        )
        return (skill / optimum.allocation) ** (data_exponent + 2.0) / rate
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
    bottleneck: str,
    resource: ArrayLike,
    data_exponent: float,
    *,
    limits: Limits,
    target_scale: float,
    initial_strength: float,
    learning_rate: float,
) -> NDArray[np.float64]:
    """Loss of the multilinear model when `resource` units of the bottleneck meet the other limits.

    Data sizes and numbers of parameters must be whole. Raises ValueError for an unknown bottleneck
    or an argument out of range.
    """
    resource = positive("resource", resource)
    model = {"target_scale": target_scale, "initial_strength": initial_strength}
    skills = {"data_exponent": data_exponent, "n_skills": limits.n_skills}
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
            envelope = lower_envelope(resource, learning_rate=learning_rate, **skills, **model)
            if np.isinf(sizes):
                return envelope.loss
            parameters = envelope.n_parameters
        times = resource / np.asarray(parameters, dtype=np.float64)
    else:
        raise ValueError(f"bottleneck must be one of {LAWS}, got {bottleneck!r}")
    if np.all(np.isinf(sizes)):
        return multilinear_loss(times, parameters, learning_rate=learning_rate, **skills, **model)
    if np.all(np.isinf(times)):
        return one_shot_loss(sizes, parameters, **skills, **model)
    return finite_data_loss(
        times, sizes, parameters, learning_rate=learning_rate, **skills, **model
    )


def exponent_table(data_exponents: Iterable[float]) -> pd.DataFrame:
    """Table 4: exponent of the loss and how the other resources must grow with the bottleneck X.

    The rarest skill in reach grows as K ∝ X^κ, κ = (exponent of the loss)/(-α). To keep K in reach
    takes N ∝ K, T ∝ K^(α+1) and D ∝ K^(α+1), so the powers of X are κ and (α+1)κ. For time, data
    and parameters the other resources must grow *faster* than that; for compute N and T grow
    exactly so (their powers add up to one) and only D faster.

    Columns: bottleneck, alpha, loss_exponent, n_parameters_power, time_power, data_power; NaN where
    the resource is the bottleneck itself. Raises ValueError if an α is not positive.
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
