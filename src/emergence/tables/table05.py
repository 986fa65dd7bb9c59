"""Table 5: skill strengths of single runs at one width, outliers marked."""

from __future__ import annotations

import numpy as np
import pandas as pd


def build(runs: pd.DataFrame, width: int, n_runs: int, learned_level: float) -> pd.DataFrame:
    """R_k/S of the first `n_runs` runs at `width` hidden units, one row per run.

    runs: table of all runs (columns value, run, step, skill, strength). A skill counts as learned
    from `learned_level` on. Columns run, "k=1".. "k=n_s", outlier: which skill a run learned at the
    cost of which more frequent one; empty for a run that learned the most frequent skills.

    Raises ValueError if the width was not trained.
    """
    chosen = runs[(runs["value"] == width) & (runs["run"] < n_runs)]
    if chosen.empty:
        raise ValueError(f"no runs with width {width}")
    last = chosen[chosen["step"] == chosen["step"].max()]
    wide = last.pivot(index="run", columns="skill", values="strength")
    notes = [_outlier(row, learned_level) for row in wide.to_numpy()]
    table = wide.rename(columns=lambda skill: f"k={skill}").reset_index()
    table["run"] += 1
    return table.rename_axis(columns=None).assign(outlier=notes)


def layout(table: pd.DataFrame) -> pd.DataFrame:
    """The table for print, as in the paper with two decimals."""
    strengths = table.select_dtypes("float").round(2) + 0.0  # no -0
    return table.assign(**strengths)


def _outlier(strength: np.ndarray, level: float) -> str:
    learned = np.flatnonzero(strength >= level)
    missed = [k for k in range(len(strength)) if strength[k] < level and (learned > k).any()]
    if not missed:
        return ""
    taken = [k for k in learned if k > missed[0]]
    skills = ", ".join(str(k + 1) for k in taken)
    return f"skill {skills} learned at the cost of {', '.join(str(k + 1) for k in missed)}"
