"""Fig. 4: when a transformer learns each skill, with two-layer networks beside it."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import NullFormatter, ScalarFormatter

from emergence.analysis.aggregation import run_matrix
from emergence.exhibits import style
from emergence.models.names import TRANSFORMER, TWO_LAYER

_NAMES = {TRANSFORMER: "transformer", TWO_LAYER: "two-layer network"}
_CONTROL_SHIFT = 1.04  # to the right, so that bars do not hide one another
_CONTROL_LOOK: dict[str, Any] = {"marker": "s", "markerfacecolor": "white", "color": style.GREY}


def draw(
    transformer: pd.DataFrame,
    two_layer: pd.DataFrame,
    times: pd.DataFrame,
    exponents: pd.DataFrame,
) -> Figure:
    """One row per architecture: R_k/S against time; τ_emerge(k) with the line of the law.

    transformer, two_layer: tables of runs. times, exponents: the
    tables of `emergence.analysis.emergence_times`; the first experiment of an architecture is drawn
    in the skills' colours, further ones (another α) in grey. Points are means of ln τ over runs,
    bars one standard deviation; a cross is of the runs that reach the skill, where not all do.
    """
    drawn, axes = style.figure(columns=2, height=4.6, rows=2, panels=2)
    rows = ((TRANSFORMER, transformer), (TWO_LAYER, two_layer))
    for (architecture, runs), (left, right), letters in zip(rows, axes, ("ab", "cd"), strict=True):
        _draw_strengths(left, runs, _NAMES[architecture])
        chosen = exponents[exponents["architecture"] == architecture]
        for index, found in enumerate(chosen.itertuples()):
            rows_of = times[times["experiment"] == found.experiment]
            _draw_times(right, rows_of, found, control=index > 0)
        shown = times[times["architecture"] == architecture]
        _frame_times(right, sorted(shown["skill"].unique()))
        style.panel_label(left, letters[0])
        style.panel_label(right, letters[1])
    _legend(drawn, sorted(times["skill"].unique()))
    return drawn


def _draw_strengths(ax: Axes, runs: pd.DataFrame, name: str) -> None:
    for skill in sorted(runs["skill"].unique()):
        color = style.skill_color(skill)
        steps, strength = run_matrix(runs, "time", skill=skill)
        steps, strength = steps[steps > 0], strength[:, steps > 0]
        style.middle_half(ax, steps, strength, color)
        ax.plot(steps, strength.mean(axis=0), color=color)
    ax.set_xscale("log")
    ax.set_xlim(right=runs["step"].max())
    ax.set_ylim(-0.05, 1.12)
    for level in (0.0, 1.0):
        ax.axhline(level, color=style.GREY, linewidth=0.4, zorder=0)
    ax.set_xlabel("training time $T$ (steps)")
    ax.set_ylabel("skill strength $R_k / S$")
    ax.set_title(name)


def _draw_times(ax: Axes, times: pd.DataFrame, found: Any, control: bool) -> None:
    law_color = style.GREY if control else style.BLACK
    ax.plot(
        times["skill"],
        times["law"],
        linestyle=":" if control else "--",
        color=law_color,
        linewidth=1.0,
        label=rf"$\alpha = {found.data_exponent:g}$: $\propto k^{{{found.expected:g}}}$, "
        rf"fit ${found.exponent:.2f}$ [{found.low:.2f}, {found.high:.2f}]",
    )
    for row in times.dropna(subset=["geometric_mean"]).itertuples():
        bar = [[row.geometric_mean - row.low], [row.high - row.geometric_mean]]
        look = _CONTROL_LOOK if control else {"marker": "o", "color": style.skill_color(row.skill)}
        if row.runs_reaching < row.runs:
            look = {**look, "marker": "x"}
        x = row.skill * (_CONTROL_SHIFT if control else 1.0)
        ax.errorbar(x, row.geometric_mean, bar, capsize=2, linewidth=0.9, **look)


def _frame_times(ax: Axes, skills: list[int]) -> None:
    ax.set_xscale("log")
    ax.set_yscale("log")
    style.plain_numbers(ax.yaxis)
    ax.set_xticks(skills)
    ax.xaxis.set_major_formatter(ScalarFormatter())
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.set_xlabel("skill $k$")
    ax.set_ylabel(r"$\tau_\mathrm{emerge}(k)$ (steps)")
    ax.set_ylim(bottom=ax.get_ylim()[0] / 2.0)  # room for the legend under the rising points
    ax.legend(loc="lower right")


def _legend(drawn: Figure, skills: list[int]) -> None:
    handles = [
        Line2D([], [], color=style.skill_color(skill), marker="o", label=f"$k={skill}$")
        for skill in skills
    ]
    drawn.legend(handles=handles, loc="outside lower center", ncols=len(handles))
