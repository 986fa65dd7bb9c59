"""When skills emerge: τ_emerge(k), its exponent in k, and the shape of the rise (Figs. 4 and 12).

The same analysis serves every architecture trained with time as the bottleneck.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from emergence.analysis.aggregation import run_matrix
from emergence.analysis.crossings import run_crossings
from emergence.analysis.intervals import UNKNOWN, mean_interval, slope_weights
from emergence.models.names import architecture_of


class EmergenceTimes(NamedTuple):
    """runs: of `run_emergence_times`. times: of `emergence_time_table`. exponents: rows of
    `emergence_exponent`, one an experiment."""

    runs: pd.DataFrame
    times: pd.DataFrame
    exponents: pd.DataFrame


def emergence_times(
    settings: Sequence[Mapping[str, Any]],
    runs: Sequence[pd.DataFrame],
    threshold: float,
    confidence: float,
) -> EmergenceTimes:
    """When each skill emerges in experiments over time, and the exponent of these times.

    settings, runs: of each experiment, in the same order. threshold: R_k/S at which skill k
    emerges.
    """
    each, times, exponents = [], [], []
    for one, table in zip(settings, runs, strict=True):
        found = run_emergence_times(one, table, threshold)
        each.append(found)
        times.append(emergence_time_table(one, found))
        exponents.append(emergence_exponent(one, found, confidence))
    return EmergenceTimes(
        pd.concat(each, ignore_index=True),
        pd.concat(times, ignore_index=True),
        pd.DataFrame(exponents),
    )


def run_emergence_times(
    settings: Mapping[str, Any], runs: pd.DataFrame, level: float
) -> pd.DataFrame:
    """τ_emerge(k) of each run: the first time with R_k/S ≥ level, interpolated linearly.

    Columns experiment, run, skill (from 1), level, time (steps). time is NaN where a run never
    reaches the level, and where it starts above it: no emergence is seen.
    """
    rows = []
    run_numbers = sorted(runs["run"].unique())
    for skill in range(1, settings["task"]["n_skills"] + 1):
        steps, strength = run_matrix(runs, "time", skill=skill)
        for run, time in zip(run_numbers, run_crossings(steps, strength, level), strict=True):
            rows.append((settings["experiment"], run, skill, level, time if time > 0 else np.nan))
    return pd.DataFrame(rows, columns=["experiment", "run", "skill", "level", "time"])


def emergence_time_table(settings: Mapping[str, Any], times: pd.DataFrame) -> pd.DataFrame:
    """Mean and spread over runs of τ_emerge(k), from `run_emergence_times`, beside the law.

    Columns architecture, experiment, data_exponent, skill, level, mean, std, geometric_mean, low,
    high (the mean of ln τ and one standard deviation around it, as times), median, law (c k^(α+1),
    c by least squares in ln τ over the skills that `emergence_exponent` uses), runs_reaching, runs.
    The median is over all runs, never counting as infinity; all else over the runs that reach the
    level. Standard deviations are of the sample, NaN for one run.
    """
    wide = _reached_by_all(times)
    exponent = _expected_exponent(settings)
    log_skill = np.log(wide.columns.to_numpy(dtype=np.float64))
    log_prefactors = np.log(wide).mean().to_numpy() - exponent * log_skill
    prefactor = np.exp(log_prefactors.mean()) if len(log_skill) else np.nan
    rows = []
    for skill, group in times.groupby("skill"):
        reached = group["time"].dropna()
        centre, spread = np.log(reached).mean(), np.log(reached).std()
        rows.append(
            {
                **_label(settings),
                "skill": skill,
                "level": group["level"].iloc[0],
                "mean": reached.mean(),
                "std": reached.std(),
                "geometric_mean": np.exp(centre),
                "low": np.exp(centre - spread),
                "high": np.exp(centre + spread),
                "median": group["time"].fillna(np.inf).median(),
                "law": prefactor * skill**exponent,
                "runs_reaching": len(reached),
                "runs": len(group),
            }
        )
    return pd.DataFrame(rows)


def emergence_exponent(
    settings: Mapping[str, Any], times: pd.DataFrame, confidence: float
) -> dict[str, Any]:
    """Exponent of τ_emerge(k) ∝ k^(α+1) (Eq. 40, Fig. 4): least squares of ln τ on ln k.

    A run's own speed (its start, its sparse bits) multiplies all its times, so the fit takes the
    mean of ln τ over runs; that is the mean of the runs' own slopes, whose Student's t interval is
    given. It uses the skills that every run reaches, so that no skill's mean is only of the fast
    runs.

    Returns architecture, experiment, data_exponent, level, expected (α+1), exponent, low, high,
    confidence, skills (how many are used), runs. NaN where fewer than three skills are reached by
    all runs.
    """
    wide = _reached_by_all(times)
    log_skill = np.log(wide.columns.to_numpy(dtype=np.float64))
    log_time = np.log(wide.to_numpy(dtype=np.float64))
    n_runs, n_used = log_time.shape
    found = UNKNOWN
    if n_used >= 3:
        found = mean_interval(log_time @ slope_weights(log_skill), confidence)
    return {
        **_label(settings),
        "level": times["level"].iloc[0],
        "expected": _expected_exponent(settings),
        "exponent": found.value,
        "low": found.low,
        "high": found.high,
        "confidence": confidence,
        "skills": n_used,
        "runs": n_runs,
    }


def _label(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "architecture": architecture_of(settings),
        "experiment": settings["experiment"],
        "data_exponent": settings["task"]["data_exponent"],
    }


def _expected_exponent(settings: Mapping[str, Any]) -> float:
    return settings["task"]["data_exponent"] + 1.0


def _reached_by_all(times: pd.DataFrame) -> pd.DataFrame:
    """Times of the skills that every run reaches: one row per run, one column per skill."""
    return times.pivot(index="run", columns="skill", values="time").dropna(axis="columns")
