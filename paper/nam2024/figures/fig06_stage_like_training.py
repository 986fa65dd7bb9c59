"""Fig. 6: stage-like training: one skill saturates before the next emerges."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from emergence.exhibits import style
from emergence.exhibits.curves import (
    ABOVE,
    LEGEND,
    MARKERS,
    draw_curves_and_markers,
    frame_strength_axis,
)

SHOWN_SKILLS = (1, 2)
ARROW = {"arrowstyle": "<->", "linewidth": 0.7, "shrinkA": 0, "shrinkB": 0, "mutation_scale": 6}
# Height of the arrow and place of its name along it, for τ_e and τ_s of each skill: off the curves.
ARROW_PLACES = {1: ((0.20, 0.5), (0.70, 0.32)), 2: ((0.11, 0.75), (0.40, 0.2))}


def draw(strengths: pd.DataFrame, loss: pd.DataFrame, stages: pd.DataFrame) -> Figure:
    """(a) R_1/S and R_2/S with τ_e and τ_s; (b) the loss and what each skill takes off it.

    Tables: those of `Figure06Data`.
    """
    drawn, axes = style.figure(columns=2, height=2.5, panels=2)
    _draw_strengths(axes[0][0], strengths, stages)
    _draw_loss(axes[0][1], loss, stages)
    for letter, ax in zip("ab", axes[0], strict=True):
        ax.set_xlabel("training time $T$")
        style.panel_label(ax, letter)
    return drawn


def _draw_strengths(ax: Axes, strengths: pd.DataFrame, stages: pd.DataFrame) -> None:
    shown = strengths[strengths["skill"].isin(SHOWN_SKILLS)]
    draw_curves_and_markers(ax, shown, "skill", lambda skill: f"$k = {skill:g}$", ABOVE)
    threshold = stages["threshold"].iloc[0]
    for level, text in ((threshold, r"$\epsilon$"), (1.0 - threshold, r"$1 - \epsilon$")):
        ax.axhline(level, color=style.BLACK, linewidth=0.6, linestyle=":")
        ax.annotate(
            text,
            (1.0, level),
            xycoords=("axes fraction", "data"),
            xytext=(2, 0),
            textcoords="offset points",
            va="center",
            fontsize=7,
        )
    for stage in stages[stages["skill"].isin(SHOWN_SKILLS)].itertuples():
        emerged, saturated = stage.emergence_time, stage.emergence_time + stage.saturation_time
        color = style.skill_color(stage.skill)
        for time in (emerged, saturated):
            ax.axvline(time, color=color, linewidth=0.5, linestyle="--", zorder=0)
        low, high = ARROW_PLACES[stage.skill]
        _span(ax, 0.0, emerged, *low, rf"$\tau_e({stage.skill})$", color)
        _span(ax, emerged, saturated, *high, rf"$\tau_s({stage.skill})$", color)
    frame_strength_axis(ax, strengths["time"].max())
    ax.set_ylabel("skill strength $R_k / S$")


def _span(
    ax: Axes, start: float, end: float, height: float, place: float, text: str, color: str
) -> None:
    ax.annotate("", (end, height), (start, height), arrowprops={**ARROW, "color": color})
    ax.text(
        start + place * (end - start),
        height + 0.015,
        text,
        ha="center",
        va="bottom",
        fontsize=7,
        color=color,
    )


def _draw_loss(ax: Axes, loss: pd.DataFrame, stages: pd.DataFrame) -> None:
    for source, rows in loss.groupby("source"):
        look = (
            {"linewidth": 1.2} if source == "closed form" else {**MARKERS, "markeredgewidth": 0.7}
        )
        label = "Eq. 12" if source == "closed form" else "gradient descent"
        ax.plot(rows["time"], rows["loss"], color=style.BLACK, label=label, **look)
    final_time = loss["time"].max()
    for stage in stages[stages["emergence_time"] < final_time].itertuples():
        color = style.skill_color(stage.skill)
        end = min(stage.emergence_time + stage.saturation_time, final_time)
        ax.axvspan(stage.emergence_time, end, color=color, alpha=0.12, linewidth=0)
        ax.text(
            (stage.emergence_time + end) / 2,
            0.03,
            f"$k = {stage.skill}$",
            transform=ax.get_xaxis_transform(),
            ha="center",
            fontsize=7,
            color=color,
        )
        if stage.skill not in SHOWN_SKILLS:
            continue
        ax.hlines(
            (stage.loss_before, stage.loss_after),
            0,
            final_time,
            color=color,
            linewidth=0.5,
            linestyle="--",
        )
        ax.annotate(
            "",
            (end, stage.loss_after),
            (end, stage.loss_before),
            arrowprops={**ARROW, "arrowstyle": "->", "color": color},
        )
        ax.annotate(
            rf"$S^2 P_s({stage.skill})/2$",
            (end, (stage.loss_before + stage.loss_after) / 2),
            xytext=(3, 0) if end < 0.6 * final_time else (-3, 0),
            textcoords="offset points",
            ha="left" if end < 0.6 * final_time else "right",
            va="center",
            fontsize=7,
            color=color,
        )
    ax.set_xlim(0.0, final_time)
    ax.set_ylim(bottom=0.0)
    ax.set_ylabel("loss $L$")
    ax.legend(**ABOVE, **LEGEND)
