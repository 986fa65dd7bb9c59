"""Strength against time: lines for a closed form, open circles for a simulation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from emergence.exhibits import style

Look = Mapping[str, Any]

LEGEND: Look = {"fontsize": 6.5, "frameon": False, "handlelength": 1.8}
INSIDE: Look = {"loc": "lower right"}
ABOVE: Look = {"loc": "lower right", "bbox_to_anchor": (1.0, 1.0), "ncols": 3, "columnspacing": 1.2}
BESIDE: Look = {"loc": "center left", "bbox_to_anchor": (1.0, 0.5)}
MARKERS: Look = {"linestyle": "none", "marker": "o", "markersize": 3, "markerfacecolor": "white"}


def draw_curves_and_markers(
    ax: Axes,
    strengths: pd.DataFrame,
    by: str,
    label: Callable[[float], str],
    legend_place: Look,
) -> None:
    """One colour per value of column `by`, in the order of the table; a legend names them.

    legend_place: INSIDE, ABOVE or BESIDE.

    strengths: columns `by`, time, relative_strength, source ("closed form" or a simulation's name).
    """
    for index, (value, group) in enumerate(strengths.groupby(by, sort=False), start=1):
        color = style.skill_color(index)
        for source, rows in group.groupby("source"):
            look = {"linewidth": 1.2} if source == "closed form" else MARKERS
            ax.plot(
                rows["time"],
                rows["relative_strength"],
                color=color,
                markeredgewidth=0.7,
                label=label(value) if source == "closed form" else None,
                **look,
            )
    frame_strength_axis(ax, strengths["time"].max())
    handles, _ = ax.get_legend_handles_labels()
    handles.append(Line2D([], [], color=style.GREY, label="gradient descent", **MARKERS))
    ax.legend(handles=handles, **legend_place, **LEGEND)


def frame_strength_axis(ax: Axes, final_time: float) -> None:
    """Limits for a strength between 0 and 1, with a grey line at each."""
    ax.set_xlim(0.0, final_time)
    ax.set_ylim(-0.03, 1.08)
    for level in (0.0, 1.0):
        ax.axhline(level, color=style.GREY, linewidth=0.4, zorder=0)
