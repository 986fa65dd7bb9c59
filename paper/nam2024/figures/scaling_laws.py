"""Scaling laws of trained networks with many skills, beside what a single skill predicts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from emergence.analysis.envelopes import least_at
from emergence.exhibits import style
from paper.nam2024.scaling.curves import missing
from paper.nam2024.scaling.predictions import HYPOTHESES, by_law
from paper.nam2024.scaling.runs import KEYS

_COLORS = (style.BLUE, style.GREEN, style.VERMILION)
_RIVALS = {"linear": "--", "logarithmic": ":"}
_MARKERS = {"linear": "x", "logarithmic": "+"}
_SYMBOLS = {"time": "T", "data": "D", "parameters": "N", "compute": "C"}
_LOSS = "$L + L_C$ over $S^2/2$"
_LOSSES = ["loss", "strength_loss", "predicted"]


def draw(
    scaling: pd.DataFrame,
    delays: pd.DataFrame,
    own_samples: pd.DataFrame,
    exponents: pd.DataFrame,
    verdicts: pd.DataFrame,
) -> Figure:
    """Panels: loss over time at each α, samples, units, compute; how late skills are over time and
    in data; all exponents.

    Losses with L_C, which makes them power laws. Thin lines and dots are runs, dashed ones the loss
    of their strengths, thick lines the prediction for independent skills, vertical lines the
    window. Tables of `scaling.exponents.Scaling`.
    """
    scaling = _with_missing(scaling)
    drawn, axes = style.figure(columns=2, height=6.4, rows=3, panels=3)
    for ax in axes[2]:
        ax.remove()
    panels = [*axes[:2].ravel(), drawn.add_subplot(axes[2, 0].get_gridspec()[2, :])]
    main, colors = _main(scaling), _alpha_colors(scaling)
    for key, of in main.groupby(KEYS):
        color = colors[key[1]]
        _runs(panels[0], of, color)
        _window(panels[0], exponents, key, color)
    panels[0].legend(
        handles=[Line2D([], [], color=c, label=f"$\\alpha = {a:g}$") for a, c in colors.items()]
    )
    panels[0].set(xlabel="training time $T$ (steps)", ylabel=_LOSS)
    _points(panels[1], scaling[scaling["law"] == "data"], exponents)
    panels[1].set(xlabel="samples $D$", ylabel=_LOSS)
    _points(panels[2], scaling[scaling["law"] == "parameters"], exponents)
    panels[2].set(xlabel="hidden units $N$", ylabel=_LOSS)
    compute = scaling[scaling["law"] == "compute"]
    _compute(panels[3], compute)
    for key, _ in by_law(compute):
        _window(panels[3], exponents, key, style.VERMILION)
    _delays(panels[4], delays, _settings(main), colors)
    _own_samples(panels[5], own_samples)
    _exponents(panels[6], verdicts)
    for ax in panels[:4]:
        ax.set(xscale="log", yscale="log")
    style.plain_numbers(panels[2].xaxis)
    for letter, ax in zip("abcdefg", panels, strict=True):
        style.panel_label(ax, letter)
        if not ax.has_data():
            ax.text(0.5, 0.5, "no runs yet", transform=ax.transAxes, ha="center")
    return drawn


def _with_missing(scaling: pd.DataFrame) -> pd.DataFrame:
    """With L_C, the loss of the skills beyond n_s, added to each loss."""
    parts = [
        of.assign(**{name: of[name] + missing(alpha, n_skills) for name in _LOSSES})
        for (alpha, n_skills), of in scaling.groupby(["alpha", "n_skills"])
    ]
    return pd.concat(parts) if parts else scaling


def _main(scaling: pd.DataFrame) -> pd.DataFrame:
    """Runs over time of the setting that has most skills and most α; the others are controls."""
    time = scaling[scaling["law"] == "time"]
    if time.empty:
        return time
    sizes = time.groupby(KEYS[2:])["alpha"].nunique().reset_index()
    chosen = sizes.sort_values(["alpha", "n_skills"]).iloc[-1]
    return time[(time[KEYS[2:]] == chosen[KEYS[2:]].to_list()).all(axis=1)]


def _settings(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[KEYS].drop_duplicates()


def _alpha_colors(scaling: pd.DataFrame) -> dict[float, str]:
    return dict(zip(sorted(scaling["alpha"].unique()), _COLORS, strict=False))


def _runs(ax: Axes, of: pd.DataFrame, color: str) -> None:
    """Each run over x, and the prediction."""
    for _, one in of.groupby("run"):
        ax.plot(one["x"], one["loss"], color=color, linewidth=0.5, alpha=0.7)
    mean = of.groupby("x")[["predicted", "strength_loss"]].mean()
    ax.plot(mean.index, mean["predicted"], color=color, linewidth=1.6, alpha=0.5)
    ax.plot(mean.index, mean["strength_loss"], "--", color=color, linewidth=0.7)


def _points(ax: Axes, scaling: pd.DataFrame, exponents: pd.DataFrame) -> None:
    """Each run as a dot over x, and the prediction."""
    for key, of in by_law(scaling):
        mean = of.groupby("x")["predicted"].mean()
        ax.plot(mean.index, mean, color=style.BLACK, label="prediction")
        ax.plot(of["x"], of["loss"], "o", color=style.VERMILION, alpha=0.6, label="runs")
        _window(ax, exponents, key, style.VERMILION)
        ax.legend()


def _window(ax: Axes, exponents: pd.DataFrame, key: Iterable[Any], color: str) -> None:
    mine = exponents[(exponents[KEYS] == list(key)).all(axis=1)]
    for x in mine[["window_low", "window_high"]].to_numpy().ravel():
        ax.axvline(x, color=color, linewidth=0.4, linestyle=":")


def _compute(ax: Axes, of: pd.DataFrame) -> None:
    """Mean over runs of each width, dark to light, and the predicted envelope."""
    widths = np.sort(of["width"].unique())
    curves: dict[str, list[tuple[NDArray, NDArray]]] = {"loss": [], "predicted": []}
    for place, width in enumerate(widths):
        mean = of[of["width"] == width].groupby("x")[["loss", "predicted"]].mean()
        shade = str(0.75 * place / max(1, len(widths) - 1))
        ax.plot(mean.index, mean["loss"], color=shade, linewidth=0.8, label=f"$N = {width}$")
        for name, found in curves.items():
            found.append((mean.index.to_numpy(), mean[name].to_numpy()))
    if len(widths):
        x = np.geomspace(of["x"].min(), of["x"].max(), 200)
        ax.plot(x, least_at(x, curves["loss"]), color=style.BLUE, label="envelope")
        ax.plot(x, least_at(x, curves["predicted"]), color=style.VERMILION, label="predicted")
        ax.legend(fontsize=5.5)
    ax.set(xlabel="compute $C = N\\,T$ (units · steps)", ylabel=_LOSS)


def _own_samples(ax: Axes, own: pd.DataFrame) -> None:
    """Samples of a skill over those of a single one as strong, at each D."""
    for _, of in own.groupby(KEYS):
        _with_ends(ax, of["x"], of, color=style.VERMILION)
        ax.axhline(1.0, color=style.BLACK)
    ax.set(xscale="log", xlabel="samples $D$", ylabel="own samples over a single skill's")


def _delays(ax: Axes, delays: pd.DataFrame, shown: pd.DataFrame, colors: dict[float, str]) -> None:
    """P-steps to R_k/S = ½ over those of a single skill, and what the rivals say."""
    mine = delays.merge(shown, on=KEYS)
    for alpha, of in mine.groupby("alpha"):
        learned = of[np.isfinite(of["ratio"])]
        _with_ends(ax, learned["skill"], learned, color=colors[alpha])
    reached = mine[np.isfinite(mine["ratio"])]
    first = mine[mine["skill"] <= reached["skill"].max()].drop_duplicates("skill")
    ax.axhline(1.0, color=style.BLACK, label="independent")
    for name, line in _RIVALS.items():
        ax.plot(first["skill"], first[name], line, color=style.BLACK, label=f"delay {name} in $k$")
    ax.legend()
    ax.set(xlabel="skill $k$", ylabel="P-steps over a single skill's")


def _with_ends(ax: Axes, x: pd.Series, of: pd.DataFrame, color: str) -> None:
    """Ratios with their intervals."""
    error = np.abs(of[["low", "high"]].to_numpy().T - of["ratio"].to_numpy())
    ax.errorbar(x, of["ratio"], error, fmt="o", color=color, capsize=1.5, linewidth=0.7)


def _exponents(ax: Axes, verdicts: pd.DataFrame) -> None:
    """Each measured exponent with its interval and those of delays, less the independent one."""
    labels = []
    for place, (key, of) in enumerate(verdicts.groupby(KEYS, sort=False)):
        said = of.set_index("hypothesis")
        zero = said.loc[HYPOTHESES[0], "predicted"]
        value, *ends = said[["measured", "low", "high"]].iloc[0] - zero
        error = np.abs(np.array([ends]).T - value)
        ax.errorbar(value, place, xerr=error, fmt="o", color=style.VERMILION, capsize=1.5)
        for name, row in said.drop(HYPOTHESES[0]).iterrows():
            ax.plot(row["predicted"] - zero, place, _MARKERS[str(name)], color=style.BLACK)
        law, alpha, n_skills, skill_bits, width = key
        units = f", {width}" if law == "time" else ""
        labels.append(f"$L({_SYMBOLS[law]})$ {alpha:g}, {n_skills}, {skill_bits}{units}")
    ax.set_yticks(range(len(labels)), labels)
    ax.invert_yaxis()
    ax.axvline(0.0, color=style.BLACK, linewidth=0.4)
    for name in _RIVALS:
        ax.plot([], [], _MARKERS[name], color=style.BLACK, label=f"delay {name} in $k$")
    ax.legend(loc="lower right")
    ax.set(xlabel="exponent less that of independent skills")
