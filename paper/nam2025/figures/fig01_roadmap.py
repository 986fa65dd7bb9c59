"""Fig. 1: principle, conditions, solvable models, phenomena."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from emergence.exhibits import style

_COLUMNS = (
    ("principle", style.GREEN, ("layers multiply:\neach sets the\nother's speed",)),
    (
        "conditions",
        style.ORANGE,
        ("small weights", "λ-balance", "weight-to-target\nratio $\\Sigma_0/S$"),
    ),
    (
        "solvable models",
        style.BLUE,
        (
            "diagonal and\nmultilinear modes",
            "two-layer\nlinear networks",
            "neurons that\nshare a mode",
        ),
    ),
    (
        "phenomena",
        style.VERMILION,
        ("emergence and\nscaling laws", "neural collapse", "lazy and rich\nregimes", "grokking"),
    ),
)
_LINKS = (((0, 0), (1, 0)), ((0, 0), (1, 1)), ((0, 0), (1, 2)), ((1, 0), (2, 0)), ((1, 0), (2, 1)),
          ((1, 1), (2, 1)), ((1, 2), (2, 2)), ((2, 0), (3, 0)), ((2, 1), (3, 1)), ((2, 1), (3, 2)),
          ((2, 2), (3, 2)), ((2, 2), (3, 3)))  # fmt: skip
_X = (0.1, 0.36, 0.63, 0.9)


def _place(column: int, row: int) -> tuple[float, float]:
    count = len(_COLUMNS[column][2])
    return _X[column], 0.86 * (1 - (row + 0.5) / count)


def draw() -> Figure:
    """Boxes in four columns; lines say what rests on what."""
    drawn, axes = style.figure(columns=2, height=2.6)
    ax: Axes = axes[0][0]
    ax.set_xlim(0, 1)
    ax.set_ylim(0, 1)
    ax.axis("off")
    for start, end in _LINKS:
        ax.annotate(
            "",
            _place(*end),
            _place(*start),
            arrowprops={"arrowstyle": "-|>", "color": style.GREY, "lw": 0.7, "shrinkA": 38,
                        "shrinkB": 38},
        )  # fmt: skip
    for column, (title, color, entries) in enumerate(_COLUMNS):
        ax.text(_X[column], 0.96, title, ha="center", va="center", color=color, weight="bold")
        for row, text in enumerate(entries):
            x, y = _place(column, row)
            box = {"boxstyle": "round,pad=0.4", "fc": "white", "ec": color, "lw": 1.1}
            ax.text(x, y, text, ha="center", va="center", fontsize=7, bbox=box)
    return drawn
