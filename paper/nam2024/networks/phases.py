"""The time at which a skill emerges, split into its onset and the rise from there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emergence.analysis.aggregation import run_matrix
from emergence.analysis.crossings import run_crossings
from emergence.analysis.intervals import (
    UNKNOWN,
    geometric_interval,
    mean_interval,
    slope_weights,
)
from emergence.tasks.sparse_parity.problem import skill_probabilities

ONSET_LEVEL = 0.001  # R_k/S that stands out of what is measured before a skill is learned
_SMALLEST = 1e-12  # stands for strengths that are not positive, in logarithms


class Phases(NamedTuple):
    """times: experiment, phase, skill, time, low, high, scaled_time, runs. exponents: experiment,
    phase, expected, exponent, low, high, skills, runs."""

    times: pd.DataFrame
    exponents: pd.DataFrame


def phases(
    settings: Mapping[str, Any], runs: pd.DataFrame, threshold: float, confidence: float
) -> Phases:
    """Geometric mean over runs of both parts of τ_emerge(k), and how each grows with k.

    Onset is the time to R_k/S = ONSET_LEVEL, interpolated in ln R, as R grows exponentially there;
    the rise goes on from there to `threshold`. The model has both ∝ 1/P_s(k) ∝ k^(α+1), so that
    scaled_time, P_s(k) times the time, is the same for every k. Exponents are those of
    `emergence_exponent`, over the skills that every run reaches.
    """
    task = settings["task"]
    shares = skill_probabilities(task["data_exponent"], task["n_skills"])
    onset, emerged = (
        np.stack([_times(runs, skill, level) for skill in range(1, task["n_skills"] + 1)])
        for level in (ONSET_LEVEL, threshold)
    )
    times, exponents = [], []
    for phase, found in (("onset", onset), ("rise", emerged - onset)):
        reached = np.flatnonzero(np.isfinite(found).all(axis=1))
        for row in reached:
            mean = geometric_interval(found[row], confidence)
            one = (settings["experiment"], phase, row + 1, *mean, shares[row] * mean.value)
            times.append((*one, found.shape[1]))
        slope = UNKNOWN
        if len(reached) > 2:
            weights = slope_weights(np.log(reached + 1.0))
            slope = mean_interval(weights @ np.log(found[reached]), confidence)
        exponents.append(
            (
                settings["experiment"],
                phase,
                task["data_exponent"] + 1.0,
                *slope,
                len(reached),
                found.shape[1],
            )
        )
    columns = ["experiment", "phase", "skill", "time", "low", "high", "scaled_time", "runs"]
    named = ["experiment", "phase", "expected", "exponent", "low", "high", "skills", "runs"]
    return Phases(pd.DataFrame(times, columns=columns), pd.DataFrame(exponents, columns=named))


def _times(runs: pd.DataFrame, skill: int, level: float) -> NDArray[np.float64]:
    """When each run reaches a level, shape (runs,); ln R is interpolated at ONSET_LEVEL."""
    steps, strength = run_matrix(runs, "time", skill=skill)
    if level > ONSET_LEVEL:
        return run_crossings(steps, strength, level)
    return run_crossings(steps, np.log(np.maximum(strength, _SMALLEST)), np.log(level))
