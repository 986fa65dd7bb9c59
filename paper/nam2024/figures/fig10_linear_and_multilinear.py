"""Fig. 10: linear against multilinear dynamics at the same frequencies of skills."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from emergence.exhibits import style
from emergence.exhibits.curves import INSIDE, draw_curves_and_markers

MODELS = (("linear", "linear: exponential"), ("multilinear", "multilinear: sigmoid"))


def draw(strengths: pd.DataFrame) -> Figure:
    """R_k/S of both models: lines for Eqs. 125 and 11, circles for gradient descent.

    strengths: columns model, frequency, time, relative_strength, source.
    """
    drawn, axes = style.figure(columns=2, height=2.2, panels=2, sharey=True)
    for letter, (model, title), ax in zip("ab", MODELS, axes[0], strict=True):
        rows = strengths[strengths["model"] == model]
        draw_curves_and_markers(
            ax, rows, "frequency", lambda value: f"$d_k / D = {value:g}$", INSIDE
        )
        ax.set_xlabel("training time $T$")
        ax.set_title(title)
        style.panel_label(ax, letter)
    axes[0][0].set_ylabel("skill strength $R_k / S$")
    return drawn
