"""Fig. 12: delays of grokking networks, and of the solvable model."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from emergence.exhibits import style
from emergence.exhibits.curves import MARKERS


def draw(
    scan: pd.DataFrame, laws: pd.DataFrame, curves: pd.DataFrame, times: pd.DataFrame
) -> Figure:
    """Grid of networks with fitted powers; losses and times of the solvable model."""
    drawn, axes = style.figure(columns=2, height=2.2, panels=4)
    ratio, decay, loss, time = axes[0]
    fitted = laws.set_index("law")
    for ax, law, x, y in (
        (ratio, "ratio", "output_ratio", "delay"),
        (decay, "decay", "weight_decay", "test_80"),
    ):
        rows = scan[scan["kind"] == law].dropna(subset=y)
        for index, (weights, group) in enumerate(rows.groupby("weights"), start=1):
            color = style.skill_color(index) if law == "ratio" else style.BLUE
            label = f"$w={weights:g}$"
            ax.loglog(group[x], group[y], color=color, mew=0.9, label=label, **MARKERS)
        if np.isfinite(fitted.loc[law, "exponent"]) and len(rows):
            grid = np.geomspace(rows[x].min(), rows[x].max(), 20)
            exponent, prefactor = fitted.loc[law, ["exponent", "prefactor"]]
            ax.loglog(grid, prefactor * grid**exponent, color="black", linewidth=0.7)
            ax.set_title(f"power {exponent:.2f}", loc="right", fontsize=6.5)
    ratio.legend(loc="upper left", handletextpad=0.1)
    ratio.set_xlabel("initial output / target")
    ratio.set_ylabel("delay (epochs / epochs)")
    strengths = sorted(scan[scan["kind"] == "decay"]["weight_decay"].unique())
    decay.set_xticks(strengths, [f"{1000 * s:g}" for s in strengths])
    decay.minorticks_off()
    epochs = [250, 500, 1000, 2000, 4000]
    decay.set_yticks(epochs, [str(e) for e in epochs])
    decay.set_xlabel("weight decay / 0.001")
    decay.set_ylabel("epoch of test ≥ 0.8")
    norm = sorted(curves["norm"].unique())[-1]
    decays = sorted(curves["decay"].unique())
    for line, strength in (("-", decays[1]), (":", 0.0)):
        for index, of in enumerate(("train", "test")):
            rows = curves[(curves["norm"] == norm) & (curves["decay"] == strength)]
            rows = rows[(rows["set"] == of) & (rows["loss"] > 1e-6)]
            color = ("black", style.VERMILION)[index]
            exact, dots = (rows[rows["source"] == s] for s in ("closed form", "gradient descent"))
            loss.loglog(exact["time"], exact["loss"], line, color=color)
            if strength:
                loss.loglog(dots["time"][::3], dots["loss"][::3], color=color, mew=0.6, **MARKERS)
    loss.set_xlabel("time $t$")
    loss.set_ylabel("loss")
    for index, (norm, rows) in enumerate(times.groupby("norm"), start=1):
        label = rf"$|\theta_0|={norm:g}$"
        known = rows[rows["decay"] > 0]
        time.loglog(known["predicted"], known["measured"], "o", color=style.skill_color(index),
                    label=label)  # fmt: skip
    known = times[np.isfinite(times["predicted"])]["predicted"]
    time.loglog([known.min(), known.max()], [known.min(), known.max()], color=style.GREY, lw=0.6)
    time.set_xlabel("predicted time")
    time.set_ylabel("measured time")
    time.legend(loc="upper left")
    for letter, panel in zip("abcd", axes[0], strict=True):
        style.panel_label(panel, letter)
    return drawn
