"""Figure 3: the optimal law for compute C = T N."""

from __future__ import annotations

import matplotlib
import pandas as pd
from matplotlib.figure import Figure

from emergence.exhibits import style
from paper.nam2024.figures.law_curves import draw_curve, legend_below, look_handles

_LAWS = {
    "power law": ("black", "optimal law, computed ($n_s \\to \\infty$)"),
    "finite-skills law": (style.VERMILION, "optimal law, computed (finite $n_s$)"),
    "authors' law": (style.BLUE, "prefactor in the authors' code"),
}


def draw(curves: pd.DataFrame) -> Figure:
    """One panel per α: a curve per N, from dark (few) to light (many), and the optimal laws.

    The axis ends with the laws; curves of the model may go on.

    curves: columns alpha, curve, n_parameters, time, compute, loss.
    """
    alphas = sorted(curves["alpha"].unique())
    drawn, axes = style.figure(columns=2, height=2.5, panels=len(alphas))
    for letter, alpha, ax in zip("abcdefgh", alphas, axes[0], strict=False):
        chosen = curves[curves["alpha"] == alpha]
        model = chosen[chosen["curve"] == "model"]
        sizes = sorted(model["n_parameters"].unique())
        shades = matplotlib.colormaps["viridis"].resampled(len(sizes) + 1)
        for index, size in enumerate(sizes):
            rows = model[model["n_parameters"] == size]
            draw_curve(ax, rows, "compute", "model", color=shades(index), linewidth=0.8)
        for law, (color, _) in _LAWS.items():
            draw_curve(ax, chosen[chosen["curve"] == law], "compute", law, color=color)
        computes = chosen[chosen["curve"].isin(_LAWS)]["compute"]
        ax.set_xlim(computes.min(), computes.max())
        shown = model[model["compute"] <= computes.max()]["loss"]
        ax.set_ylim(0.7 * shown.min(), 1.6 * shown.max())
        ax.set_xlabel("compute $C = T N$")
        ax.set_title(rf"$\alpha = {alpha:g}$")
        style.panel_label(ax, letter)
    axes[0][0].set_ylabel(r"loss $\mathcal{L}$")
    handles = look_handles({"model": f"model, $N = {sizes[0]:g}$ … ${sizes[-1]:g}$"})
    for law, (color, text) in _LAWS.items():
        handles += look_handles({law: text}, color=color)
    legend_below(drawn, handles, ncols=2)
    return drawn
