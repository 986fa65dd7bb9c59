"""Fig. 4: the first paper's networks beside the multilinear model."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from emergence.analysis.aggregation import run_matrix
from emergence.exhibits import style

_LABELS = {"time": "steps $T$", "data": "samples $D$", "parameters": "hidden units $N$"}


def draw(
    networks_time: pd.DataFrame,
    model_time: pd.DataFrame,
    networks_data: pd.DataFrame,
    model_data: pd.DataFrame,
    networks_parameters: pd.DataFrame,
    model_parameters: pd.DataFrame,
) -> Figure:
    """One panel per resource: means of networks and the middle half of runs, predictions with and
    without a constant. Tables of networks: of runs."""
    drawn, axes = style.figure(columns=2, height=2.4, panels=3, sharey=True)
    shown = (
        (networks_time, model_time),
        (networks_data, model_data),
        (networks_parameters, model_parameters),
    )
    for letter, ax, name, tables in zip("abc", axes[0], _LABELS, shown, strict=True):
        measured, predicted = tables
        for skill, curve in predicted.groupby("skill"):
            color = style.skill_color(int(skill))
            x, strength = run_matrix(measured, name, skill=int(skill))
            x, strength = x[x > 0], strength[:, x > 0]
            style.middle_half(ax, x, strength, color)
            ax.plot(x, strength.mean(axis=0), "--", color=color)
            ax.plot(curve["x"], curve["prediction"], color=color, linewidth=1.0)
            ax.plot(curve["x"], curve["plain"], ":", color=color, linewidth=1.0)
        ax.set_xscale("log")
        ax.set_xlabel(_LABELS[name])
        ax.set_ylim(-0.05, 1.12)
        style.panel_label(ax, letter)
    axes[0][0].set_ylabel(r"skill strength $R_k/S$")
    looks = {"networks": "--", "one constant": "-", "no constant": ":"}
    handles = [Line2D([], [], color="black", linestyle=v, label=k) for k, v in looks.items()]
    handles += [
        Line2D([], [], color=style.skill_color(int(skill)), label=f"$k={skill}$")
        for skill in sorted(networks_time["skill"].unique())
    ]
    drawn.legend(handles=handles, loc="outside lower center", ncols=len(handles))
    return drawn
