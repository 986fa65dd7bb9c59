"""Study of the onset in data: strength against D, and the D at which a skill is half learned."""

from __future__ import annotations

from math import comb

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter

from emergence.exhibits import style
from paper.nam2024.studies.tables import measured_interval
from paper.nam2024.studies.theory import race_size

_COLORS = {2: style.GREEN, 3: style.BLUE, 4: style.VERMILION}  # by m
_LINES = {12: ":", 16: "-", 20: "--", 32: "--", 48: "-.", 64: ":"}  # by n_b


def draw(onset: pd.DataFrame, measured: pd.DataFrame) -> Figure:
    """Three panels: mean R/S against D; against D over subsets of m - 1 bits; half sizes by n_b.

    onset: table of `studies.onset.onset`. measured: of `studies.verdicts.verdicts`.
    """
    drawn, axes = style.figure(columns=2, height=2.6, panels=3)
    for arm in onset["arm"].unique():
        bits, sparse, slow = _sizes(arm)
        mean = onset[onset["arm"] == arm].groupby("setting")["value"].mean()
        look = {
            "color": _COLORS[sparse],
            "linestyle": _LINES.get(bits, "-"),
            "linewidth": 0.5 if slow else 1.1,
            "label": None if slow else f"$m = {sparse}$, $n_b = {bits}$",
        }
        for ax, scale in zip(axes[0], (1.0, comb(bits, sparse - 1)), strict=False):
            ax.plot(mean.index / scale, mean, **look)
    for ax in axes[0][:2]:
        ax.set_xscale("log")
        ax.axhline(0.5, color=style.GREY, linewidth=0.4, zorder=0)
        ax.xaxis.set_major_locator(LogLocator())
        ax.xaxis.set_minor_formatter(NullFormatter())
    axes[0][0].set(xlabel="training samples $D$", ylabel="skill strength $R / S$")
    axes[0][1].set_xlabel("$D$ / subsets of $m - 1$ bits")
    _half_sizes(axes[0][2], onset, measured)
    for letter, ax in zip("abc", axes[0], strict=True):
        style.panel_label(ax, letter)
    drawn.legend(*axes[0][0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return drawn


def _sizes(arm: str) -> tuple[int, int, bool]:
    """n_b, m, and whether the learning rate is a lower one, from the name of an arm."""
    _, bits, kind, number = arm.split("_")
    return int(bits), int(number) if kind == "sparse" else 3, kind == "slowdown" and number != "1"


def _half_sizes(ax: Axes, onset: pd.DataFrame, measured: pd.DataFrame) -> None:
    sizes = {_sizes(arm)[:2] for arm in onset["arm"].unique()}
    for sparse, color in _COLORS.items():
        found = {}
        for bits in sorted(b for b, m in sizes if m == sparse):
            name = f"half_{bits}" if sparse == 3 else f"half_m{sparse}_{bits}"
            found[bits] = measured_interval(measured, "onset", name)
        each = np.array([*found.values()]).reshape(-1, 3)
        error = np.abs(each[:, 1:] - each[:, :1]).T
        ax.errorbar([*found], each[:, 0], error, fmt="o", color=color, capsize=2)
        known = [bits for bits in found if np.isfinite(found[bits].value)]
        if known:
            scale = found[known[0]].value / comb(known[0], sparse - 1)
            ax.plot(known, [scale * comb(bits, sparse - 1) for bits in known], color=color)
    x = np.array([16, 64])
    ax.plot(x, race_size(x), color=style.GREY, linestyle="--", label="race of directions, $m = 3$")
    ax.set_xscale("log", base=2)
    ax.set_yscale("log")
    ax.set(xlabel="skill bits $n_b$", ylabel="$D$ at $R/S = 1/2$")
    ax.set_xticks([16, 32, 64], ["16", "32", "64"])
    ax.legend(loc="upper left")
