"""Fig. 7: growth of neurons that share a mode."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from emergence.exhibits import style


def draw(growth: pd.DataFrame, points: pd.DataFrame) -> Figure:
    """One panel per ratio: (a_i, b_i) at the start and at the end."""
    panels = len(growth)
    drawn, axes = style.figure(columns=2, height=1.9, panels=panels)
    for ax, row in zip(axes[0], growth.itertuples(), strict=True):
        group = points[points["ratio"] == row.ratio].pivot(index="neuron", columns="when")
        for neuron in group.index:
            a, b = group.loc[neuron, "a"], group.loc[neuron, "b"]
            ax.plot([a["start"], a["end"]], [b["start"], b["end"]], color=style.GREY, linewidth=0.5)
        ax.plot(group["a"]["start"], group["b"]["start"], "o", mfc="white", mec=style.BLUE, ms=2.5)
        ax.plot(group["a"]["end"], group["b"]["end"], "o", color=style.VERMILION, ms=2)
        ax.set_title(f"$\\Sigma_0/S={row.ratio:g}$\n$\\gamma_+={row.predicted:.4g}$", fontsize=7)
        ax.set_aspect("equal", adjustable="datalim")
        ax.set_xlabel("$a_i$")
        ax.tick_params(labelsize=6)
    axes[0][0].set_ylabel("$b_i$")
    return drawn
