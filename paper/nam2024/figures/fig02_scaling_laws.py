"""Figure 2: scaling laws of the multilinear model in time, data and parameters."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from emergence.exhibits import style
from paper.nam2024.figures.law_curves import draw_curve, legend_below, look_handles

_X_LABEL = {
    "time": "training time $T$",
    "data": "training samples $D$",
    "parameters": "parameters $N$",
}


def draw(curves: pd.DataFrame) -> Figure:
    """Loss against one resource in each panel: solid model, dotted power law with its prefactor.

    curves: columns law, alpha, curve, resource, loss.
    """
    drawn, axes = style.figure(columns=2, height=2.4, panels=3)
    alphas = sorted(curves["alpha"].unique())
    for letter, law, ax in zip("abc", _X_LABEL, axes[0], strict=True):
        for index, alpha in enumerate(alphas, start=1):
            chosen = curves[(curves["law"] == law) & (curves["alpha"] == alpha)]
            color = style.skill_color(index)
            draw_curve(ax, chosen[chosen["curve"] == "model"], "resource", "model", color=color)
            law_rows = chosen[chosen["curve"] == "power law"]
            draw_curve(ax, law_rows, "resource", "power law", color="black")
        model = curves[(curves["law"] == law) & (curves["curve"] == "model")]
        ax.set_ylim(0.6 * model["loss"].min(), 1.8 * model["loss"].max())
        ax.set_xlabel(_X_LABEL[law])
        style.panel_label(ax, letter)
        ax.set_title(law)
    axes[0][0].set_ylabel(r"loss $\mathcal{L}$")
    handles = [
        Line2D([], [], color=style.skill_color(i), label=rf"$\alpha = {alpha:g}$")
        for i, alpha in enumerate(alphas, start=1)
    ]
    handles += look_handles({"model": "model", "power law": "power law with prefactor"})
    legend_below(drawn, handles)
    return drawn
