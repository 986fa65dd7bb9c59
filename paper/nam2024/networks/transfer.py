"""From one skill to many without the shape of a model: does skill k follow the single skill?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from emergence.analysis.aggregation import run_matrix
from emergence.analysis.crossings import crossing_of_mean, crossing_of_runs
from emergence.analysis.intervals import Interval
from emergence.analysis.prediction import emergence_table
from emergence.tasks.sparse_parity.problem import skill_probabilities


def transfer(
    settings: Mapping[str, Any],
    runs: pd.DataFrame,
    calibration_runs: pd.DataFrame,
    calibration: Mapping[str, Any],
    levels: Sequence[float],
    confidence: float,
) -> pd.DataFrame:
    """Where skill k reaches each level, from where the single skill of the calibration does.

    In time and data the model sees a skill only through P_s(k): T_k = T/P_s(k), D_k = D/P_s(k) at
    every level, whatever the shape of the rise. Among hidden units k - 1 skills come first:
    N_k = N + (k - 1) N_c. Ends of N and N_c are added, as both come from the same runs.

    Columns of `emergence_table`; predicted is what the calibration's runs say.
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
    return emergence_table(settings, runs, predicted, confidence)
