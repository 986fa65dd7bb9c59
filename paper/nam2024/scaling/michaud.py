"""Exponents of the networks of Michaud et al. (The quantization model, 2023) beside theirs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from emergence.analysis.intervals import mean_interval, slope_weights
from emergence.tasks.sparse_parity.problem import skill_probabilities
from paper.nam2024.scaling.runs import many_skills

COLUMNS = ["quantity", "alpha", "n_skills", "skill_bits", "theory", "published", "measured"]
COLUMNS += ["low", "high", "runs", "window_low", "window_high", "points"]


def michaud(
    settings: Sequence[Mapping[str, Any]],
    runs: Sequence[pd.DataFrame],
    published: Mapping[str, float],
    window: Sequence[float],
    confidence: float,
) -> pd.DataFrame:
    """Least-squares slopes of logarithms, one for each run: `COLUMNS`.

    steps: loss on steps within `window`, theory -α/(α+1). task_steps: steps at which R_k/S passes ½
    on P_s(k), over the skills that all runs learn, theory -1. Nothing is added to the loss, as by
    the authors.

    settings, runs: of experiments over time. published: what the authors measured, by quantity.
    window: ends in steps.
    """
    rows = []
    for one, table in zip(settings, runs, strict=True):
        alpha, n_skills = one["task"]["data_exponent"], one["task"]["n_skills"]
        loss, skills = many_skills([one], [table])
        inside = loss[loss["x"].between(*window)]
        share = skill_probabilities(alpha, n_skills)[skills["skill"] - 1]
        learned = skills.groupby("skill")["p_steps"].transform(lambda u: u.notna().all())
        times = skills.assign(x=share, y=skills["p_steps"] / share)[learned]
        for name, theory, points in (
            ("steps", -alpha / (alpha + 1.0), inside.assign(y=inside["loss"])),
            ("task_steps", -1.0, times),
        ):
            slopes = [
                float(slope_weights(np.log(of["x"])) @ np.log(of["y"]))
                for _, of in points.groupby("run")
                if len(of) > 2
            ]
            setting = (alpha, n_skills, one["task"]["skill_bits"], theory)
            rows.append(
                (name, *setting, published[name], *mean_interval(slopes, confidence),
                 len(slopes), points["x"].min(), points["x"].max(), points["x"].nunique())
            )  # fmt: skip
    return pd.DataFrame(rows, columns=COLUMNS)
