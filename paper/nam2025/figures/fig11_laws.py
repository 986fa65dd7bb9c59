"""Fig. 11: collapse of all pixels, power laws, order of the error."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from emergence.exhibits import style
from emergence.theory.layerwise.kernel import FLOOR


def draw(
    pixels: pd.DataFrame, powers: pd.DataFrame, errors: pd.DataFrame, drift: pd.DataFrame
) -> Figure:
    """Pixels against their closed form; distances by S/Σ0; errors by rate."""
    drawn, axes = style.figure(columns=2, height=2.5, panels=3)
    ax, power, error = axes[0]
    known = pixels[pixels["converged"].astype(bool)]
    ends = (1e-10, 0.5)
    shown = ax.scatter(
        known["closed_form"], known["distance"].clip(lower=ends[0]), c=known["spread"], s=0.5,
        linewidths=0, cmap="viridis", vmin=0, vmax=1, rasterized=True,
    )  # fmt: skip
    ax.loglog(ends, ends, color="black", linewidth=0.5)
    ax.axvline(FLOOR, color=style.GREY, linewidth=0.6, linestyle=":")
    ax.set_xlim(*ends)
    ax.set_ylim(*ends)
    ax.set_xlabel(r"closed form $D_\infty(|\lambda| s/\sigma_1, \sigma_2/\sigma_1)$")
    ax.set_ylabel("kernel distance $D$")
    bar = drawn.colorbar(
        shown,
        cax=ax.inset_axes((0.12, 0.78, 0.36, 0.04)),
        orientation="horizontal",
        ticks=(0, 0.5, 1),
    )
    bar.ax.tick_params(labelsize=6)
    bar.ax.set_title(r"$\sigma_2/\sigma_1$", fontsize=6.5, pad=2)
    for index, (start, group) in enumerate(powers.groupby("start"), start=1):
        color, wide = style.skill_color(index), group.groupby(["imbalance", "ratio"])["distance"]
        for imbalance, rows in wide.median().reset_index().groupby("imbalance"):
            line = {-0.5: ":", 0.0: "-", 0.5: "--"}.get(imbalance, "-")
            label = start if imbalance == 0 else None
            power.loglog(rows["ratio"], rows["distance"], line, color=color, label=label)
    x = np.array([0.12, 1.0])
    for slope, at in ((4, 2e-8), (2, 2e-4)):
        power.loglog(x, at * x**slope, color="black", linewidth=0.5)
        power.text(1.1, at, f"${slope}$", fontsize=6.5)
    power.set_xlabel(r"$S/\Sigma_0$")
    power.set_ylabel("kernel distance $D$")
    power.legend(title="start", loc="lower right", title_fontsize=6.5)
    clear, faint = (errors[errors["range"] == name] for name in ("above 1e-5", "below 1e-7"))
    for index, (table, column, label) in enumerate(
        ((clear, "error", r"$D_\infty > 10^{-5}$"), (faint, "error", r"$D_\infty < 10^{-7}$"),
         (drift, "drift", "drift of $C$"), (drift, "flow_error", "exact flow")), start=1,
    ):  # fmt: skip
        color = style.skill_color(index)
        error.loglog(table["rate"], table[column], "o-", color=color, label=label)
    error.set_xticks([0.0025, 0.005, 0.01, 0.02, 0.04], ["0.0025", "0.005", "0.01", "0.02", "0.04"])
    error.tick_params(axis="x", labelsize=6)
    error.minorticks_off()
    error.set_xlabel("learning rate")
    error.set_ylabel("deviation of descent")
    error.set_ylim(2e-4, 10)
    error.legend(loc="upper right")
    for letter, panel in zip("abc", axes[0], strict=True):
        style.panel_label(panel, letter)
    return drawn
