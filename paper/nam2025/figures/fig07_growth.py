"""Fig. 7: growth of neurons that share a mode."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from emergence.exhibits import style


def draw(growth: pd.DataFrame, points: pd.DataFrame) -> Figure:
    """One panel per ratio: ways of (a_i, b_i) in closed form, their starts, and ends of descent."""
    drawn, axes = style.figure(columns=2, height=1.9, panels=len(growth))
    for ax, row in zip(axes[0], growth.itertuples(), strict=True):
        group = points[points["ratio"] == row.ratio]
        exact, ends = (group[group["source"] == s] for s in ("closed form", "gradient descent"))
        for _, way in exact.groupby("neuron"):
            ax.plot(way["a"], way["b"], color=style.GREY, linewidth=0.5)
        starts = exact[exact["growth"] == exact["growth"].min()]
        ax.plot(starts["a"], starts["b"], "o", mfc="white", mec=style.BLUE, ms=2.8, mew=0.7)
        ax.plot(ends["a"], ends["b"], "o", color=style.VERMILION, ms=1.6)
        ax.axline((0, 0), slope=1, color="black", linewidth=0.4, linestyle=":", zorder=0)
        ax.set_title(f"$\\Sigma_0/S={row.ratio:g}$\n$\\gamma_+={row.predicted:.4g}$", fontsize=7)
        ax.set_aspect("equal", adjustable="datalim")
        ax.locator_params(nbins=4)
        ax.set_xlabel("$a_i$")
        ax.tick_params(labelsize=6)
    axes[0][0].set_ylabel("$b_i$")
    return drawn
