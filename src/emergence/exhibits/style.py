"""The look of every figure: sizes, fonts, colours, panel letters, saving without dates."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter
from numpy.typing import NDArray

from emergence.store.files import atomic_path

COLUMN_WIDTH = {1: 3.4, 2: 7.0}  # inches, single and double column in print
RESOLUTION = 160

# Okabe and Ito's palette: told apart with any common colour-vision deficiency, and in grey.
BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILION, PURPLE = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"
SKILL_COLORS = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY, BLACK, YELLOW)
GREY = "#7F7F7F"
BAND = 0.2  # opacity of bands

_RC: dict[Any, Any] = {
    "figure.constrained_layout.use": True,
    "font.family": "DejaVu Sans",
    "font.size": 7.5,
    "axes.titlesize": 8,
    "axes.labelsize": 8,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.fontsize": 6.5,
    "legend.frameon": False,
    "legend.handlelength": 1.8,
    "lines.linewidth": 1.2,
    "lines.markersize": 3,
    "mathtext.fontset": "dejavusans",
    "pdf.fonttype": 42,
    "svg.hashsalt": "emergence",
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
}

matplotlib.rcdefaults()  # a user's matplotlibrc must not change a figure
matplotlib.rcParams.update(_RC)


def skill_color(skill: int) -> str:
    """Colour of a skill counted from 1; colours repeat after eight."""
    return SKILL_COLORS[(skill - 1) % len(SKILL_COLORS)]


def figure(
    columns: int = 2, height: float = 2.3, rows: int = 1, panels: int = 1, **kwargs: Any
) -> tuple[Figure, NDArray[Any]]:
    """A figure as wide as `columns` print columns, `height` inches high, with a grid of axes.

    Returns the figure and an array of axes of shape (rows, panels); `kwargs` go to
    `matplotlib.pyplot.subplots`.
    """
    size = (COLUMN_WIDTH[columns], height)
    return plt.subplots(rows, panels, figsize=size, squeeze=False, **kwargs)


def panel_label(ax: Axes, letter: str) -> None:
    """A bold panel letter at the upper left, outside the axes."""
    ax.set_title(f"({letter})", loc="left", fontweight="bold")


def middle_half(ax: Axes, x: NDArray[Any], runs: NDArray[Any], color: str) -> None:
    """A band between the quartiles over runs; `runs` has the shape (runs, len(x))."""
    low, high = np.percentile(runs, [25.0, 75.0], axis=0)
    ax.fill_between(x, low, high, color=color, alpha=BAND, linewidth=0)


def plain_numbers(axis: Axis) -> None:
    """Ticks of a logarithmic axis at 1, 2 and 5 times powers of ten, written out."""
    axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
    axis.set_minor_formatter(NullFormatter())


def save(drawn: Figure, outputs: Iterable[str | Path]) -> None:
    """Write the figure to each path (PDF or PNG), atomically and without dates, and close it."""
    for output in outputs:
        kind = Path(output).suffix.lstrip(".")
        metadata = {"CreationDate": None} if kind == "pdf" else {"Software": None}
        with atomic_path(output) as temporary:
            drawn.savefig(temporary, format=kind, dpi=RESOLUTION, metadata=metadata)
    plt.close(drawn)
