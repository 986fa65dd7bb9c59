"""Fig. 12: every skill's rise in the transformer, enlarged, with a sigmoid through each run."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from emergence.exhibits import style

_EXPERIMENT = "transformer"


def draw(curves: pd.DataFrame, times: pd.DataFrame) -> Figure:
    """One panel per skill on a linear time axis: measured points and fitted sigmoid of each run.

    The title counts the runs whose rise passes the highest level; others are not drawn.

    curves: table of `emergence.analysis.rise_shape.Rises.curves`. times: of
    `emergence.analysis.emergence_times.emergence_time_table`.
    """
    rows = times[times["experiment"] == _EXPERIMENT].sort_values("skill")
    drawn, axes = style.figure(columns=2, height=1.9, panels=max(1, len(rows)), sharey=True)
    for letter, row, ax in zip("abcdefgh", rows.itertuples(), axes[0], strict=False):
        mine = curves[curves["skill"] == row.skill]
        _draw_rises(ax, mine, row.skill)
        ax.set_title(f"$k = {row.skill}$: {mine['run'].nunique()} of {row.runs} runs", loc="right")
        style.panel_label(ax, letter)
    axes[0][0].set_ylabel("skill strength $R_k / S$")
    handles = [
        Line2D([], [], color=style.GREY, linestyle="none", marker="o", label="one run, measured"),
        Line2D([], [], color=style.BLACK, linewidth=0.7, label="sigmoid, least squares"),
    ]
    drawn.legend(handles=handles, loc="outside lower center", ncols=2)
    return drawn


def _draw_rises(ax: Axes, curves: pd.DataFrame, skill: int) -> None:
    for (_, kind), points in curves.groupby(["run", "kind"]):
        if kind == "measured":
            look = {"linestyle": "none", "marker": "o", "markersize": 2, "alpha": 0.7}
            ax.plot(points["time"], points["strength"], color=style.skill_color(skill), **look)
        else:
            ax.plot(points["time"], points["strength"], color=style.BLACK, linewidth=0.7)
    for level in (0.0, 1.0):
        ax.axhline(level, color=style.GREY, linewidth=0.4, zorder=0)
    ax.set_ylim(-0.05, 1.12)
    ax.set_xlabel("time $T$ (steps)")
    if curves.empty:
        ax.set_xticks([])
