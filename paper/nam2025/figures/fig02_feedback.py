"""Fig. 2: the plane of both layers."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from emergence.exhibits import style
from emergence.exhibits.curves import MARKERS

_LIMIT = 2.7
# the target curve is black
_COLORS = [color for color in style.SKILL_COLORS if color != style.BLACK]


def draw(trajectories: pd.DataFrame) -> Figure:
    """Flow, conserved hyperbolas, target curve and trajectories (columns start, a, b, source)."""
    drawn, axes = style.figure(columns=1, height=3.3)
    ax = axes[0][0]
    grid = np.linspace(-_LIMIT, _LIMIT, 200)
    a, b = np.meshgrid(grid, grid)
    levels = (-4, -2, -1, -0.25, 0, 0.25, 1, 2, 4)
    ax.contour(a, b, a**2 - b**2, levels=levels, colors=style.GREY, linewidths=0.5, linestyles=":")
    ax.contour(a, b, a * b, levels=[1.0], colors="black", linewidths=1.4)
    x, y = np.meshgrid(*[np.linspace(-_LIMIT, _LIMIT, 17)] * 2)
    error = x * y - 1
    speed = np.hypot(y * error, x * error) + 1e-9
    length = speed**0.4 / speed
    ax.quiver(x, y, -y * error * length, -x * error * length, color="0.75", width=0.003, scale=45)
    for start, group in trajectories.groupby("start"):
        color = _COLORS[int(start) % len(_COLORS)]
        line = group[group["source"] == "closed form"]
        dots = group[group["source"] != "closed form"]
        ax.plot(line["a"], line["b"], color=color)
        ax.plot(dots["a"], dots["b"], color=color, markeredgewidth=0.7, **MARKERS)
    ax.set_xlim(-_LIMIT, _LIMIT)
    ax.set_ylim(-_LIMIT, _LIMIT)
    ax.set_aspect("equal")
    ax.set_xlabel("first layer $a$")
    ax.set_ylabel("second layer $b$")
    return drawn
