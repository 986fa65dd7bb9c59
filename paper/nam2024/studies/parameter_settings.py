"""Which of the conflicting settings of the parameter experiment reproduce Table 5."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd


def parameter_settings(
    settings: Sequence[Mapping[str, Any]], runs: Sequence[pd.DataFrame], every: int
) -> pd.DataFrame:
    """Mean and standard deviation over runs of R_k/S, one row per setting, step and skill.

    The columns `factor` and `every` are the learning rate's schedule, empty where it is constant.

    settings, runs: of each experiment study_{setting}, in the same order. every: steps between two
    rows.

    Raises ValueError for an experiment that is measured at no multiple of `every`.
    """
    parts = []
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
        means.insert(0, "setting", one["experiment"].removeprefix("study_"))
        parts.append(means)
    return pd.concat(parts, ignore_index=True)
