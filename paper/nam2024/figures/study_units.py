"""Study of few hidden units: levels of the strengths, and their sum against N."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from emergence.analysis.intervals import mean_interval
from emergence.exhibits import style
from paper.nam2024.stated import CONSTANTS
from paper.nam2024.studies.tables import of_skills
from paper.nam2024.studies.theory import UNIT_LEVELS

_DECAYS = (style.BLACK, style.ORANGE, style.GREEN, style.PURPLE)


def draw(units: pd.DataFrame, confidence: float, width: int) -> Figure:
    """Two panels: R_k/S of all runs at N = width with the levels of 0 to 3 units; Σ_k R_k/S.

    units: table of `studies.units.units`.
    """
    drawn, axes = style.figure(columns=2, height=2.4, panels=2, width_ratios=[1.2, 1])
    decays = sorted((float(arm[6:]) for arm in units["arm"].unique()), reverse=True)
    strength = of_skills(units, f"decay_{decays[0]:g}", width, "strength")
    spread = np.linspace(-0.3, 0.3, len(strength))
    for skill, of_runs in enumerate(strength.T, start=1):
        color = style.skill_color(skill)
        axes[0][0].plot(skill + spread, np.sort(of_runs), "o", color=color, alpha=0.7)
    for level in UNIT_LEVELS:
        axes[0][0].axhline(level * strength.max(), color=style.GREY, linewidth=0.6, zorder=0)
    axes[0][0].set(xlabel="skill $k$", ylabel=f"$R_k / S$ at $N = {width}$, each run")
    for decay, color in zip(decays, _DECAYS, strict=False):
        arm = f"decay_{decay:g}"
        widths = np.sort(units.loc[units["arm"] == arm, "setting"].unique())
        each = [
            mean_interval(of_skills(units, arm, n, "strength").sum(axis=1), confidence)
            for n in widths
        ]
        found = np.array(each)
        error = np.abs(found[:, 1:] - found[:, :1]).T
        axes[0][1].errorbar(
            widths, found[:, 0], error, color=color, fmt="o-", capsize=2, label=f"decay {decay:g}"
        )
    x = np.array([0.0, units["setting"].max()])
    n_skills = strength.shape[1]
    for per_skill, line in ((3.0, ":"), (CONSTANTS["parameters"], "--")):
        axes[0][1].plot(
            x,
            np.minimum(x / per_skill, n_skills),
            line,
            color=style.GREY,
            label=f"$N / {per_skill:g}$",
        )
    axes[0][1].set(xlabel="hidden units $N$", ylabel="$\\Sigma_k R_k / S$", ylim=(0, n_skills))
    axes[0][1].legend()
    for letter, ax in zip("ab", axes[0], strict=True):
        style.panel_label(ax, letter)
    return drawn
