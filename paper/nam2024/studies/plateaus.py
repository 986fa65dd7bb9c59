"""Why runs of fixed width have no early stop: a skill may stand still for long, then be learned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from emergence.tasks.experiments import generate
from emergence.training.shard import Limits, run_shard


def plateaus(
    settings: Mapping[str, Any],
    width: int,
    runs: int,
    steps: int,
    measure_every: int,
    tolerance: float,
    rise: float,
    threads: int = 1,
) -> pd.DataFrame:
    """The `longest_plateau` of each run and skill of an experiment at one width."""
    longer = {**settings, "steps": steps, "measure_every": measure_every}
    data = generate(settings, width, 0, runs)
    arrays, _ = run_shard(longer, width, 0, data, limits=Limits(threads))
    strength = arrays["strength"] / settings["task"]["target_scale"]
    rows = [
        (
            width,
            run,
            skill,
            steps,
            *longest_plateau(arrays["step"], curve, tolerance, rise),
            curve[-1],
        )
        for run, curves in enumerate(strength)
        for skill, curve in enumerate(curves.T, start=1)
    ]
    columns = ["width", "run", "skill", "steps", "plateau_steps", "rise_after", "strength_at_end"]
    return pd.DataFrame(rows, columns=columns)


def longest_plateau(
    steps: ArrayLike, strength: ArrayLike, tolerance: float, rise: float
) -> tuple[float, float]:
    """The longest stretch in which R_k/S stands still although a rise follows.

    steps: (points,), increasing. strength: R_k/S of one run, (points,). A stretch stands still if
    R_k/S stays within a band of width `tolerance`, for as long as it does; a rise follows if R_k/S
    later exceeds the band by more than `rise`.

    Returns its number of steps (0 where there is none) and the rise that follows, at most.
    Raises ValueError for arrays of different lengths, or unless 0 < tolerance < rise.
    """
    x, y = np.asarray(steps, dtype=np.float64), np.asarray(strength, dtype=np.float64)
    if x.shape != y.shape or x.ndim != 1:
        raise ValueError(f"steps and strength must be vectors alike, got {x.shape} and {y.shape}")
    if not 0 < tolerance < rise:
        raise ValueError(f"needed is 0 < tolerance < rise, got {tolerance!r} and {rise!r}")
    highest_later = np.maximum.accumulate(y[::-1])[::-1]
    longest, follows = 0.0, 0.0
    for start in range(len(x)):
        end = start + _band_length(y[start:], tolerance) - 1
        later = highest_later[end + 1] - y[start : end + 1].max() if end + 1 < len(y) else -np.inf
        if later > rise and x[end] - x[start] > longest:
            longest, follows = float(x[end] - x[start]), float(later)
    return longest, follows


def _band_length(y: NDArray[np.float64], tolerance: float) -> int:
    """How many points from the first on stay within a band of width `tolerance`."""
    width = np.maximum.accumulate(y) - np.minimum.accumulate(y)
    outside = width > tolerance
    return int(outside.argmax()) if outside.any() else len(y)
