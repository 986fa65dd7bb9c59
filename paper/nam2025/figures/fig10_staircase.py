"""Fig. 10: half-times of modes, and what grows."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from emergence.exhibits import style


def draw(times: pd.DataFrame, values: pd.DataFrame) -> Figure:
    """Measured against predicted half-times; singular values of the first layer."""
    drawn, axes = style.figure(columns=2, height=2.3, panels=2)
    ax, end = axes[0]
    for index, (scale, group) in enumerate(times.groupby("scale", sort=False), start=1):
        color, label = style.skill_color(index), f"ε = {scale:g}"
        ax.plot(group["predicted"], group["measured"], "o", color=color, label=label)
        rest = values[values["scale"] == scale]
        end.semilogy(rest["index"], rest["value"], "o-", color=color, linewidth=0.6)
    bounds = [times["predicted"].min(), times["predicted"].max()]
    ax.plot(bounds, bounds, color=style.GREY, linewidth=0.6, zorder=0)
    ax.set_xlabel("predicted half-time")
    ax.set_ylabel("measured half-time")
    ax.legend(loc="upper left")
    end.xaxis.set_major_locator(MaxNLocator(integer=True))
    end.set_xlabel("index of the singular value")
    end.set_ylabel("singular value of $W_1$")
    for letter, panel in zip("ab", axes[0], strict=True):
        style.panel_label(panel, letter)
    return drawn
