"""Fig. 5: neural collapse of free features."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from emergence.exhibits import style

_LABELS = {
    "within_between": r"tr $\Sigma_W$ / tr $\Sigma_B$",
    "equinorm": "unequal norms",
    "equiangle": "unequal angles",
}


def draw(features: pd.DataFrame, measures: pd.DataFrame) -> Figure:
    """Two views in space, and measures against the initial scale."""
    drawn, axes = style.figure(
        columns=2, height=2.5, panels=3, gridspec_kw={"width_ratios": (1, 1, 1.1)}
    )
    scales = sorted(features["scale"].unique())
    for index, scale in enumerate((scales[0], scales[-1])):
        place = axes[0][index].get_subplotspec()
        axes[0][index].remove()
        ax = drawn.add_subplot(place, projection="3d")
        group = features[features["scale"] == scale]
        group = group[group["step"] == group["step"].max()]
        for label, samples in group.groupby("label"):
            color = style.skill_color(int(label) + 1)
            points = samples[["x", "y", "z"]].to_numpy()
            ax.scatter(*points.T, color=color, s=5, alpha=0.6, linewidths=0)
            mean = points.mean(axis=0)
            ax.plot(*np.stack([np.zeros(3), mean]).T, color=color, linewidth=1.4)
        # one scale for all axes, or equal arms would not look equal
        limit = 1.02 * group[["x", "y", "z"]].abs().to_numpy().max()
        for axis in (ax.xaxis, ax.yaxis, ax.zaxis):
            axis.set_ticks(np.linspace(-limit, limit, 5), [""] * 5)
            axis._axinfo["grid"].update(color="0.88", linewidth=0.5)
        ax.set(xlim=(-limit, limit), ylim=(-limit, limit), zlim=(-limit, limit))
        ax.set_box_aspect((1, 1, 1), zoom=1.1)
        ax.set_title(f"({'ab'[index]})  ε = {scale:g}", loc="left", fontweight="bold")
    ax = axes[0][2]
    rows = measures[measures["decay"] == 0].sort_values("scale")
    for index, (column, label) in enumerate(_LABELS.items(), start=1):
        ax.loglog(rows["scale"], rows[column], "o-", color=style.skill_color(index), label=label)
    first = rows.iloc[0]
    line = first["within_between"] * (rows["scale"] / first["scale"]) ** 2
    ax.loglog(rows["scale"], line, ":", color="black", label=r"$\propto\varepsilon^2$")
    ax.set_xlabel("initial scale ε")
    ax.set_ylabel("deviation from collapse")
    ax.legend(loc="upper left")
    style.panel_label(ax, "c")
    return drawn
