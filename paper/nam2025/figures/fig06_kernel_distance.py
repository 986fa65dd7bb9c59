"""Fig. 6: kernel distance over initial imbalance and scale."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from emergence.exhibits import style
from emergence.theory.layerwise.kernel import FLOOR

_TITLES = {"both": "both scaled", "weights only": "weights only", "target only": "target only"}


def draw(balanced: pd.DataFrame, mirrored: pd.DataFrame, contours: pd.DataFrame) -> Figure:
    """Maps of log10 D: balanced networks (what is scaled), and mirrored ones."""
    drawn, axes = style.figure(columns=2, height=2.55, panels=4)
    isotropic = balanced[balanced["start"] == "isotropic"]
    low, high = isotropic["log_distance"].min(), isotropic["log_distance"].max()
    for letter, ax, (variant, title) in zip("abc", axes[0], _TITLES.items(), strict=False):
        pixels = isotropic[isotropic["variant"] == variant]
        image = _map(ax, pixels, low, high)
        _contours(ax, pixels, contours["distance"])
        ax.set_title(title, loc="right", fontsize=7)
        style.panel_label(ax, letter)
        ax.set_xlabel("scale $s$")
    axes[0][0].set_ylabel(r"imbalance $\lambda$")
    drawn.colorbar(
        image,
        ax=axes[0][:3].tolist(),
        location="bottom",
        shrink=0.6,
        aspect=40,
        label="$\\log_{10}D$",
    )
    ax = axes[0][3]
    image = _map(ax, mirrored, None, None)
    ax.set_xlabel("target scale $s$")
    ax.set_ylabel("imbalance $l$", labelpad=1)
    style.panel_label(ax, "d")
    ax.set_title("output 0", loc="right", fontsize=7)
    drawn.colorbar(image, ax=ax, location="bottom", aspect=14, label="$\\log_{10}D$")
    return drawn


def _map(ax: Axes, table: pd.DataFrame, low: float | None, high: float | None):
    grid = table.pivot_table(index="imbalance", columns="scale", values="log_distance")
    return ax.pcolormesh(
        grid.columns, grid.index, grid.to_numpy(), cmap="coolwarm", vmin=low, vmax=high,
        shading="nearest", rasterized=True,
    )  # fmt: skip


def _contours(ax: Axes, pixels: pd.DataFrame, distances: pd.Series) -> None:
    """Closed form of the map at the distances, those that it reaches."""
    grid = pixels.pivot_table(index="imbalance", columns="scale", values="closed_form")
    levels = np.log10(np.sort(distances.unique()) + FLOOR)  # what the map shows of D
    lines = ax.contour(
        grid.columns, grid.index, grid.to_numpy(), levels=levels, colors="black", linewidths=0.5,
        linestyles="-",
    )  # fmt: skip
    names = {level: f"$10^{{{np.log10(10**level - FLOOR):.0f}}}$" for level in levels}
    ax.clabel(lines, fmt=names, fontsize=5.5, inline_spacing=1)
