"""Measured and predicted skill strength against a resource: the panels of Figs. 1 and 11."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from emergence.exhibits import style

RESOURCES = ("time", "data", "parameters")
_X_LABEL = {
    "time": "training time $T$ (steps)",
    "data": "training samples $D$",
    "parameters": "hidden units $N$",
}
_TITLE = {"time": "time", "data": "data", "parameters": "parameters"}


def draw(
    time: pd.DataFrame,
    data: pd.DataFrame,
    parameters: pd.DataFrame,
    time_prediction: pd.DataFrame,
    data_prediction: pd.DataFrame,
    parameters_prediction: pd.DataFrame,
) -> Figure:
    """One panel per resource, logarithmic x: dashed mean of runs with a 1-σ band, solid prediction.

    time, data, parameters: tables of means (columns x, skill, mean, std, n); the others: tables of
    predicted curves (columns x, skill, prediction).
    """
    measured = {"time": time, "data": data, "parameters": parameters}
    predicted = {
        "time": time_prediction,
        "data": data_prediction,
        "parameters": parameters_prediction,
    }
    drawn, axes = style.figure(columns=2, height=2.25, panels=3, sharey=True)
    skills = sorted(measured["time"]["skill"].unique())
    for letter, resource, ax in zip("abc", RESOURCES, axes[0], strict=True):
        for skill in skills:
            _draw_skill(ax, skill, measured[resource], predicted[resource])
        ax.set_xscale("log")
        ax.set_xlabel(_X_LABEL[resource])
        ax.set_ylim(-0.05, 1.12)
        ax.axhline(0, color=style.GREY, linewidth=0.4, zorder=0)
        ax.axhline(1, color=style.GREY, linewidth=0.4, zorder=0)
        ax.set_title(_TITLE[resource])
        style.panel_label(ax, letter)
    axes[0][0].set_ylabel(r"skill strength $R_k / S$")
    _legend(drawn, skills)
    return drawn


def _draw_skill(ax: Axes, skill: int, measured: pd.DataFrame, predicted: pd.DataFrame) -> None:
    color = style.skill_color(skill)
    runs = measured[(measured["skill"] == skill) & (measured["x"] > 0)]
    curve = predicted[predicted["skill"] == skill]
    ax.fill_between(
        runs["x"],
        runs["mean"] - runs["std"],
        runs["mean"] + runs["std"],
        color=color,
        alpha=0.2,
        linewidth=0,
    )
    marker = "o" if len(runs) <= 40 else None
    ax.plot(runs["x"], runs["mean"], "--", color=color, marker=marker, markersize=2)
    ax.plot(curve["x"], curve["prediction"], "-", color=color, alpha=0.9, linewidth=1.0)


def _legend(drawn: Figure, skills: list[int]) -> None:
    handles = [
        Line2D([], [], color=style.skill_color(skill), label=f"$k={skill}$") for skill in skills
    ]
    handles += [
        Line2D([], [], color="black", linestyle="--", label="networks, mean ± 1 σ"),
        Line2D([], [], color="black", linestyle="-", label="extended model"),
    ]
    drawn.legend(handles=handles, loc="outside lower center", ncols=len(handles), columnspacing=1.2)
