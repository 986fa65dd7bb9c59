"""The benchmark: time per step of each method, and the lookup engine's cost in width and runs."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter, NullLocator

from emergence.exhibits import style

_COLORS = {
    "lookup": style.BLUE,
    "torch": style.GREEN,
    "plain": style.VERMILION,
    "dense products": style.GREY,
}
_MARKERS = {1: "o", 2: "s"}


def draw(methods: pd.DataFrame, costs: pd.DataFrame) -> Figure:
    """Three panels: time per step of one run by shape and method; against width; against runs.

    methods: columns shape, batch_size, width, data, method, threads, ms_per_run_step.
    costs: columns varied, width, n_runs, threads, ms_per_run_step.
    """
    drawn, axes = style.figure(columns=2, height=2.4, panels=3, width_ratios=(1.6, 1, 1))
    _draw_methods(axes[0][0], methods)
    labels = {"width": "hidden units $N$", "n_runs": "runs trained together"}
    for ax, (varied, label) in zip(axes[0][1:], labels.items(), strict=True):
        for threads, rows in costs[costs["varied"] == varied].groupby("threads"):
            ax.plot(
                rows[varied],
                rows["ms_per_run_step"],
                color=_COLORS["lookup"],
                marker=_MARKERS.get(threads, "^"),
                linestyle="-" if threads == 1 else "--",
                label=_threads(threads),
            )
        ax.set_xscale("log")
        ax.set_yscale("log")
        ax.set_xlabel(label)
        ax.set_ylabel("ms per step of one run")
        ax.set_ylim(bottom=0.5 * costs["ms_per_run_step"].min())
        ax.legend()
    for letter, ax in zip("abc", axes[0], strict=True):
        style.panel_label(ax, letter)
    return drawn


def _draw_methods(ax: Axes, methods: pd.DataFrame) -> None:
    """One bar for each shape and method, at the largest number of threads."""
    most = methods["threads"].max()
    rows = methods[methods["threads"] == most]
    shapes = list(dict.fromkeys(rows["shape"]))
    width = 0.8 / len(_COLORS)
    for place, (method, color) in enumerate(_COLORS.items()):
        times = rows[rows["method"] == method].set_index("shape")["ms_per_run_step"]
        positions = [i + (place - (len(_COLORS) - 1) / 2) * width for i in range(len(shapes))]
        bars = ax.bar(positions, times.loc[shapes], width, color=color, label=method)
        ax.bar_label(bars, fmt=_short, fontsize=5, padding=1)
    first = rows.drop_duplicates("shape").set_index("shape").loc[shapes]
    ticks = [
        f"{data} data\nbatch {batch}\n$N = {n}$"
        for data, batch, n in zip(first["data"], first["batch_size"], first["width"], strict=True)
    ]
    ax.set_xticks(range(len(shapes)), ticks)
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_yscale("log")
    ax.yaxis.set_minor_formatter(NullFormatter())
    ax.set_ylabel(f"ms per step of one run, {_threads(most)}")
    ax.margins(y=0.3)  # room for the legend
    ax.legend(ncols=2, loc="upper right")


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 10 else f"{value:.2g}"


def _threads(count: int) -> str:
    return f"{count} thread" + ("s" if count != 1 else "")
