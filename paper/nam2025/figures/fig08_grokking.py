"""Fig. 8: accuracies, norms and kernels of the grokking panels."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from emergence.exhibits import style

_TITLES = {
    "a": "default",
    "b": "small weights",
    "c": "large target",
    "d": "small input",
    "e": "small output",
    "a_without_decay": "a, no decay",
}


_TICKS = (1, 10, 100, 1000)


def draw(
    a: pd.DataFrame,
    b: pd.DataFrame,
    c: pd.DataFrame,
    d: pd.DataFrame,
    e: pd.DataFrame,
    a_without_decay: pd.DataFrame,
) -> Figure:
    """Tables of curves by panel; above accuracies, below norm and kernel distance."""
    tables = (a, b, c, d, e, a_without_decay)
    drawn, axes = style.figure(
        columns=2, height=3.2, rows=2, panels=6, sharex=True, sharey="row",
        gridspec_kw={"height_ratios": (1.4, 1)},
    )  # fmt: skip
    for index, (title, runs) in enumerate(zip(_TITLES.values(), tables, strict=True)):
        top, bottom = axes[0][index], axes[1][index]
        color = style.VERMILION if index in (0, 5) else style.BLUE
        _band(top, runs, "train_accuracy", "black", "-")
        _band(top, runs, "test_accuracy", color, "-")
        top.set_xscale("log")
        top.set_xticks(_TICKS, [str(tick) for tick in _TICKS])
        top.set_ylim(0, 1.05)
        top.set_title(f"({'abcdef'[index]})", loc="left", fontweight="bold")
        top.set_title(title, loc="right", fontsize=6.5)
        relative = runs.assign(norm=runs["norm"] / runs.groupby("seed")["norm"].transform("first"))
        _band(bottom, relative, "norm", style.GREEN, "-")
        known = runs.dropna(subset="kernel_distance")
        _band(bottom, known, "kernel_distance", style.PURPLE, "--")
        _band(bottom, known, "kernel_left", style.SKY, ":")
        bottom.set_ylim(0, 1.1)
        bottom.tick_params(axis="x", labelsize=6)
        bottom.set_xlabel("epoch + 1")
    axes[0][0].set_ylabel("accuracy")
    axes[1][0].set_ylabel("ratio or distance")
    looks = {
        "training": ("black", "-"), "test": (style.BLUE, "-"), "test, a": (style.VERMILION, "-"),
        r"$|\theta|/|\theta_0|$": (style.GREEN, "-"), "kernel to start": (style.PURPLE, "--"),
        "kernel to end": (style.SKY, ":"),
    }  # fmt: skip
    handles = [Line2D([], [], color=k, linestyle=s, label=name) for name, (k, s) in looks.items()]
    drawn.legend(handles=handles, loc="outside lower center", ncols=6)
    return drawn


def _band(ax: Axes, runs: pd.DataFrame, column: str, color: str, line: str) -> None:
    """Median over seeds, and the range, at epochs that all seeds have."""
    seeds = runs.groupby("epoch")["seed"].transform("size")
    found = runs[seeds == runs["seed"].nunique()].groupby("epoch")[column]
    x = found.median().index + 1
    ax.fill_between(x, found.min(), found.max(), color=color, alpha=style.BAND, linewidth=0)
    ax.plot(x, found.median(), line, color=color, linewidth=1)
