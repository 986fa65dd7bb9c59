"""How long a rise takes, measured and predicted: of skills among others, and of a single skill."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emergence.analysis.aggregation import run_matrix
from emergence.analysis.crossings import run_crossings
from emergence.analysis.intervals import UNKNOWN, Interval, geometric_interval, two_sample_ratio
from emergence.analysis.prediction import compared
from emergence.tasks.sparse_parity.problem import skill_probabilities


class Saturation(NamedTuple):
    """rises: experiment, skill, start, end (R_k/S), columns of `compared`, runs. excess: start,
    end, value, low, high, skills, runs, single_runs."""

    rises: pd.DataFrame
    excess: pd.DataFrame


def saturation(
    settings: Sequence[Mapping[str, Any]],
    runs: Sequence[pd.DataFrame],
    emergence: Sequence[pd.DataFrame],
    confidence: float,
) -> Saturation:
    """Times between levels of R_k/S, of networks with many skills and of those with one.

    settings, runs, emergence (`emergence_table`, for the predicted times): of the experiment with
    many skills, then of its calibration. Each pair of neighbouring levels is a part of a rise; the
    last part is the whole, from the lowest level to the highest. A measured time is the geometric
    mean over runs, NaN unless every run reaches the end.

    The excess is the time of a part times P_s(k), over that of the single skill, which is 1 where
    skills do not slow one another down: the geometric mean over the skills that every run learns,
    and over runs, with Welch's t of the logarithms.
    """
    many, single = (
        _durations(one, table, levels)
        for one, table, levels in zip(settings, runs, emergence, strict=True)
    )
    rows = [
        _row(one["experiment"], skill, part, taken, levels, confidence)
        for one, durations, levels in zip(settings, (many, single), emergence, strict=True)
        for (skill, part), taken in durations.items()
    ]
    task = settings[0]["task"]
    shares = skill_probabilities(task["data_exponent"], task["n_skills"])
    excesses = [_excess(part, many, single[1, part], shares, confidence) for _, part in single]
    return Saturation(pd.DataFrame(rows), pd.DataFrame(excesses))


def _durations(
    settings: Mapping[str, Any], runs: pd.DataFrame, emergence: pd.DataFrame
) -> dict[tuple[int, tuple[float, float]], NDArray]:
    """Steps that each run takes for each part of a rise, NaN or infinite without an end."""
    levels = sorted(emergence["level"].unique())
    parts = [*pairwise(levels), (levels[0], levels[-1])]
    found = {}
    for skill in range(1, settings["task"]["n_skills"] + 1):
        x, strength = run_matrix(runs, "time", skill=skill)
        at = {level: run_crossings(x, strength, level) for level in levels}
        for start, end in dict.fromkeys(parts):
            found[skill, (start, end)] = at[end] - at[start]
    return found


def _row(
    experiment: str,
    skill: int,
    part: tuple[float, float],
    taken: NDArray,
    emergence: pd.DataFrame,
    confidence: float,
) -> dict[str, Any]:
    start, end = part
    at = emergence[emergence["skill"] == skill].set_index("level")
    rises = (
        float(at.loc[end, name] - at.loc[start, name])
        for name in ("predicted", "predicted_low", "predicted_high")
    )
    measured = geometric_interval(taken, confidence) if np.isfinite(taken).all() else UNKNOWN
    return {
        "experiment": experiment,
        "skill": skill,
        "start": start,
        "end": end,
        **compared(Interval(*rises), measured),
        "runs": len(taken),
    }


def _excess(
    part: tuple[float, float],
    many: Mapping[tuple[int, tuple[float, float]], NDArray],
    single: NDArray,
    shares: NDArray,
    confidence: float,
) -> dict[str, Any]:
    scaled = [
        np.log(shares[skill - 1] * taken)
        for (skill, of), taken in many.items()
        if of == part and np.isfinite(taken).all()
    ]
    found = UNKNOWN
    if scaled and np.isfinite(single).all():
        found = two_sample_ratio(np.exp(np.mean(scaled, axis=0)), single, confidence)
    start, end = part
    counts = {"skills": len(scaled), "single_runs": len(single)}
    runs = len(next(iter(many.values())))
    return {"start": start, "end": end, **found._asdict(), **counts, "runs": runs}
