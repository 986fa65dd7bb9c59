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
    width: int,
    runs: int,
    threads: int = 1,
    folder: str | None = None,
) -> pd.DataFrame:
    """When skills pass levels of R_k/S, in P-steps P_s(k) · steps; the setting is a skill k.

    Arms joint, all skills of the settings, and solo, one of `skills` at lr P_s(k), batch P_s(k),
    with horizon/P_s(k) steps.
    """
    trainer, parts = Trainer(settings, folder, threads), []
    joint = trainer.settings("transformers_joint", **timing(joint_steps, MEASUREMENTS))
    step, strength = trainer.strengths(joint, width, runs)
    for skill in range(1, strength.shape[-1] + 1):
        share = probability(joint, skill)
        parts.append(passing_times("joint", skill, step, strength[..., skill - 1], share))
    for skill in skills:
        name = f"transformers_solo_{skill}"
        single = trainer.alone(name, joint, skill, horizon, MEASUREMENTS)
        step, strength = trainer.strengths(single, width, runs)
        parts.append(
            passing_times("solo", skill, step, strength[..., 0], probability(joint, skill))
        )
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

    solo = sorted(table.loc[table["arm"] == "solo", "setting"].unique())
    together = sorted(table.loc[table["arm"] == "joint", "setting"].unique())
    found = {
        f"solo_ratio_{k:g}": shift_ratio(u("solo", k), u("solo", 1), confidence)
        for k in solo
        if k > 1
    }
    for k in (2, 3):
        if k in together:
            law = k ** (data_exponent + 1)
            times = shift_ratio(law * u("joint", k), u("joint", 1), confidence)
            found[f"joint_time_ratio_{k}"] = times
            found[f"growth_{k}"] = growth(times, k, data_exponent)
    if "growth_3" in found:
        found["growth_ratio"] = ratio_interval(found["growth_3"], found["growth_2"])
    return found
