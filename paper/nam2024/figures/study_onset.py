"""Study of the onset in data: strength against D, and against D over that of the race."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from emergence.exhibits import style
from paper.nam2024.studies.theory import race_size

_COLORS = (style.BLUE, style.VERMILION, style.GREEN, style.PURPLE)


def draw(onset: pd.DataFrame) -> Figure:
    """Two panels: mean R/S of one skill against D, and against D/D*, by n_b and learning rate.

    onset: table of `studies.onset.onset`.
    """
    drawn, axes = style.figure(columns=2, height=2.4, panels=2, sharey=True)
    arms = [arm for arm in onset["arm"].unique() if "slowdown" in arm]
    bits = sorted({int(arm.split("_")[1]) for arm in arms})
    slowest = max(int(arm.split("_")[3]) for arm in arms)
    for arm in arms:
        _, n_b, _, slowdown = arm.split("_")
        mean = onset[onset["arm"] == arm].groupby("setting")["value"].mean()
        slow = int(slowdown) == slowest > 1
        look = {
            "color": _COLORS[bits.index(int(n_b)) % len(_COLORS)],
            "linestyle": "--" if slow else "-",
            "marker": "o",
            "markerfacecolor": "white" if slow else None,
            "label": f"$n_b = {n_b}$" + (f", rate / {slowdown}" if slow else ""),
        }
        for ax, scale in zip(axes[0], (1.0, race_size(int(n_b))), strict=True):
            ax.plot(mean.index / scale, mean, **look)
    axes[0][1].axvline(1.0, color=style.GREY, linewidth=0.8)
    for letter, ax in zip("ab", axes[0], strict=True):
        ax.set_xscale("log")
        ax.axhline(0.5, color=style.GREY, linewidth=0.4, zorder=0)
        style.panel_label(ax, letter)
    axes[0][0].set(xlabel="training samples $D$", ylabel="skill strength $R / S$")
    axes[0][1].set_xlabel("$D / D^*$, $D^* = 48\\,(2 + n_b/2)$")
    axes[0][0].legend()
    return drawn
