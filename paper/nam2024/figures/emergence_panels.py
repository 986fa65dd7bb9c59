"""Measured and predicted skill strength against a resource: the panels of Figs. 1 and 11."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from emergence.analysis.aggregation import run_matrix
from emergence.exhibits import style

_X_LABEL = {
    "time": "training time $T$ (steps)",
    "data": "training samples $D$",
    "parameters": "hidden units $N$",
}
_SPREAD = 0.035  # of dots of one N, in decades or in units, so that skills do not hide one another


def draw_panels(
    measured: Sequence[pd.DataFrame], predicted: Sequence[pd.DataFrame], scale: str
) -> Figure:
    """One panel per resource: dashed mean of runs, their middle half, models with both constants.

    R_k of single networks is near 0 or near 1 where hidden units are few: dots show the runs there.

    measured: tables of runs over time, data and parameters. predicted: tables of predicted curves
    (columns x, skill, prediction, reference). scale: of the x axes, "log" or "linear".
    """
    drawn, axes = style.figure(columns=2, height=2.4, panels=3, sharey=True)
    skills = sorted(measured[0]["skill"].unique())
    panels = zip("abc", _X_LABEL, measured, predicted, axes[0], strict=True)
    for letter, resource, runs, curves, ax in panels:
        for skill in skills:
            x, strength = run_matrix(runs, resource, skill=skill)
            shown = (x > 0) | (scale == "linear")
            curve = curves[curves["skill"] == skill]
            if resource == "parameters":
                _draw_dots(ax, x, strength, skill, len(skills), scale)
            else:
                style.middle_half(ax, x[shown], strength[:, shown], style.skill_color(skill))
            _draw_curves(ax, x[shown], strength[:, shown].mean(axis=0), curve, skill)
        ax.set_xscale(scale)
        if scale == "linear":
            ax.set_xlim(0.0, 1.03 * x.max())
        elif resource == "parameters":
            style.plain_numbers(ax.xaxis)
        ax.set_xlabel(_X_LABEL[resource])
        ax.set_ylim(-0.05, 1.12)
        for level in (0.0, 1.0):
            ax.axhline(level, color=style.GREY, linewidth=0.4, zorder=0)
        ax.set_title(resource)
        style.panel_label(ax, letter)
    axes[0][0].set_ylabel(r"skill strength $R_k / S$")
    _legend(drawn, skills)
    return drawn


def _draw_dots(
    ax: Axes, x: np.ndarray, strength: np.ndarray, skill: int, skills: int, scale: str
) -> None:
    """Every run, skills beside one another."""
    place = (skill - 0.5 * (skills + 1)) * _SPREAD
    shifted = x * 10.0 ** (0.2 * place) if scale == "log" else x + 3.0 * place
    ax.plot(
        np.tile(shifted, len(strength)),
        strength.ravel(),
        linestyle="none",
        marker="o",
        markersize=2.4,
        markeredgewidth=0,
        alpha=0.45,
        color=style.skill_color(skill),
    )


def _draw_curves(
    ax: Axes, x: np.ndarray, mean: np.ndarray, curve: pd.DataFrame, skill: int
) -> None:
    color = style.skill_color(skill)
    marker = "o" if len(x) <= 40 else None
    ax.plot(x, mean, "--", color=color, marker=marker, markersize=2.5)
    ax.plot(curve["x"], curve["prediction"], "-", color=color, linewidth=1.0)
    ax.plot(curve["x"], curve["reference"], ":", color=color, linewidth=0.9)


def _legend(drawn: Figure, skills: list[int]) -> None:
    if len(skills) > 1:
        colors = [Line2D([], [], color=style.skill_color(k), label=f"$k={k}$") for k in skills]
        drawn.legend(handles=colors, loc="outside upper center", ncols=len(skills))
    handles = [
        Line2D([], [], color="black", linestyle="--", label="networks, mean"),
        Patch(color="black", alpha=style.BAND, linewidth=0, label="middle half of runs"),
        Line2D([], [], color="black", linestyle="none", marker="o", alpha=0.5, label="one run"),
        Line2D([], [], color="black", linestyle="-", label="model, constant fitted here"),
        Line2D([], [], color="black", linestyle=":", label="model, the paper's constant"),
    ]
    drawn.legend(handles=handles, loc="outside lower center", ncols=len(handles), columnspacing=1.2)
