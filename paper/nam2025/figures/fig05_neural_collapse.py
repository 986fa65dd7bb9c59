"""Fig. 5: neural collapse of free features, and of the last layer of trained networks."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from emergence.exhibits import style

_LABELS = {
    "nc1": r"NC1: tr $\Sigma_W\Sigma_B^{\dagger}/K$",
    "within_between": r"NC1: tr $\Sigma_W$/tr $\Sigma_B$",
    "equinorm": "NC2: unequal norms",
    "equiangle": "NC2: unequal angles",
    "nc3": "NC3: classifier, means",
    "nc4": "NC4: nearest mean",
}


def draw(
    features: pd.DataFrame,
    measures: pd.DataFrame,
    small: pd.DataFrame,
    large: pd.DataFrame,
    without_decay: pd.DataFrame,
) -> Figure:
    """Two views in space, measures against the initial scale, and against epochs in networks."""
    drawn, axes = style.figure(columns=2, height=4.6, rows=2, panels=3)
    scales = sorted(features["scale"].unique())
    for index, scale in enumerate((scales[0], scales[-1])):
        place = axes[0][index].get_subplotspec()
        axes[0][index].remove()
        ax = drawn.add_subplot(place, projection="3d")
        group = features[features["scale"] == scale]
        group = group[group["step"] == group["step"].max()]
        # from a large start means are short among their samples: longer by one factor
        limit = group[["x", "y", "z"]].abs().to_numpy().max()
        means = group.groupby("label")[["x", "y", "z"]].mean().to_numpy()
        longer = max(1.0, 0.95 * limit / np.abs(means).max())
        for label, samples in group.groupby("label"):
            color = style.skill_color(int(label) + 1)
            points = samples[["x", "y", "z"]].to_numpy()
            ax.scatter(*points.T, color=color, s=5, alpha=0.6, linewidths=0)
            ax.quiver(
                *np.zeros(3), *longer * means[int(label)], color=color, linewidth=1.6,
                arrow_length_ratio=0.12,
            )  # fmt: skip
        # one scale for all axes, or equal arms would not look equal
        limit *= 1.02
        for axis in (ax.xaxis, ax.yaxis, ax.zaxis):
            axis.set_ticks(np.linspace(-limit, limit, 5), [""] * 5)
            axis._axinfo["grid"].update(color="0.88", linewidth=0.5)
        ax.set(xlim=(-limit, limit), ylim=(-limit, limit), zlim=(-limit, limit))
        ax.set_box_aspect((1, 1, 1), zoom=1.1)
        said = "" if longer == 1 else f", means × {longer:.2g}"
        ax.set_title(f"({'ab'[index]})  ε = {scale:g}{said}", loc="left", fontweight="bold")
    ax = axes[0][2]
    rows = measures[measures["decay"] == 0].sort_values("scale")
    _lines(ax, rows, "scale", "o-", 1e-8)
    first = rows.iloc[0]
    line = first["within_between"] * (rows["scale"] / first["scale"]) ** 2
    ax.plot(rows["scale"], line, ":", color="black")
    ax.set_xlabel("initial scale ε")
    ax.set_ylabel("deviation from collapse")
    style.panel_label(ax, "c")
    shown = ((small, "small weights (8b)"), (large, "large (8a)"), (without_decay, "no decay (8f)"))
    for letter, ax, (runs, title) in zip("def", axes[1], shown, strict=True):
        known = runs.dropna(subset="nc1")
        every = known[known.groupby("epoch")["seed"].transform("size") == known["seed"].nunique()]
        medians = every.groupby("epoch")[[*_LABELS]].median().reset_index()
        _lines(ax, medians.assign(epoch=medians["epoch"] + 1), "epoch", "-", 1e-3)
        ax.set_title(title, loc="right", fontsize=6.5)
        ax.set_xlabel("epoch + 1")
        style.panel_label(ax, letter)
    axes[1][0].set_ylabel("deviation from collapse")
    drawn.legend(*axes[0][2].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return drawn


def _lines(ax: Axes, rows: pd.DataFrame, x: str, look: str, lowest: float) -> None:
    """Every measure; what is below the axis, 0 among it, lies on its edge."""
    for index, (column, label) in enumerate(_LABELS.items(), start=1):
        color = style.skill_color(index)
        ax.loglog(rows[x], rows[column].clip(lower=lowest), look, color=color, label=label)
    ax.set_ylim(lowest, 100)
