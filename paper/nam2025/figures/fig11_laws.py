"""Fig. 11: collapse of all pixels, power laws, order of the error."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from emergence.exhibits import style
from emergence.theory.layerwise.kernel import final_distance


def draw(
    pixels: pd.DataFrame, powers: pd.DataFrame, errors: pd.DataFrame, drift: pd.DataFrame
) -> Figure:
    """Pixels coloured by spread with closed forms; distances by scale; errors by rate."""
    drawn, axes = style.figure(columns=2, height=2.5, panels=3)
    ax, power, error = axes[0]
    z = pixels["z"]
    shown = ax.scatter(
        z, pixels["distance"].clip(lower=1e-9), c=pixels["spread"], s=0.5, linewidths=0,
        cmap="viridis", vmin=0, vmax=1, rasterized=True,
    )  # fmt: skip
    grid = np.geomspace(0.1, 1e3, 200)
    for spread in (0.0, 0.3, 0.6):
        curve = final_distance(grid, np.array([1.0, spread]))
        ax.plot(grid, curve, color="black", linewidth=0.7)
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlim(0.1, 1e3)
    ax.set_ylim(1e-9, 0.5)
    ax.set_xlabel(r"$|\lambda|\, s/\sigma_1$")
    ax.set_ylabel("kernel distance $D$")
    bar = drawn.colorbar(
        shown,
        cax=ax.inset_axes((0.12, 0.14, 0.36, 0.04)),
        orientation="horizontal",
        ticks=(0, 0.5, 1),
    )
    bar.ax.tick_params(labelsize=6)
    bar.ax.set_title(r"$\sigma_2/\sigma_1$", fontsize=6.5, pad=2)
    for index, (start, group) in enumerate(powers.groupby("start"), start=1):
        color, wide = style.skill_color(index), group.groupby(["imbalance", "scale"])["distance"]
        for imbalance, rows in wide.median().reset_index().groupby("imbalance"):
            line = {-0.5: ":", 0.0: "-", 0.5: "--"}.get(imbalance, "-")
            label = start if imbalance == 0 else None
            power.loglog(rows["scale"], rows["distance"], line, color=color, label=label)
    top, x = powers["distance"].max(), np.array([3.0, 30.0])
    for slope, at in ((-4, 0.02), (-2, 0.4)):
        power.loglog(x, top * at * (x / 3) ** slope, color="black", linewidth=0.5)
        power.text(32, top * at * 10.0**slope, f"${slope}$", fontsize=6.5)
    power.set_xlabel("target scale $s$")
    power.set_ylabel("kernel distance $D$")
    power.legend(title="start", loc="lower left", title_fontsize=6.5)
    for index, (table, column, label) in enumerate(
        ((errors, "error", r"$|\ln D/D_\infty|$"), (drift, "drift", "drift of $C$"),
         (drift, "flow_error", "exact flow")), start=1,
    ):  # fmt: skip
        color = style.skill_color(index)
        error.loglog(table["rate"], table[column], "o-", color=color, label=label)
    error.set_xticks([0.0025, 0.005, 0.01, 0.02, 0.04], ["0.0025", "0.005", "0.01", "0.02", "0.04"])
    error.tick_params(axis="x", labelsize=6)
    error.minorticks_off()
    error.set_xlabel("learning rate")
    error.set_ylabel("deviation of descent")
    error.set_ylim(2e-4, 0.1)
    error.legend(loc="lower right")
    for letter, panel in zip("abc", axes[0], strict=True):
        style.panel_label(panel, letter)
    return drawn
