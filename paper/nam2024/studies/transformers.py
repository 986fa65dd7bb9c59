"""Why skills of transformers after the first emerge early: skills together and alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from emergence.analysis.intervals import UNKNOWN, Interval, exponential, ratio_interval
from paper.nam2024.studies.arms import Trainer, probability, timing
from paper.nam2024.studies.tables import passing_times, stack, values

MEASUREMENTS = 100  # of every run
LEVEL = 0.05  # of R_k/S, at which a skill of a transformer counts as emerged
_NEVER = 1e9  # stands for a run that does not pass the level, above all others


def transformers(
    settings: Mapping[str, Any],
    skills: Sequence[int],
    horizon: float,
    joint_steps: int,
    whole_horizon: float,
    slowdown: int,
    width: int,
    runs: int,
    threads: int = 1,
    folder: str | None = None,
) -> pd.DataFrame:
    """When skills pass levels of R_k/S, in P-steps P_s(k) · steps; the setting is a skill k.

    Arms:

    - joint: all skills of the settings. slow: the same with lr and batch divided by `slowdown`.
    - solo: one of `skills` at lr P_s(k) and batch P_s(k), for horizon/P_s(k) steps.
    - whole: one of `skills` at lr P_s(k) and the whole batch, for whole_horizon/P_s(k) steps.

    u counts P_s(k) · steps, of slow runs divided by `slowdown`.
    """
    trainer, parts = Trainer(settings, folder, threads), []
    joint = trainer.settings("transformers_joint", **timing(joint_steps, MEASUREMENTS))
    slow = {
        **trainer.settings("transformers_slow", **timing(joint_steps * slowdown, MEASUREMENTS)),
        "learning_rate": joint["learning_rate"] / slowdown,
        "batch_size": joint["batch_size"] // slowdown,
    }
    for arm, one, factor in (("joint", joint, 1), ("slow", slow, slowdown)):
        step, strength = trainer.strengths(one, width, runs)
        for skill in range(1, strength.shape[-1] + 1):
            scale = probability(joint, skill) / factor
            parts.append(passing_times(arm, skill, step, strength[..., skill - 1], scale))
    for arm, last in (("solo", horizon), ("whole", whole_horizon)):
        for skill in skills:
            name = f"transformers_{arm}_{skill}"
            single = trainer.alone(name, joint, skill, last, MEASUREMENTS)
            if arm == "whole":
                single["batch_size"] = joint["batch_size"]
            step, strength = trainer.strengths(single, width, runs)
            share = probability(joint, skill)
            parts.append(passing_times(arm, skill, step, strength[..., 0], share))
    return stack(parts)


def shift_ratio(first: ArrayLike, second: ArrayLike, confidence: float) -> Interval:
    """Ratio of two samples of times: Hodges and Lehmann's median, with Wilcoxon's interval.

    A run that is never done (NaN) counts as later than all others. UNKNOWN where half are.
    """
    samples = [np.asarray(one, dtype=np.float64) for one in (first, second)]
    if any(np.isnan(one).mean() >= 0.5 for one in samples):
        return UNKNOWN
    logs = [np.log(np.nan_to_num(one, nan=_NEVER)) for one in samples]
    n, m = map(len, logs)
    differences = np.sort((logs[0][:, None] - logs[1]).ravel())
    spread = ndtri(0.5 + confidence / 2) * np.sqrt(n * m * (n + m + 1) / 12)
    outside = max(0, int(np.floor(n * m / 2 - spread)))
    found = Interval(
        float(np.median(differences)),
        float(differences[outside]),
        float(differences[-1 - outside]),
    )
    return exponential(found) if np.abs(differences[[outside, -1 - outside]]).max() < 9 else UNKNOWN


def growth(one: Interval, skill: int, data_exponent: float) -> Interval:
    """g = (k^(α+1) - 1)/(τ_k/τ_1 - 1) from τ_k/τ_1; infinite where that is below 1."""
    law = float(skill ** (data_exponent + 1)) - 1.0

    def g(ratio: float) -> float:
        return law / (ratio - 1.0) if ratio > 1.0 else np.inf

    return Interval(g(one.value), g(one.high), g(one.low))


def measured(
    table: pd.DataFrame, confidence: float, data_exponent: float = 0.9
) -> dict[str, Interval]:
    """Quantities of the predictions, at R_k/S = 0.05."""

    def u(arm: str, skill: int) -> NDArray:
        return values(table, arm, f"u_{LEVEL}", skill)

    def skills(arm: str) -> list[int]:
        return sorted(table.loc[table["arm"] == arm, "setting"].astype(int).unique())

    found = {}
    for arm in ("solo", "whole"):
        for k in skills(arm):
            if k > 1:
                ratio = shift_ratio(u(arm, k), u(arm, 1), confidence)
                found[f"{arm}_ratio_{k}"] = ratio
    for arm in ("joint", "slow"):
        for k in skills(arm):
            if k > 1:
                law = k ** (data_exponent + 1)
                times = shift_ratio(law * u(arm, k), u(arm, 1), confidence)
                found[f"{arm}_time_ratio_{k}"] = times
    for k in (2, 3):
        if k in skills("joint"):
            found[f"growth_{k}"] = growth(found[f"joint_time_ratio_{k}"], k, data_exponent)
    if "growth_3" in found:
        found["growth_ratio"] = ratio_interval(found["growth_3"], found["growth_2"])
    if skills("slow"):
        found["slow_first"] = shift_ratio(u("slow", 1), u("joint", 1), confidence)
    return found
