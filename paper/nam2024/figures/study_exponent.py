"""Study of the emergence exponent: skills together and alone, held weights, transplants."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from emergence.analysis.intervals import mean_interval
from emergence.exhibits import style
from paper.nam2024.studies.tables import values

_LEVEL = "u_0.5"
_SIZES = (style.SKY, style.BLACK, style.VERMILION)
_TRANSPLANTS = ("fresh", "fewer", "reset", "idle", "whole")
_NAMES = {"solo_32": "alone", "joint_32": "together"}
_RELATIVE = {  # arms at n_b = 32, beside one another
    "joint_32": ("together", style.BLACK, "o"),
    "slow_4": ("lr / 4", style.ORANGE, "^"),
    "unused": ("bits of no skill held", style.PURPLE, "D"),
    "guarded": ("bits of other skills held", style.GREEN, "v"),
    "solo_32": ("alone", style.BLUE, "s"),
}


def draw(exponent: pd.DataFrame, confidence: float) -> Figure:
    """Three panels: P-steps of each skill; the same over skill 1; transplants.

    exponent: table of `studies.exponent.exponent`.
    """
    drawn, axes = style.figure(columns=2, height=2.6, panels=3, width_ratios=[1, 1.1, 1])
    bits = sorted(int(a[6:]) for a in exponent["arm"].unique() if a.startswith("joint_"))
    for color, n_b in zip(_SIZES, bits, strict=False):
        for name, look in (("joint", {"marker": "o"}), ("solo", {"marker": "s", "ls": ":"})):
            skills, found = _skills(exponent, f"{name}_{n_b}")
            label = f"$n_b = {n_b}$, {'together' if name == 'joint' else 'alone'}"
            _points(axes[0][0], skills, found, confidence, color=color, label=label, **look)
    axes[0][0].set(xlabel="skill $k$", ylabel="P-steps to $R_k/S = 1/2$")
    for place, (arm, (label, color, marker)) in enumerate(_RELATIVE.items()):
        skills, found = _skills(exponent, arm)
        first = found[0].mean()
        look = {"color": color, "marker": marker, "label": label}
        shifted = skills + 0.06 * (place - 2)
        _points(axes[0][1], shifted, [one / first for one in found], confidence, **look)
    axes[0][1].axhline(1.0, color=style.GREY, linewidth=0.5, zorder=0)
    axes[0][1].set(xlabel="skill $k$", ylabel="P-steps over those of skill 1", ylim=(0.85, 1.5))
    _transplants(axes[0][2], exponent, confidence)
    for letter, ax in zip("abc", axes[0], strict=True):
        style.panel_label(ax, letter)
    low, high = axes[0][0].get_ylim()
    axes[0][0].set_ylim(low, high + 0.18 * len(bits) * (high - low))  # room for the legend
    for ax in axes[0][:2]:
        ax.legend(fontsize=5.5, loc="upper left")
    return drawn


def _skills(table: pd.DataFrame, arm: str) -> tuple[np.ndarray, list[np.ndarray]]:
    """Skills of an arm, and P-steps of its runs for each."""
    mine = table[(table["arm"] == arm) & (table["quantity"] == _LEVEL)]
    skills = np.sort(mine["setting"].unique())
    return skills, [values(table, arm, _LEVEL, skill) for skill in skills]


def _points(
    ax: Axes, x: np.ndarray, found: list[np.ndarray], confidence: float, **look: object
) -> None:
    each = np.array([mean_interval(one, confidence) for one in found])
    error = np.abs(each[:, 1:] - each[:, :1]).T
    ax.errorbar(x, each[:, 0], error, linewidth=0.9, capsize=1.5, **look)


def _transplants(ax: Axes, table: pd.DataFrame, confidence: float) -> None:
    last = table.loc[table["arm"] == "joint_32", "setting"].max()
    arms = ("solo_32", *_TRANSPLANTS, "joint_32")
    for place, arm in enumerate(arms):
        color = style.BLACK if arm in _NAMES else style.VERMILION
        value, low, high = mean_interval(values(table, arm, _LEVEL, last), confidence)
        error = [[value - low], [high - value]]
        ax.errorbar([value], [place], xerr=error, fmt="o", color=color, capsize=2)
    ax.set_yticks(range(len(arms)), [_NAMES.get(arm, arm) for arm in arms])
    ax.set_xlabel(f"P-steps to $R_{last:g}/S = 1/2$")
