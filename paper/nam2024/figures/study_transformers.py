"""Study of transformers: times of skills together and alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from emergence.exhibits import style
from paper.nam2024.studies.tables import values

_NAMES = {"joint": ("together", style.VERMILION, -0.12), "solo": ("alone", style.BLUE, 0.12)}


def draw(transformers: pd.DataFrame) -> Figure:
    """P-steps to R_k/S = 0.05 of every run, by skill; medians as bars.

    transformers: table of `studies.transformers.transformers`.
    """
    drawn, axes = style.figure(columns=1, height=2.4)
    ax = axes[0][0]
    for arm, (label, color, shift) in _NAMES.items():
        skills = np.sort(transformers.loc[transformers["arm"] == arm, "setting"].unique())
        for skill in skills:
            u = values(transformers, arm, "u_0.05", skill)
            first = skill == skills[0]
            name = label if first else None
            ax.plot(np.full(len(u), skill + shift), u, "o", color=color, alpha=0.6, label=name)
            middle = np.median(np.nan_to_num(u, nan=np.inf))
            ax.plot([skill + shift - 0.1, skill + shift + 0.1], [middle, middle], color=color)
    ax.set_yscale("log")
    ax.set(xlabel="skill $k$", ylabel="$P_s(k)\\,\\cdot$ steps to $R_k/S = 0.05$")
    ax.set_xticks(np.sort(transformers["setting"].unique()))
    ax.legend()
    return drawn
