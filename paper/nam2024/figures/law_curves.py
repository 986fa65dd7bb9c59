"""Loss of the model and its power laws on logarithmic axes: the shared part of Figs. 2, 3 and 7."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

LAW_LOOK: Mapping[str, Mapping[str, Any]] = {
    "model": {"linestyle": "-", "linewidth": 1.4},
    "power law": {"linestyle": ":", "linewidth": 1.3},
    "finite-skills law": {"linestyle": "--", "linewidth": 0.9},
    "authors' law": {"linestyle": "-.", "linewidth": 0.9},
}


def draw_curve(ax: Axes, rows: pd.DataFrame, x: str, curve: str, **look: Any) -> None:
    """One curve on logarithmic axes; values that are not positive are left out."""
    shown = rows[rows["loss"] > 0]
    ax.plot(shown[x], shown["loss"], **{**LAW_LOOK[curve], **look})
    ax.set_xscale("log")
    ax.set_yscale("log")


def legend_below(drawn: Figure, handles: list[Line2D], ncols: int | None = None) -> None:
    """One legend for the whole figure, under its panels."""
    drawn.legend(
        handles=handles, loc="outside lower center", ncols=ncols or len(handles), columnspacing=1.3
    )


def look_handles(labels: Mapping[str, str], color: str = "black") -> list[Line2D]:
    """Legend entries for kinds of curves: `labels` maps a name of `LAW_LOOK` to its text."""
    return [Line2D([], [], color=color, label=text, **LAW_LOOK[c]) for c, text in labels.items()]
