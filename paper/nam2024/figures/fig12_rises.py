"""Fig. 12: every skill's rise in the transformer, enlarged, with a sigmoid through each run."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from emergence.exhibits import style


def draw(curves: pd.DataFrame) -> Figure:
    """One panel per skill on a linear time axis: measured points and fitted sigmoid of each run.

    curves: table of `emergence.analysis.rise_shape.Rises.curves`.
    """
    skills = sorted(curves["skill"].unique())
    drawn, axes = style.figure(columns=2, height=1.9, panels=max(1, len(skills)), sharey=True)
    for letter, skill, ax in zip("abcdefgh", skills, axes[0], strict=False):
        rows = curves[curves["skill"] == skill]
        for (_, kind), points in rows.groupby(["run", "kind"]):
            if kind == "measured":
                look = {"linestyle": "none", "marker": "o", "markersize": 2, "alpha": 0.7}
                ax.plot(points["time"], points["strength"], color=style.skill_color(skill), **look)
            else:
                ax.plot(points["time"], points["strength"], color=style.BLACK, linewidth=0.7)
        for level in (0.0, 1.0):
            ax.axhline(level, color=style.GREY, linewidth=0.4, zorder=0)
        ax.set_ylim(-0.05, 1.12)
        ax.set_title(f"$k = {skill}$")
        style.panel_label(ax, letter)
        ax.set_xlabel("time $T$ (steps)")
    axes[0][0].set_ylabel("skill strength $R_k / S$")
    handles = [
        Line2D([], [], color=style.GREY, linestyle="none", marker="o", label="one run, measured"),
        Line2D([], [], color=style.BLACK, linewidth=0.7, label="sigmoid, least squares"),
    ]
    drawn.legend(handles=handles, loc="outside lower center", ncols=2)
    return drawn
