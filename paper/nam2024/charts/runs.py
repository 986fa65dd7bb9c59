"""Figs. 1, 4 and 11 to look into: every run under the pointer, with its numbers."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd

from emergence.exhibits.style import GREY, skill_color
from emergence.models.names import TRANSFORMER, TWO_LAYER

MOST_RUNS, MOST_POINTS = 20, 60  # of a curve; means are over all runs
_RESOURCES = {
    "time": ("step", "training time T (steps)"),
    "data": ("value", "training samples D"),
    "parameters": ("value", "hidden units N"),
}
_CURVES = {
    "prediction": ("model, constant fitted here", [1, 0]),
    "reference": ("model, the paper's constant", [2, 2]),
    "mean": ("networks, mean", [6, 3]),
}


def _tip(field: str, title: str, digits: str = ".4g") -> alt.Tooltip:
    """A number at the pointer. (Vega-Lite 6.4 says "undefined" of names there.)"""
    return alt.Tooltip(f"{field}:Q", title=title, format=digits)


_WHICH = (_tip("run", "run", "d"), _tip("skill", "skill", "d"))
_STRENGTH = alt.Y("strength:Q").scale(domain=[-0.05, 1.12]).title("skill strength R_k / S")


def emergence(
    time: pd.DataFrame,
    data: pd.DataFrame,
    parameters: pd.DataFrame,
    time_prediction: pd.DataFrame,
    data_prediction: pd.DataFrame,
    parameters_prediction: pd.DataFrame,
) -> alt.HConcatChart:
    """Fig. 1: a panel for each resource, x logarithmic. Tables: those of `figures`."""
    predicted = (time_prediction, data_prediction, parameters_prediction)
    return _panels((time, data, parameters), predicted, "log")


def calibration(
    time: pd.DataFrame,
    data: pd.DataFrame,
    parameters: pd.DataFrame,
    time_prediction: pd.DataFrame,
    data_prediction: pd.DataFrame,
    parameters_prediction: pd.DataFrame,
) -> alt.HConcatChart:
    """Fig. 11: the same of the networks with one skill, x linear."""
    predicted = (time_prediction, data_prediction, parameters_prediction)
    return _panels((time, data, parameters), predicted, "linear")


def transformer(
    transformer: pd.DataFrame, two_layer: pd.DataFrame, times: pd.DataFrame, run_times: pd.DataFrame
) -> alt.VConcatChart:
    """Fig. 4: a row for each architecture: R_k/S over time, and when each run learns each skill.

    transformer, two_layer: tables of runs. times, run_times: of
    `emergence.analysis.emergence_times`, over runs and of each run.
    """
    rows = []
    for name, runs in ((TRANSFORMER, transformer), (TWO_LAYER, two_layer)):
        experiment = runs["experiment"].iloc[0]
        pick, skills = _pick(experiment), _skills(runs)
        left = _strengths(runs, None, "time", "log", pick, skills).properties(title=name)
        law = times[times["experiment"] == experiment]
        each = run_times[run_times["experiment"] == experiment].dropna()
        rows.append(alt.hconcat(left, _times(law, each, pick, skills)))
    return alt.vconcat(*rows).resolve_scale(color="independent").configure_axis(grid=False)


def _panels(
    runs: tuple[pd.DataFrame, ...], predicted: tuple[pd.DataFrame, ...], scale: str
) -> alt.HConcatChart:
    """A panel for each of `_RESOURCES`, in this order."""
    skills = _skills(runs[0])
    panels = [
        _strengths(table, curves, name, scale, _pick(name), skills).properties(title=name)
        for name, table, curves in zip(_RESOURCES, runs, predicted, strict=True)
    ]
    return alt.hconcat(*panels).configure_axis(grid=False)


def _pick(name: str) -> alt.Parameter:
    """The run that the pointer is nearest to."""
    return alt.selection_point(name, fields=["run"], on="pointerover", nearest=True, empty=False)


def _skills(runs: pd.DataFrame) -> alt.Color:
    """Colours of the skills, as in the figures."""
    skills = sorted(runs["skill"].unique())
    scale = alt.Scale(domain=skills, range=[skill_color(k) for k in skills])
    return alt.Color("skill:O", scale=scale).legend(orient="top", symbolType="stroke")


def _strengths(
    runs: pd.DataFrame,
    predicted: pd.DataFrame | None,
    resource: str,
    scale: str,
    pick: alt.Parameter,
    skills: alt.Color,
) -> alt.LayerChart:
    """R_k/S of each run against a resource, its mean, and what the models predict."""
    column, title = _RESOURCES[resource]
    x = alt.X("x:Q").scale(type=scale, nice=False).title(title)
    table = runs.rename(columns={column: "x"})[["x", "run", "skill", "strength"]]
    if resource != "time":
        table = table[runs["step"] == runs["step"].max()]
    if scale == "log":
        table = table[table["x"] > 0]
    mean = table.groupby(["x", "skill"], as_index=False)["strength"].mean()
    each = _thinned(table[table["run"] < MOST_RUNS], scale)
    curves = [_thinned(mean, scale).assign(curve=_CURVES["mean"][0])]
    if predicted is not None:
        long = predicted.melt(["x", "skill"], ["prediction", "reference"], "curve", "strength")
        long["curve"] = long["curve"].map({key: name for key, (name, _) in _CURVES.items()})
        curves.append(long[long["x"] >= each["x"].min()])
    tips = [*_WHICH, _tip("x", title), _tip("strength", "R_k / S")]
    base = alt.Chart(_rounded(each)).encode(x=x, y=_STRENGTH, color=skills)
    # A run over time is a line; at another D or N it is another network, and a dot.
    layers = []
    if resource == "time":
        faint = alt.condition(pick, alt.value(1.0), alt.value(0.25))
        layers = [base.mark_line(strokeWidth=0.7).encode(detail="run:N", opacity=faint)]
    rest = alt.value(0.0 if layers else 0.35)
    dots = base.mark_circle(size=25).encode(
        tooltip=tips, opacity=alt.condition(pick, alt.value(1.0), rest)
    )
    summaries = pd.concat(curves)
    named = [curve for curve in _CURVES.values() if (summaries["curve"] == curve[0]).any()]
    dash = alt.Scale(domain=[name for name, _ in named], range=[dash for _, dash in named])
    summary = (
        alt.Chart(_rounded(summaries))
        .mark_line(strokeWidth=1.5)
        .encode(
            x=x,
            y=_STRENGTH,
            color=skills,
            strokeDash=alt.StrokeDash("curve:N", scale=dash)
            .title(None)
            .legend(orient="bottom", direction="vertical", labelLimit=300),
        )
    )
    return alt.layer(*layers, summary, dots.add_params(pick)).properties(width=280, height=240)


def _times(
    law: pd.DataFrame, each: pd.DataFrame, pick: alt.Parameter, skills: alt.Color
) -> alt.LayerChart:
    """τ_emerge(k) of each run, the one picked in the panel beside it larger, and the law."""
    level = law["level"].iloc[0]
    x = alt.X("skill:Q").scale(type="log", nice=False, padding=10).title("skill k")
    x = x.axis(values=[*law["skill"]], format="d")
    y = alt.Y("time:Q").scale(type="log").title(f"first time with R_k/S ≥ {level:g}")
    tips = [*_WHICH, _tip("time", "τ_emerge (steps)")]
    line = (
        alt.Chart(law.rename(columns={"law": "time"})[["skill", "time"]].dropna())
        .mark_line(strokeDash=[6, 3], color=GREY)
        .encode(x=x, y=y)
    )
    dots = (
        alt.Chart(_rounded(each[each["run"] < MOST_RUNS][["run", "skill", "time"]]))
        .mark_circle(size=45)
        .encode(
            x=x,
            y=y,
            color=skills,
            tooltip=tips,
            opacity=alt.condition(pick, alt.value(1.0), alt.value(0.5)),
            size=alt.condition(pick, alt.value(140), alt.value(45)),
        )
    )
    title = "time of emergence, and the law τ ∝ k^(α+1)"
    return alt.layer(line, dots).properties(title=title, width=280, height=240)


def _thinned(table: pd.DataFrame, scale: str) -> pd.DataFrame:
    """Rows at no more than `MOST_POINTS` of the x, spread evenly on the axis."""
    x = np.unique(table["x"])
    spread = np.geomspace if scale == "log" else np.linspace
    wanted = spread(x[0], x[-1], MOST_POINTS)
    return table[table["x"].isin(x[np.searchsorted(x, wanted).clip(max=len(x) - 1)])]


def _rounded(table: pd.DataFrame) -> pd.DataFrame:
    """Numbers with as many digits as a screen shows."""
    numbers = table.select_dtypes("float").columns
    return table.assign(**{n: [float(f"{v:.4g}") for v in table[n]] for n in numbers})
