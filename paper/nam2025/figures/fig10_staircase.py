"""Fig. 10: losses that fall in steps, half-times of modes, and what grows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from emergence.exhibits import style


def draw(
    times: pd.DataFrame, values: pd.DataFrame, losses: pd.DataFrame, targets: Sequence[float]
) -> Figure:
    """Losses by scale; measured against predicted half-times; singular values of the first layer.

    targets: singular values of the target.
    """
    drawn, axes = style.figure(columns=2, height=2.2, panels=3)
    stair, ax, end = axes[0]
    squares = np.sort(np.square(targets))[::-1]
    for left in 1 - np.cumsum(squares)[:-1] / squares.sum():
        stair.axhline(left, color=style.GREY, linewidth=0.4, zorder=0)
    for index, (scale, group) in enumerate(times.groupby("scale", sort=False), start=1):
        color, label = style.skill_color(index), f"ε = {scale:g}"
        loss = losses[losses["scale"] == scale]
        stair.plot(loss["time"], loss["loss"], color=color)
        ax.plot(group["predicted"], group["measured"], "o", color=color, label=label)
        rest = values[values["scale"] == scale]
        end.semilogy(rest["index"], rest["value"], "o-", color=color, linewidth=0.6)
    stair.set_xlim(0, 1.2 * times["measured"].max())
    stair.set_ylim(0, 1.02)
    stair.set_xlabel("time $t$")
    stair.set_ylabel("loss over its start")
    bounds = [times["predicted"].min(), times["predicted"].max()]
    ax.plot(bounds, bounds, color=style.GREY, linewidth=0.6, zorder=0)
    ax.set_xlabel("predicted half-time")
    ax.set_ylabel("measured half-time")
    ax.legend(loc="upper left")
    end.xaxis.set_major_locator(MaxNLocator(integer=True))
    end.set_xlabel("index of the singular value")
    end.set_ylabel("singular value of $W_1$")
    for letter, panel in zip("abc", axes[0], strict=True):
        style.panel_label(panel, letter)
    return drawn
