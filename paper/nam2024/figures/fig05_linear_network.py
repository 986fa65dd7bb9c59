"""Fig. 5: a two-layer linear network, its independent modes, and their strengths in time."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from emergence.exhibits import style
from emergence.exhibits.curves import BESIDE, draw_curves_and_markers
from paper.nam2024.figures.schematics import draw_independent_modes, draw_linear_network


def draw(strengths: pd.DataFrame) -> Figure:
    """Two schematics and a b(T)/λ: lines for Eq. 25, circles for the network's matrices.

    strengths: columns mode_strength, time, relative_strength, source.
    """
    drawn, axes = style.figure(
        columns=2, height=2.1, panels=3, gridspec_kw={"width_ratios": (1.0, 1.0, 1.1)}
    )
    schematic, modes, curves = axes[0]
    draw_linear_network(schematic)
    draw_independent_modes(modes)
    draw_curves_and_markers(
        curves, strengths, "mode_strength", lambda value: rf"$\lambda = {value:g}$", BESIDE
    )
    curves.set_xlabel("training time $T$")
    curves.set_ylabel(r"mode strength $ab / \lambda$")
    for letter, ax in zip("abc", axes[0], strict=True):
        style.panel_label(ax, letter)
    return drawn
