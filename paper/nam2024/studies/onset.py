"""What sets the number of samples from which a skill is learned: a race with memorising."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import comb
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emergence.analysis.crossings import first_crossing
from emergence.analysis.intervals import (
    UNKNOWN,
    Interval,
    exponential,
    jackknife_interval,
    ratio_interval,
)
from paper.nam2024.studies.arms import Trainer
from paper.nam2024.studies.tables import rows, stack
from paper.nam2024.studies.theory import race_size


def onset(
    settings: Mapping[str, Any],
    skill_bits: Sequence[int],
    slowdown: int,
    slow_skill_bits: Sequence[int],
    shares: Sequence[float],
    further: Sequence[Mapping[str, int]],
    further_shares: Sequence[float],
    width: int,
    steps: int,
    runs: int,
    threads: int = 1,
    folder: str | None = None,
) -> pd.DataFrame:
    """R/S at the end for one skill, by n_b, learning rate and D.

    Rows `strength` of arms bits_{n_b}_slowdown_{s}, where the learning rate is divided by s and
    the steps are times s, and bits_{n_b}_sparse_{m}; the setting is D.

    shares: D over `race_size`. further: m and n_b of more arms; further_shares: their D over the
    number of subsets of m - 1 bits.
    """
    base = {"width": width, "schedule": None, "inputs_per_skill": 4096}
    trainer = Trainer({**settings, **base}, folder, threads)
    stop = settings["early_stop"]

    def arm(name: str, sizes: Sequence[float], factor: int, task: Mapping[str, int]) -> Any:
        one = trainer.settings(
            f"onset_{name}",
            task={"n_skills": 1, **task},
            learning_rate=settings["learning_rate"] / factor,
            steps=steps * factor,
            early_stop=stop and {**stop, "check_every": stop["check_every"] * factor},
        )
        for size in map(round, sizes):
            _, strength = trainer.strengths(one, size, runs)
            yield rows(name, size, "strength", strength[:, -1, 0])

    parts: list[pd.DataFrame] = []
    for factor, several in ((1, skill_bits), (slowdown, slow_skill_bits)):
        for bits in several:
            sizes = [share * race_size(bits) for share in shares]
            parts += arm(f"bits_{bits}_slowdown_{factor}", sizes, factor, {"skill_bits": bits})
    for task in further:
        bits, sparse = task["skill_bits"], task["sparse_bits"]
        sizes = [share * comb(bits, sparse - 1) for share in further_shares]
        parts += arm(f"bits_{bits}_sparse_{sparse}", sizes, 1, task)
    return stack(parts)


def half_size(table: pd.DataFrame, arm: str, confidence: float) -> Interval:
    """D at which the mean of R/S passes ½, by lines in ln D; jackknife over runs at each D."""
    mine = table[table["arm"] == arm]
    strength = mine.pivot_table("value", index="run", columns="setting").sort_index(axis=1)
    logs, found = np.log(strength.columns.to_numpy(float)), strength.to_numpy()

    def half(means: NDArray) -> float:
        return first_crossing(logs, means, 0.5)

    means, n = found.mean(axis=0), len(found)
    left_out = []
    for point in range(len(logs)):
        without = (n * means[point] - found[:, point]) / max(1, n - 1)
        each = [half(np.r_[means[:point], one, means[point + 1 :]]) for one in without]
        if np.std(each) > 0:
            left_out.append(np.array(each))
    if not left_out:
        return Interval(float(np.exp(half(means))), np.nan, np.nan)
    return exponential(jackknife_interval(half(means), left_out, confidence))


def measured(table: pd.DataFrame, confidence: float) -> dict[str, Interval]:
    """Quantities of the predictions: half_{n_b}, ratios to n_b = 32, and to the published rate."""
    fast = [arm for arm in table["arm"].unique() if arm.endswith("_slowdown_1")]
    halves = {int(arm.split("_")[1]): half_size(table, arm, confidence) for arm in fast}
    found = {f"half_{bits}": one for bits, one in halves.items()}
    found |= {
        f"half_ratio_{bits}": ratio_interval(one, halves[32])
        for bits, one in halves.items()
        if bits != 32 and 32 in halves
    }
    slow = [a for a in table["arm"].unique() if "_slowdown_" in a and a not in fast]
    for one in slow:
        bits = int(one.split("_")[1])
        name = "half_rate_ratio" if bits == 32 else f"half_rate_ratio_{bits}"
        found[name] = ratio_interval(half_size(table, one, confidence), halves.get(bits, UNKNOWN))
    return found | _further(table, confidence)


def _further(table: pd.DataFrame, confidence: float) -> dict[str, Interval]:
    """half_{n_b} of m = 3, half_m{m}_{n_b} of others, half_m{m}_ratio_{n_b} to the base's n_b."""
    found = {}
    for arm in table["arm"].unique():
        _, bits, kind, sparse = arm.split("_")
        if kind == "sparse":
            name = f"half_{bits}" if sparse == "3" else f"half_m{sparse}_{bits}"
            found[name] = half_size(table, arm, confidence)
    for sparse, base in (("2", "32"), ("4", "12")):
        whole = found.get(f"half_m{sparse}_{base}", UNKNOWN)
        for name in [n for n in found if n.startswith(f"half_m{sparse}_")]:
            bits = name.rpartition("_")[2]
            if bits != base:
                found[f"half_m{sparse}_ratio_{bits}"] = ratio_interval(found[name], whole)
    return found
