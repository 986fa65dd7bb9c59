"""Table 5: skill strengths of single runs at one width, outliers marked."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def build(runs: pd.DataFrame, width: int, n_runs: int, learned_level: float) -> pd.DataFrame:
    """R_k/S of the first `n_runs` runs at `width` hidden units, one row per run.

    runs: table of all runs (columns value, run, step, skill, strength). A skill counts as learned
    from `learned_level` on. Columns run, "k=1".. "k=n_s", outlier: which skill a run learned at the
    cost of which more frequent one, else which skill it missed that most of the runs learned; empty
    for any other run.

    Raises ValueError if the width was not trained.
    """
    chosen = runs[(runs["value"] == width) & (runs["run"] < n_runs)]
    if chosen.empty:
        raise ValueError(f"no runs with width {width}")
    last = chosen[chosen["step"] == chosen["step"].max()]
    wide = last.pivot(index="run", columns="skill", values="strength")
    learned = wide.to_numpy() >= learned_level
    common = learned.mean(axis=0) > 0.5
    notes = [_outlier(row, common) for row in learned]
    table = wide.rename(columns=lambda skill: f"k={skill}").reset_index()
    table["run"] += 1
    return table.rename_axis(columns=None).assign(outlier=notes)


def layout(table: pd.DataFrame) -> pd.DataFrame:
    """The table for print, as in the paper with two decimals."""
    strengths = table.select_dtypes("float").round(2) + 0.0  # no -0
    return table.assign(**strengths)


def _outlier(learned: NDArray[np.bool_], common: NDArray[np.bool_]) -> str:
    """learned: skills that the run learned; common: skills that most runs learned; shape (n_s,)."""
    beyond = np.flatnonzero(learned)
    passed_over = [k for k in np.flatnonzero(~learned) if (beyond > k).any()]
    if passed_over:
        taken = [k for k in beyond if k > passed_over[0]]
        return f"skill {_listed(taken)} learned at the cost of {_listed(passed_over)}"
    missed = np.flatnonzero(common & ~learned)
    return f"skill {_listed(missed)} missed" if len(missed) else ""


def _listed(skills: Iterable[np.integer]) -> str:
    """Skills, counted from 1."""
    return ", ".join(str(k + 1) for k in skills)
