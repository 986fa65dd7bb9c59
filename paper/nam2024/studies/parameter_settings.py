"""Which of the conflicting settings of the parameter experiment reproduce Table 5."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from paper.nam2024.networks.table5 import table5_shares

_COUNTED = ["pattern", "count", "runs", "printed_count", "printed_runs"]


class SettingsTried(NamedTuple):
    """means: one row per setting, step and skill. patterns: per setting and pattern of Table 5."""

    means: pd.DataFrame
    patterns: pd.DataFrame


def parameter_settings(
    settings: Sequence[Mapping[str, Any]],
    runs: Sequence[pd.DataFrame],
    every: int,
    confidence: float,
) -> SettingsTried:
    """Mean and standard deviation over runs of R_k/S, and how many runs are as Table 5 prints.

    The columns `factor` and `every` are the learning rate's schedule, empty where it is constant.

    settings, runs: of each experiment study_{setting}, in the same order. every: steps between two
    rows of the means.

    Raises ValueError for an experiment that is measured at no multiple of `every`.
    """
    parts, counts = [], []
    for one, table in zip(settings, runs, strict=True):
        kept = table[(table["step"] > 0) & (table["step"] % every == 0)]
        if kept.empty:
            raise ValueError(f"{one['experiment']} is not measured at a multiple of {every} steps")
        groups = kept.groupby(["step", "skill"])["strength"]
        means = groups.agg(mean="mean", std="std", n="count").reset_index()
        for column, key in enumerate(("learning_rate", "weight_decay", "initial_std")):
            means.insert(column, key, one[key])
        schedule = one["schedule"] or {"factor": np.nan, "every": np.nan}
        for column, key in enumerate(("factor", "every"), start=1):
            means.insert(column, key, schedule[key])
        name = one["experiment"].removeprefix("study_")
        means.insert(0, "setting", name)
        parts.append(means)
        (width,) = table["value"].unique()
        counted = table5_shares(table, width, confidence)[_COUNTED]
        counted.insert(0, "setting", name)
        counts.append(counted)
    return SettingsTried(*(pd.concat(one, ignore_index=True) for one in (parts, counts)))
