"""The solvable model with a slider for each of its parameters; the browser computes all numbers.

Each formula stands here as a Vega expression. A test compares them in a browser with
`emergence.theory`.
"""

from __future__ import annotations

import math
from typing import Any

import altair as alt

from emergence.exhibits.style import BLACK, BLUE, SKILL_COLORS, VERMILION
from paper.nam2024.stated import SQUARED_COUPLING

MOST_SKILLS = 1000
SHOWN_SKILLS = 8  # with a curve of their own
DECADES = 7  # of the axis of time, from T = 1
# Trapezoidal rule in x = ln u for ∫ u^(p-1) Φ(u) du = (1/p) ∫ u^(p+1) (-Φ'(u)) dx of Thm. 4, with
# p = α/(α+1): the summand falls off at both ends, so a thousand nodes are exact to rounding.
_FIRST_NODE, _NODE_STEP = -25.0, 0.03

_LEGEND: dict[str, Any] = {"orient": "bottom", "symbolType": "stroke", "labelLimit": 300}
_LOSS, _LAW, _FINITE = "model", "power law (Thm. 4)", "power law for n_s skills (Eq. 56)"


def draw(
    data_exponent: float, target_scale: float, initial_strength: float, learning_rate: float
) -> alt.HConcatChart:
    """R_k(T) of the first skills, and L(T) with its power law, in the extended multilinear model.

    Arguments: where the sliders for α, S, r and η stand at first. B² starts at the paper's value;
    B² = 1 is the multilinear model itself.
    """
    sliders = [
        _slider("alpha", "α", 0.1, 2.0, 0.01, data_exponent),
        _slider("n_skills", "n_s", 1, MOST_SKILLS, 1, 300),
        _slider("S", "S", 1.0, 10.0, 0.1, target_scale),
        _slider("log_r", "log₁₀ r", -6.0, -0.5, 0.1, math.log10(initial_strength)),
        _slider("log_eta", "log₁₀ η", -3.0, 0.0, 0.1, math.log10(learning_rate)),
        _slider("coupling", "B²", 0.005, 1.0, 0.005, round(SQUARED_COUPLING, 3)),
    ]
    derived = [
        alt.param(name="ratio", expr="S / pow(10, log_r) - 1"),
        alt.param(name="rate", expr="pow(10, log_eta) * coupling * S"),
        alt.param(name="p", expr="alpha / (alpha + 1)"),
    ]
    return (
        alt.hconcat(_strengths(), _losses(), spacing=50)
        .add_params(*sliders, *derived)
        .resolve_scale(color="independent")
    )


def _slider(
    name: str, label: str, low: float, high: float, step: float, value: float
) -> alt.Parameter:
    bound = alt.binding_range(min=low, max=high, step=step, name=f"{label} ")
    return alt.param(name=name, value=value, bind=bound)


def _skills() -> alt.Chart:
    """A row for each skill: k, and P = P_s(k) (Eq. 1)."""
    return (
        alt.Chart(alt.sequence(1, MOST_SKILLS + 1, as_="k"))
        .transform_filter("datum.k <= n_skills")
        .transform_calculate(power="pow(datum.k, -(alpha + 1))")
        .transform_joinaggregate(H="sum(power)")
        .transform_calculate(P="datum.power / datum.H")
    )


def _over_time(chart: alt.Chart, points: int) -> alt.Chart:
    """Each row at every time T, so many of them in a decade."""
    return (
        chart.transform_calculate(i=f"sequence({DECADES * points + 1})")
        .transform_flatten(["i"])
        .transform_calculate(T=f"pow(10, datum.i / {points})")
    )


def _strengths() -> alt.Chart:
    first = _skills().transform_filter(f"datum.k <= {SHOWN_SKILLS}")
    rows = _over_time(first, points=30).transform_calculate(
        R="S / (1 + ratio * exp(-2 * rate * datum.P * datum.T))"
    )
    colors = alt.Scale(domain=[*range(1, SHOWN_SKILLS + 1)], range=[*SKILL_COLORS])
    return (
        rows.mark_line(point="transparent")
        .encode(
            x=_time_axis(),
            y=alt.Y("R:Q").title("skill strength R_k"),
            color=alt.Color("k:O", scale=colors)
            .title("skill k")
            .legend(orient="bottom", symbolType="stroke"),
            tooltip=_tips("k:O", "T:Q", "R:Q", "P:Q"),
        )
        .properties(title="Strength of each skill", width=420, height=300)
    )


def _losses() -> alt.LayerChart:
    each = "datum.P * pow(S / (1 + exp(2 * rate * datum.P * datum.T) / ratio), 2) / 2"
    model = (
        _over_time(_skills(), points=10)
        .transform_calculate(part=each)
        .transform_aggregate(L="sum(part)", groupby=["T"])
        .transform_calculate(curve=f"'{_LOSS}'")
    )
    # One row: H, and the integral of Thm. 4; then the laws at each T.
    step = "(1 / (1 + exp(2 * datum.u) / ratio))"
    falling = f"2 * S * S * {step} * {step} * (1 - {step})"
    laws = (
        alt.Chart(alt.sequence(1, MOST_SKILLS + 1, as_="k"))
        .transform_calculate(
            power="datum.k <= n_skills ? pow(datum.k, -(alpha + 1)) : 0",
            u=f"exp({_FIRST_NODE} + {_NODE_STEP} * datum.k)",
        )
        .transform_calculate(node=f"{_NODE_STEP} / p * pow(datum.u, p + 1) * {falling}")
        .transform_aggregate(H="sum(power)", integral="sum(node)")
    )
    laws = (
        _over_time(laws, points=10)
        .transform_calculate(
            law="pow(datum.H, p - 1) * (1 - p) * datum.integral * pow(rate * datum.T, -p)",
            missing="pow(S - pow(10, log_r), 2) * pow(n_skills, -alpha) / (2 * alpha * datum.H)",
        )
        .transform_calculate(finite="datum.law - datum.missing")
        .transform_fold(["law", "finite"], as_=["curve", "L"])
        .transform_calculate(curve=f"datum.curve == 'law' ? '{_LAW}' : '{_FINITE}'")
        .transform_filter("datum.L > 0")
    )
    names = [_LOSS, _LAW, _FINITE]
    colors = alt.Scale(domain=names, range=[BLACK, VERMILION, BLUE])
    dashes = alt.Scale(domain=names, range=[[1, 0], [6, 4], [2, 3]])
    loss = alt.Y("L:Q").scale(type="log", domain=[1e-5, 100.0]).axis(format="~g", tickCount=7)
    layers = [
        chart.mark_line(point="transparent", clip=True).encode(
            x=_time_axis(),
            y=loss.title("loss L"),
            color=alt.Color("curve:N", scale=colors).title(None).legend(**_LEGEND),
            strokeDash=alt.StrokeDash("curve:N", scale=dashes).legend(None),
            tooltip=_tips("curve:N", "T:Q", "L:Q"),
        )
        for chart in (model, laws)
    ]
    return alt.layer(*layers).properties(title="Loss over all skills", width=420, height=300)


def _time_axis() -> alt.X:
    return (
        alt.X("T:Q")
        .scale(type="log", domain=[1.0, 10.0**DECADES])
        .axis(format="~s", tickCount=DECADES)
        .title("time T")
    )


def _tips(*names: str) -> list[alt.Tooltip]:
    """What is said at the pointer: numbers with six digits."""
    return [alt.Tooltip(n, format=".6g") if n.endswith("Q") else alt.Tooltip(n) for n in names]
