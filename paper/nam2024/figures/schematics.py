"""Line drawings of the solvable models, for Figs. 5 and 9."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes

from emergence.exhibits import style

NODE = {"boxstyle": "circle,pad=0.28", "linewidth": 0.8}
TEXT_SIZE = 7.5


def _blank(ax: Axes) -> None:
    ax.set_xlim(0.0, 1.0)
    ax.set_ylim(0.0, 1.0)
    ax.axis("off")


def _node(ax: Axes, x: float, y: float, text: str, color: str = style.BLACK) -> None:
    ax.text(
        x,
        y,
        text,
        ha="center",
        va="center",
        fontsize=TEXT_SIZE,
        bbox={**NODE, "facecolor": "white", "edgecolor": color},
        zorder=3,
    )


def _edge(
    ax: Axes,
    start: tuple[float, float],
    end: tuple[float, float],
    color: str = style.GREY,
    width: float = 0.6,
) -> None:
    ax.plot(*zip(start, end, strict=True), color=color, linewidth=width, zorder=1)


def _on_edge(ax: Axes, x: float, y: float, text: str, color: str) -> None:
    ax.text(x, y, text, ha="center", va="bottom", fontsize=TEXT_SIZE, color=color)


def draw_linear_network(ax: Axes, layer_sizes: tuple[int, int, int] = (3, 4, 3)) -> None:
    """A fully connected network x → W1 → hidden → W2 → y with circles for units."""
    _blank(ax)
    columns = (0.14, 0.5, 0.86)
    heights = [[0.83 - 0.7 * (i + 0.5) / size for i in range(size)] for size in layer_sizes]
    for left in (0, 1):
        for start in heights[left]:
            for end in heights[left + 1]:
                _edge(ax, (columns[left], start), (columns[left + 1], end))
    for x, column in zip(columns, heights, strict=True):
        for y in column:
            _node(ax, x, y, "  ")
    for x, text in zip(columns, ("input\n$x$", "hidden", "output\n$y$"), strict=True):
        ax.text(x, 0.12, text, ha="center", va="top", fontsize=TEXT_SIZE)
    for x, text in ((0.32, "$W_1$"), (0.68, "$W_2$")):
        ax.text(x, 0.88, text, ha="center", va="center", fontsize=TEXT_SIZE)


def draw_independent_modes(ax: Axes, widths: Sequence[float] = (2.4, 1.5, 0.8)) -> None:
    """Singular modes as separate chains v_i → a_i → b_i → u_i, wider for a larger λ_i."""
    _blank(ax)
    for i, width in enumerate(widths, start=1):
        y, color = 0.83 - 0.7 * (i - 0.5) / len(widths), style.skill_color(i)
        _edge(ax, (0.14, y), (0.86, y), color, width)
        _node(ax, 0.12, y, f"$v_{i}$", color)
        _node(ax, 0.5, y, "  ", color)
        _node(ax, 0.88, y, f"$u_{i}$", color)
        _on_edge(ax, 0.31, y + 0.03, f"$a_{i}$", color)
        _on_edge(ax, 0.69, y + 0.03, f"$b_{i}$", color)
    ax.text(
        0.5,
        0.12,
        r"$\lambda_1 > \lambda_2 > \lambda_3$,  $a_i b_i \to \lambda_i$",
        ha="center",
        va="top",
        fontsize=TEXT_SIZE,
    )


def draw_multilinear_model(ax: Axes) -> None:
    """Skill functions g_k, each times a_k and b_k, summed to the output f."""
    _blank(ax)
    rows = ((0.86, "1"), (0.62, "2"), (0.18, "N"))
    for i, (y, index) in enumerate(rows, start=1):
        color = style.skill_color(i)
        _edge(ax, (0.1, y), (0.62, y), color, 1.2)
        _edge(ax, (0.62, y), (0.88, 0.52), color, 1.2)
        _node(ax, 0.1, y, f"$g_{index}$", color)
        _node(ax, 0.62, y, "  ", color)
        _on_edge(ax, 0.36, y + 0.02, f"$a_{index}$", color)
        _on_edge(ax, 0.76, (y + 0.52) / 2 + (0.02 if y > 0.52 else -0.15), f"$b_{index}$", color)
    for x in (0.1, 0.62):
        ax.text(x, 0.40, r"$\vdots$", ha="center", va="center", fontsize=10)
    _node(ax, 0.9, 0.52, r"$f$")
    ax.text(0.5, 0.0, r"$f = \sum_k a_k b_k\, g_k$", ha="center", va="center", fontsize=TEXT_SIZE)
