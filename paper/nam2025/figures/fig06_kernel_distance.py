"""Fig. 6: kernel distance over initial imbalance and scale."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from emergence.exhibits import style

_TITLES = {"both": "both scaled", "weights only": "weights only", "target only": "target only"}


def draw(balanced: pd.DataFrame, mirrored: pd.DataFrame, contours: pd.DataFrame) -> Figure:
    """Maps of log10 D: balanced networks (what is scaled), and mirrored ones."""
    drawn, axes = style.figure(columns=2, height=2.55, panels=4)
    isotropic = balanced[balanced["start"] == "isotropic"]
    low, high = isotropic["log_distance"].min(), isotropic["log_distance"].max()
    for letter, ax, (variant, title) in zip("abc", axes[0], _TITLES.items(), strict=False):
        image = _map(ax, isotropic[isotropic["variant"] == variant], low, high)
        ax.set_title(title, loc="right", fontsize=7)
        style.panel_label(ax, letter)
        ax.set_xlabel("scale $s$")
    axes[0][0].set_ylabel(r"imbalance $\lambda$")
    _contours(axes[0][0], contours, isotropic)
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


def _contours(ax: Axes, contours: pd.DataFrame, maps: pd.DataFrame) -> None:
    """Hyperbolas |λ| s = z σ1 of the closed form, σ1 the typical one of a target: 0.45."""
    sigma, s = 0.45, np.linspace(maps["scale"].min(), maps["scale"].max(), 200)
    top = maps["imbalance"].max()
    rows = contours[(contours["spread"] == contours["spread"].max())].dropna()
    for row in rows.itertuples():
        lam = row.imbalance * sigma / s
        for sign in (-1, 1):
            ax.plot(s, np.where(lam < top, sign * lam, np.nan), color="black", linewidth=0.5)
