"""Do skills learn independently, as in the model? What one skill does while another rises."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emergence.analysis.crossings import first_crossing
from emergence.analysis.intervals import mean_interval

# What is measured while a skill rises, and what the model says of it.
UNLEARNED, LEARNED, PLATEAU = "loss of unlearned skills", "strength of skill 1", "loss of skill 1"
_RISE = (0.1, 0.9)  # R/S between which a skill is rising
_UNTOUCHED = 0.01  # R_k/S below which a skill is not learned yet
_BEFORE = 5  # measurements before a rise that stand for the state before it


def decoupling(settings: Mapping[str, Any], runs: pd.DataFrame, confidence: float) -> pd.DataFrame:
    """Three quantities that the model keeps fixed, mean over runs, from the runs over time.

    Loss of unlearned skills: mean L_k/(S²/2) while skill 1 rises, over the skills of R_k/S below
    0.01 throughout; 1 in the model. Strength of skill 1: its R_1/S while skill 2 rises, less that
    before; not below 0 in the model. Loss of skill 1: L_1/(S²/2) over the last measurements; 0 in
    the model. A run without the rise is left out.

    Columns quantity, expected, value, low, high, runs (used).
    """
    found: dict[str, list[float]] = {UNLEARNED: [], LEARNED: [], PLATEAU: []}
    scale = 0.5 * settings["task"]["target_scale"] ** 2
    for _, run in runs.groupby("run"):
        strength = run.pivot(index="step", columns="skill", values="strength")
        loss = run.pivot(index="step", columns="skill", values="loss") / scale
        steps = strength.index.to_numpy(dtype=np.float64)
        first, second = (_rising(steps, strength[skill].to_numpy()) for skill in (1, 2))
        waiting = strength.columns[(strength[first] < _UNTOUCHED).all()]
        if first.any() and len(waiting):
            found[UNLEARNED].append(float(loss.loc[first, waiting].to_numpy().mean()))
        start = int(np.argmax(second))
        if second.any() and start >= _BEFORE:
            earlier = strength[1].iloc[start - _BEFORE : start].mean()
            found[LEARNED].append(float(strength.loc[second, 1].mean() - earlier))
        if first.any():
            found[PLATEAU].append(float(loss[1].iloc[-_BEFORE:].mean()))
    expected = {UNLEARNED: 1.0, LEARNED: 0.0, PLATEAU: 0.0}
    rows = [
        (name, expected[name], *mean_interval(values, confidence), len(values))
        for name, values in found.items()
    ]
    return pd.DataFrame(rows, columns=["quantity", "expected", "value", "low", "high", "runs"])


def _rising(steps: NDArray, strength: NDArray) -> NDArray[np.bool_]:
    """Measurements at which a skill rises; none unless it passes both levels."""
    start, end = (first_crossing(steps, strength, level) for level in _RISE)
    return (steps >= start) & (steps <= end) & np.isfinite([start, end]).all()
