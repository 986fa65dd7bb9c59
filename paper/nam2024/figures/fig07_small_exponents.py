"""Figure 7: the time law for small α and the correction for a finite number of skills."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from emergence.exhibits import style
from paper.nam2024.figures.law_curves import draw_curve, legend_below, look_handles

_LOOK = {
    "model": (style.BLUE, "model"),
    "power law": ("black", "power law ($n_s \\to \\infty$)"),
    "finite-skills law": (style.VERMILION, "corrected for finite $n_s$"),
}


def draw(curves: pd.DataFrame) -> Figure:
    """One panel per α: model, power law, and the law corrected for finite N.

    curves: columns alpha, curve, time, loss.
    """
    alphas = sorted(curves["alpha"].unique())
    drawn, axes = style.figure(columns=2, height=2.2, panels=len(alphas))
    for letter, alpha, ax in zip("abcdefgh", alphas, axes[0], strict=False):
        chosen = curves[curves["alpha"] == alpha]
        for curve, (color, _) in _LOOK.items():
            draw_curve(ax, chosen[chosen["curve"] == curve], "time", curve, color=color)
        model = chosen[chosen["curve"] == "model"]
        ax.set_ylim(0.5 * model["loss"].min(), 2.0 * model["loss"].max())
        ax.set_xlabel("training time $T$")
        ax.set_title(rf"$\alpha = {alpha:g}$")
        style.panel_label(ax, letter)
    axes[0][0].set_ylabel(r"loss $\mathcal{L}$")
    handles = [h for c, (color, text) in _LOOK.items() for h in look_handles({c: text}, color)]
    legend_below(drawn, handles)
    return drawn
