"""Fig. 9: the multilinear model and the strength of skills seen at different rates."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from emergence.exhibits import style
from emergence.exhibits.curves import INSIDE, draw_curves_and_markers
from paper.nam2024.figures.schematics import draw_multilinear_model


def draw(strengths: pd.DataFrame) -> Figure:
    """(a) Schematic of the model; (b) R_k/S: lines for Eq. 11, circles for gradient descent.

    strengths: columns frequency, time, relative_strength, source.
    """
    drawn, axes = style.figure(
        columns=2, height=2.2, panels=2, gridspec_kw={"width_ratios": (1.0, 1.3)}
    )
    draw_multilinear_model(axes[0][0])
    ax = axes[0][1]
    draw_curves_and_markers(
        ax, strengths, "frequency", lambda value: f"$d_k / D = {value:g}$", INSIDE
    )
    ax.set_xlabel("training time $T$")
    ax.set_ylabel("skill strength $R_k / S$")
    for letter, panel in zip("ab", axes[0], strict=True):
        style.panel_label(panel, letter)
    return drawn
