"""From one skill to many without the shape of a model: does skill k follow the single skill?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emergence.analysis.aggregation import run_matrix
from emergence.analysis.crossings import crossing_of_mean, crossing_of_runs, run_crossings
from emergence.analysis.intervals import (
    UNKNOWN,
    Interval,
    joint_mean,
    ratio_interval,
    two_sample_ratio,
)
from emergence.analysis.prediction import bounded_rows, emergence_table
from emergence.tasks.sparse_parity.problem import skill_probabilities


class Transfer(NamedTuple):
    """skills: of `emergence_table`. means: experiment, level, ratio, low, high, skills, runs."""

    skills: pd.DataFrame
    means: pd.DataFrame


def transfer(
    settings: Mapping[str, Any],
    runs: pd.DataFrame,
    calibration_runs: pd.DataFrame,
    calibration: Mapping[str, Any],
    levels: Sequence[float],
    confidence: float,
) -> Transfer:
    """Where skill k reaches each level, from where the single skill of the calibration does.

    In time and data the model sees a skill only through P_s(k): T_k = T/P_s(k), D_k = D/P_s(k) at
    every level, whatever the shape of the rise. Among hidden units k - 1 skills come first:
    N_k = N + (k - 1) N_c. Ends of N and N_c are added, as both come from the same runs.

    In `skills`, predicted is what the calibration's runs say. In `means`, ratio is the geometric
    mean of predicted over measured: in time over the skills that every run reaches, with Welch's t
    over runs; else over the skills with an interval, which count as independent.
    """
    resource, task = settings["resource"], settings["task"]
    crossing = crossing_of_runs if resource == "time" else crossing_of_mean
    x, strength = run_matrix(calibration_runs, resource, skill=1)
    single = {level: crossing(x, strength, level, confidence) for level in levels}
    shares = skill_probabilities(task["data_exponent"], task["n_skills"])
    constant = [calibration[key] for key in ("value", "low", "high")]

    def expected(skill: int, one: Interval) -> Interval:
        if resource == "parameters":
            pairs = zip(one, constant, strict=True)
            return Interval(*(n + (skill - 1) * n_c for n, n_c in pairs))
        return Interval(*(float(x / shares[skill - 1]) for x in one))

    predicted = {
        (skill, level): expected(skill, one)
        for skill in range(1, task["n_skills"] + 1)
        for level, one in single.items()
    }
    skills = emergence_table(settings, runs, predicted, confidence)
    means = []
    for level, rows in skills.groupby("level"):
        bounded = bounded_rows(rows)
        if resource == "time":
            alone = run_crossings(x, strength, level)
            found = _ratio_of_runs(settings, runs, alone, bounded, confidence)
        else:
            found = _ratio_of_means(bounded)
        ends = {"ratio": found.value, "low": found.low, "high": found.high}
        count = {"skills": len(bounded), "runs": int(rows["runs"].iloc[0])}
        means.append({"experiment": settings["experiment"], "level": level, **ends, **count})
    return Transfer(skills, pd.DataFrame(means))


def _ratio_of_runs(
    settings: Mapping[str, Any],
    runs: pd.DataFrame,
    alone: NDArray,
    reached: pd.DataFrame,
    confidence: float,
) -> Interval:
    task = settings["task"]
    shares = skill_probabilities(task["data_exponent"], task["n_skills"])
    if reached.empty or not np.isfinite(alone).all():
        return UNKNOWN
    scaled = [
        shares[row.skill - 1] * run_crossings(*run_matrix(runs, "time", skill=row.skill), row.level)
        for row in reached.itertuples()
    ]
    return two_sample_ratio(alone, np.exp(np.log(scaled).mean(axis=0)), confidence)


def _ratio_of_means(bounded: pd.DataFrame) -> Interval:
    if bounded.empty:
        return UNKNOWN
    # One single skill is behind all that is expected, so that its ends move together.
    columns = bounded[["predicted", "predicted_low", "predicted_high"]].clip(lower=0.0)
    with np.errstate(divide="ignore"):
        expected = Interval(*map(float, np.exp(np.log(columns).mean())))
    rows = bounded[["measured", "low", "high"]].itertuples(index=False)
    return ratio_interval(expected, joint_mean([Interval(*row) for row in rows]))
