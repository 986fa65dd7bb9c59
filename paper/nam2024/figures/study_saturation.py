"""Study of saturation: the rise against the model's, and the largest eigenvalue."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from emergence.analysis.intervals import Interval, mean_interval
from emergence.exhibits import style
from paper.nam2024.studies.tables import measured_interval, values

_NAMES = {"joint": ("five skills", style.VERMILION, "o"), "solo": ("one skill", style.BLUE, "s")}
_RATES = (style.BLUE, style.GREEN, style.ORANGE, style.VERMILION)


def draw(saturation: pd.DataFrame, measured: pd.DataFrame, confidence: float) -> Figure:
    """Two panels: excess of the rise by learning rate, and lr/2 times the largest eigenvalue.

    saturation: table of `studies.saturation.saturation`. measured: of `studies.verdicts.verdicts`.
    """
    drawn, axes = style.figure(columns=2, height=2.4, panels=2)
    names = saturation["quantity"].unique()
    parts = range(1, 1 + sum(name.startswith("sharpness_") for name in names))
    arms = saturation["arm"].unique()
    rates = sorted(float(arm[5:]) for arm in arms if arm.startswith("solo_"))
    for name, (label, color, marker) in _NAMES.items():
        each = np.array([_found(measured, f"{name}_excess_{rate:g}") for rate in rates])
        error = np.abs(each[:, 1:] - each[:, :1]).T
        look = {"color": color, "marker": marker, "capsize": 2, "label": label}
        axes[0][0].errorbar(rates, each[:, 0], error, linestyle="none", **look)
        limit = _found(measured, f"{name}_excess_limit").value
        axes[0][0].plot([0.0], [limit], marker=marker, color=color, markerfacecolor="white")
        slope = np.polyfit(rates, each[:, 0], 1)[0]
        x = np.array([0.0, max(rates)])
        axes[0][0].plot(x, limit + slope * x, color=color, linewidth=0.7)
        for rate, shade in zip(rates, _RATES, strict=False):
            arm = f"{name}_{rate:g}"
            ends = [
                mean_interval(values(saturation, arm, f"sharpness_{part}"), confidence).value
                for part in parts
            ]
            line = "-" if name == "joint" else ":"
            axes[0][1].plot(
                parts,
                ends,
                color=shade,
                linestyle=line,
                marker=marker,
                label=f"lr {rate:g}" if name == "joint" else None,
            )
    axes[0][0].axhline(1.0, color=style.GREY, linewidth=0.6)
    axes[0][0].set(xlabel="learning rate", ylabel="rise over the calibrated model's")
    axes[0][0].set_xticks([0.0, *rates], ["0", *(f"{rate:g}" for rate in rates)], rotation=45)
    axes[0][0].legend()
    axes[0][1].axhline(1.0, color=style.GREY, linewidth=0.6)
    axes[0][1].set(xlabel="quarter of the run", ylabel="largest eigenvalue $\\cdot$ lr / 2")
    axes[0][1].set_xticks(parts)
    axes[0][1].legend()
    for letter, ax in zip("ab", axes[0], strict=True):
        style.panel_label(ax, letter)
    return drawn


def _found(measured: pd.DataFrame, quantity: str) -> Interval:
    return measured_interval(measured, "saturation", quantity)
