"""Fig. 9: chains of several depths."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from emergence.exhibits import style


def draw(curves: pd.DataFrame, widths: pd.DataFrame) -> Figure:
    """Strength against relative time, and the width of the rise by depth."""
    drawn, axes = style.figure(columns=2, height=2.2, panels=2)
    ax, width = axes[0]
    for index, (depth, group) in enumerate(curves.groupby("depth"), start=1):
        color = style.skill_color(index)
        ax.plot(group["time"], group["relative_strength"], color=color, label=f"$L={depth}$")
    ax.set_xlabel("time over half-time")
    ax.set_ylabel("strength $c/S$")
    ax.legend(loc="upper left")
    width.plot(widths["depth"], widths["relative_width"], "o-", color=style.BLUE)
    width.set_xscale("log")
    width.set_yscale("log")
    width.set_xticks(widths["depth"], [str(d) for d in widths["depth"]])
    width.minorticks_off()
    ticks = [0.2, 0.5, 1.0, 2.0, 4.0]
    width.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    width.set_xlabel("depth $L$")
    width.set_ylabel(r"$(t_{90}-t_{10})/t_{50}$")
    for letter, panel in zip("ab", axes[0], strict=True):
        style.panel_label(panel, letter)
    return drawn
