"""Fig. 3: modes of a linear and of a layerwise model."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from emergence.exhibits import style
from emergence.exhibits.curves import draw_curves_and_markers

_LEGEND = {"loc": "lower right"}


def draw(curves: pd.DataFrame, linear: pd.DataFrame, layerwise: pd.DataFrame) -> Figure:
    """Closed forms and descent by model, and trained networks (tables of means)."""
    drawn, axes = style.figure(columns=2, height=2.2, panels=3, sharey=True)
    for ax, model, symbol in zip(
        axes[0], ("linear", "layerwise"), (r"\theta_i", "a_ib_i"), strict=False
    ):
        group = curves[curves["model"] == model]
        draw_curves_and_markers(ax, group, "variance", lambda e: rf"$E={e:g}$", _LEGEND)
        ax.set_title(f"{model}, ${symbol}/S_i$")
    axes[0][1].get_legend().remove()
    ax = axes[0][2]
    for table, line in ((linear, "--"), (layerwise, "-")):
        for mode, group in table.groupby("mode"):
            ax.plot(group["x"], group["mean"], line, color=style.skill_color(int(mode)))
    ax.set_title("networks")
    ax.set_xlim(0, layerwise["x"].max())
    for ax, label in zip(axes[0], ("time $t$", "time $t$", "steps"), strict=True):
        ax.set_xlabel(label)
    axes[0][0].set_ylabel("relative strength")
    for letter, ax in zip("abc", axes[0], strict=True):
        style.panel_label(ax, letter)
    return drawn
