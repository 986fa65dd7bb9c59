"""Study of transformers: times of skills together and by themselves."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from emergence.exhibits import style
from paper.nam2024.studies.tables import values

_ARMS = {
    "joint": ("together", style.VERMILION, "o"),
    "slow": ("together, lower rate", style.ORANGE, "o"),
    "solo": ("by itself", style.BLUE, "s"),
    "whole": ("by itself, whole batch", style.GREEN, "s"),
}
_APART = 0.18  # distance of two arms along k


def draw(transformers: pd.DataFrame) -> Figure:
    """P-steps to R_k/S = 0.05 of every run, by skill; medians as bars.

    transformers: table of `studies.transformers.transformers`.
    """
    drawn, axes = style.figure(columns=1, height=2.8)
    ax = axes[0][0]
    for place, (arm, (label, color, marker)) in enumerate(_ARMS.items()):
        shift = (place - 1.5) * _APART
        skills = np.sort(transformers.loc[transformers["arm"] == arm, "setting"].unique())
        for skill in skills:
            u = values(transformers, arm, "u_0.05", skill)
            name = label if skill == skills[0] else None
            x = np.full(len(u), skill + shift)
            ax.plot(x, u, marker, color=color, alpha=0.4, markersize=2.5, label=name)
            middle = np.median(np.nan_to_num(u, nan=np.inf))
            if np.isfinite(middle):
                ax.plot(skill + shift + np.array([-0.07, 0.07]), [middle] * 2, color=color)
    ax.set_yscale("log")
    ax.set(xlabel="skill $k$", ylabel="P-steps to $R_k/S = 0.05$")
    ax.set_xticks(np.sort(transformers["setting"].unique()))
    ax.legend(fontsize="x-small")
    return drawn
