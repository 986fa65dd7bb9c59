"""Fig. 8: how three ReLU neurons build 3-bit parity, and the strengths of their modes in time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from emergence.exhibits import style
from emergence.exhibits.curves import BESIDE, LEGEND, frame_strength_axis

NEURON_COLORS = {
    "neuron 1": style.BLUE,
    "neuron 2": style.VERMILION,
    "neuron 3": style.GREEN,
    "constant": style.GREY,
}
CURVE_LABELS = {
    "neuron 1": r"$R^{(1)}$",
    "neuron 2": r"$R^{(2)}$",
    "neuron 3": r"$R^{(3)}$",
    "sum": r"$\sum_q R^{(q)}$",
    "multilinear": "Eq. 14, $B^2 = {:.3g}$\n(misfit of the sum {:.2g})",
}


def draw(outputs: pd.DataFrame, strengths: pd.DataFrame) -> Figure:
    """(a) What each neuron adds to f against u = x2 - x1 - x3; (b) mode strengths.

    The legend gives the root mean square of the modes' sum less the multilinear curve.

    Tables: those of `Figure08Data`.
    """
    drawn, axes = style.figure(columns=2, height=2.4, panels=2)
    _draw_outputs(axes[0][0], outputs)
    _draw_strengths(axes[0][1], strengths)
    for letter, ax in zip("ab", axes[0], strict=True):
        style.panel_label(ax, letter)
    return drawn


def _draw_outputs(ax: Axes, outputs: pd.DataFrame) -> None:
    ax.axhline(0.0, color=style.GREY, linewidth=0.4, zorder=0)
    unique = outputs.drop_duplicates(["part", "projection"]).sort_values("projection")
    look: dict[str, Any]
    for part, rows in unique.groupby("part", sort=False):
        if part == "target":
            look = {"linestyle": "none", "marker": "s", "markersize": 5, "markerfacecolor": "none"}
        elif part == "sum":
            look = {"linewidth": 1.6}
        else:
            look = {"linewidth": 1.1, "linestyle": "--"}
        color = NEURON_COLORS.get(part, style.BLACK)
        label = "sum $f$" if part == "sum" else part
        ax.plot(rows["projection"], rows["output"], color=color, label=label, **look)
    target = unique[unique["part"] == "target"]
    bits = outputs["input"].astype(str).str.zfill(3)  # a CSV keeps 010 as the number 10
    inputs = bits[outputs["part"] == "target"].groupby(outputs["projection"]).agg("\n".join)
    ax.set_xticks(target["projection"], [f"{u}\n{inputs[u]}" for u in target["projection"]])
    ax.set_xlim(-2.3, 1.3)
    ax.set_xlabel("$u = x_2 - x_1 - x_3$, with the inputs $x_1x_2x_3$ below")
    ax.set_ylabel("added to $f$, in units of $S$")
    ax.legend(loc="lower left", ncols=2, **LEGEND)


def _draw_strengths(ax: Axes, strengths: pd.DataFrame) -> None:
    wide = strengths.pivot(index="time", columns="curve", values="relative_strength")
    misfit = np.sqrt(np.mean((wide["sum"] - wide["multilinear"]) ** 2))
    for curve, rows in strengths.groupby("curve", sort=False):
        dashed = curve == "multilinear"
        ax.plot(
            rows["time"],
            rows["relative_strength"],
            color=style.ORANGE if dashed else NEURON_COLORS.get(curve, style.BLACK),
            linestyle="--" if dashed else "-",
            linewidth=1.6 if curve == "sum" else 1.2,
            label=CURVE_LABELS[curve].format(rows["squared_coupling"].iloc[0], misfit)
            if dashed
            else CURVE_LABELS[curve],
        )
    frame_strength_axis(ax, strengths["time"].max())
    ax.set_xlabel("training time $T$")
    ax.set_ylabel(r"mode strength $R^{(q)} / S$")
    ax.legend(**BESIDE, **LEGEND)
