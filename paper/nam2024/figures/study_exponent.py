"""Study of the emergence exponent: single skills, sizes of the input, transplants."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from emergence.analysis.intervals import mean_interval
from emergence.exhibits import style
from paper.nam2024.studies.tables import measured_interval, values

_LEVEL = "u_0.5"
_TRANSPLANTS = ("fresh", "fewer", "reset", "idle", "whole")
_COLORS = (style.BLUE, style.VERMILION, style.GREEN, style.PURPLE)


def draw(exponent: pd.DataFrame, measured: pd.DataFrame, confidence: float) -> Figure:
    """Three panels: P-steps of each skill; delay of the last skill by n_b; transplants.

    exponent: table of `studies.exponent.exponent`. measured: of `studies.verdicts.verdicts`.
    """
    drawn, axes = style.figure(columns=2, height=2.5, panels=3, width_ratios=[1.2, 0.9, 1.1])
    bits = sorted(int(a[6:]) for a in exponent["arm"].unique() if a.startswith("joint_"))
    for color, n_b in zip(_COLORS, bits, strict=False):
        for name, marker, line in (("joint", "o", "-"), ("solo", "s", ":")):
            arm = f"{name}_{n_b}"
            skills = np.sort(exponent.loc[exponent["arm"] == arm, "setting"].unique())
            skills = skills[skills > 0]
            label = f"$n_b = {n_b}$, {'together' if name == 'joint' else 'alone'}"
            _points(axes[0][0], exponent, arm, skills, confidence, color, marker, line, label)
    axes[0][0].set(xlabel="skill $k$", ylabel="$P_s(k)\\,\\cdot$ steps to $R_k/S = 1/2$")
    axes[0][0].legend(fontsize=5.5)
    _delays(axes[0][1], measured, bits)
    _transplants(axes[0][2], exponent, confidence)
    for letter, ax in zip("abc", axes[0], strict=True):
        style.panel_label(ax, letter)
    return drawn


def _points(
    ax: Axes,
    table: pd.DataFrame,
    arm: str,
    skills: np.ndarray,
    confidence: float,
    color: str,
    marker: str,
    line: str,
    label: str,
) -> None:
    found = np.array([mean_interval(values(table, arm, _LEVEL, k), confidence) for k in skills])
    error = np.abs(found[:, 1:] - found[:, :1]).T
    look = {"color": color, "marker": marker, "linestyle": line, "label": label, "capsize": 1.5}
    ax.errorbar(skills, found[:, 0], error, linewidth=0.9, **look)


def _delays(ax: Axes, measured: pd.DataFrame, bits: list[int]) -> None:
    found = {n_b: measured_interval(measured, "exponent", f"delay_{n_b}") for n_b in bits}
    delays = np.array([*found.values()])
    error = np.abs(delays[:, 1:] - delays[:, :1]).T
    ax.errorbar(bits, delays[:, 0], error, color=style.BLACK, fmt="o", capsize=2)
    x, middle = np.geomspace(min(bits), max(bits), 50), found[32].value
    drift = middle * 34.0 / (x + 2.0)
    ax.plot(x, drift, color=style.ORANGE, label="drift: $\\propto 1/(n_b + 2)$")
    ax.plot(x, np.full_like(x, middle), color=style.SKY, label="loss of units")
    ax.set_xscale("log", base=2)
    ax.set_xticks(bits, [str(n_b) for n_b in bits])
    ax.set(xlabel="skill bits $n_b$", ylabel="delay of the last skill", ylim=(0, None))
    ax.legend()


def _transplants(ax: Axes, table: pd.DataFrame, confidence: float) -> None:
    last = table.loc[table["arm"] == "joint_32", "setting"].max()
    arms = ("solo_32", *_TRANSPLANTS, "joint_32")
    for place, arm in enumerate(arms):
        value, low, high = mean_interval(values(table, arm, _LEVEL, last), confidence)
        color = style.BLACK if arm.endswith("_32") else style.VERMILION
        error = [[value - low], [high - value]]
        ax.errorbar([value], [place], xerr=error, fmt="o", color=color, capsize=2)
    names = {"solo_32": "alone", "joint_32": "together"}
    ax.set_yticks(range(len(arms)), [names.get(arm, arm) for arm in arms])
    ax.set_xlabel(f"P-steps to $R_{last:g}/S = 1/2$")
