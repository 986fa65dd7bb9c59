"""What of the paper holds in networks, in ten lines: the first page of the report and of README.

Each number comes from a table; each verdict from the claims that a line is about.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from emergence.verify.claims import (
    FAIL,
    NETWORKS,
    NOT_TESTED,
    PASS,
    SIMULATION,
    THEORY,
    count_by_status,
    matching,
    verdict,
)
from paper.nam2024 import stated
from paper.nam2024.claims import tolerances
from paper.nam2024.networks import decoupling as states
from paper.nam2024.networks.data_shape import EQUATION, LOGISTIC

COLUMNS = ["topic", "verdict", "finding", "why", "claims", "evidence"]


class Line(NamedTuple):
    """A line of the summary.

    topic: in a few words. patterns: ids of the claims that decide. finding: with numbers. why:
    what is known of a claim that does not hold. evidence: files. within: the tolerance, where a
    verdict should name it. decides: those of the patterns that the verdict is of, where not all:
    without deviations that the paper itself names, and without parts of what is claimed.
    """

    topic: str
    patterns: Sequence[str]
    finding: str
    why: str
    evidence: str
    within: str = ""
    decides: Sequence[str] = ()


def summary(
    *,
    claims: pd.DataFrame,
    fits: Sequence[Mapping[str, Any]],
    time_emergence: pd.DataFrame,
    data_emergence: pd.DataFrame,
    data_transfer: pd.DataFrame,
    data_shape: pd.DataFrame,
    phase_exponents: pd.DataFrame,
    exponents: pd.DataFrame,
    saturation: pd.DataFrame,
    saturation_excess: pd.DataFrame,
    strength_sums: pd.DataFrame,
    loss_shares: pd.DataFrame,
    decoupling: pd.DataFrame,
) -> pd.DataFrame:
    """Ten lines, columns COLUMNS: topic, verdict (see `emergence.verify.claims.verdict`) and so on.

    fits: of the calibrations. data_transfer: means over skills. claims: the number of claims that
    pass, fail and are not decided.
    """
    by_id = claims.set_index("id")
    lines = [
        _order(by_id),
        _constants(fits),
        _time(time_emergence),
        _exponent(exponents, phase_exponents),
        _saturation(saturation, saturation_excess),
        _data(data_emergence, data_transfer, data_shape),
        _parameters(strength_sums),
        _loss(loss_shares, decoupling),
        _transformer(exponents, by_id),
        _theory(claims),
    ]
    return pd.DataFrame([_row(line, claims) for line in lines], columns=COLUMNS)


def _row(line: Line, claims: pd.DataFrame) -> dict[str, str]:
    counts = count_by_status(matching(claims, line.patterns))
    decisive = count_by_status(matching(claims, line.decides or line.patterns))
    return {
        "topic": line.topic,
        "verdict": verdict(*decisive.values(), within=line.within),
        "finding": line.finding,
        "why": line.why if counts[FAIL] else "",
        "claims": f"{counts[PASS]} pass, {counts[FAIL]} fail, {counts[NOT_TESTED]} open",
        "evidence": line.evidence,
    }


def _order(claims: pd.DataFrame) -> Line:
    names = ("time", "data", "parameters")
    pairs = [claims.loc[f"order-{name}"] for name in names]
    counted = ", ".join(
        f"{row['low']:.0f} of {row['expected']:.0f} in {name}"
        for row, name in zip(pairs, names, strict=True)
    )
    runs = " and ".join(
        f"{100 * claims.loc[name, 'measured']:.0f} %"
        for name in ("order-transformer", "order-transformer-control")
    )
    return Line(
        "Order of emergence",
        ["order-*"],
        f"Two-layer networks learn frequent skills first: neighbouring pairs certainly in order "
        f"are {counted}. Of single transformers {runs} learn all skills in order (two values of "
        "α).",
        "Single transformers learn rare skills early by chance.",
        "claims.csv",
    )


def _constants(fits: Sequence[Mapping[str, Any]]) -> Line:
    papers = {
        "B²": f"1/{stated.INVERSE_COUPLING} = {_short(stated.CONSTANTS['time'])}",
        "D_c": _short(stated.CONSTANTS["data"]),
        "N_c": _short(stated.CONSTANTS["parameters"]),
    }
    found = "; ".join(
        f"{fit['symbol']} = {_with_interval(fit['value'], fit['low'], fit['high'])}, paper "
        f"{papers[fit['symbol']]}"
        for fit in fits
    )
    return Line(
        "Three constants",
        ["calibration-*"],
        f"Fitted to networks with a single skill: {found}.",
        "The paper fits by eye and gives no interval.",
        "fits/*_calibration.json",
        within=f"{_percent(tolerances.CONSTANT)} ({_percent(tolerances.CRITICAL_PARAMETERS)} for "
        "N_c)",
    )


def _time(emergence: pd.DataFrame) -> Line:
    half = emergence[emergence["level"] == 0.5].sort_values("skill")
    return Line(
        "Emergence in time",
        ["prediction-time-*", "time-transfer-*"],
        f"Predicted over measured time to half strength is {_listed(half['ratio'])} for k = 1 to "
        f"{len(half)}. Over all levels it is {_span(emergence['ratio'])}.",
        "Rare skills start late: the next line.",
        "fits/time_emergence.csv, fits/time_transfer_means.csv",
        within=_percent(tolerances.PREDICTION),
    )


def _exponent(exponents: pd.DataFrame, phases: pd.DataFrame) -> Line:
    row = exponents[exponents["experiment"] == "time"].iloc[0]
    onset, rise = (phases[phases["phase"] == name].iloc[0] for name in ("onset", "rise"))
    return Line(
        "Exponent of time",
        ["emergence-exponent-mlp", "emergence-onset-mlp", "emergence-rise-mlp", "trend-time-*"],
        f"Skill k is learned after a time ∝ k to the power {_exponent_of(row)}, predicted "
        f"{row['expected']:g}: the rarer a skill, the later it is. The onset has "
        f"{_exponent_of(onset)}, the rise that follows {_exponent_of(rise)}.",
        "Skills delay one another, the more the larger the step; how is open (docs/why.md).",
        "fits/emergence_exponents.csv, fits/time_phase_exponents.csv, fits/time_trends.csv",
        decides=["emergence-exponent-mlp"],
    )


def _saturation(rises: pd.DataFrame, excess: pd.DataFrame) -> Line:
    last = excess.loc[excess["start"].idxmax()]
    ends = rises[rises["start"] == last["start"]]
    many, single = (
        (1.0 / ends[ends["experiment"] == name]["ratio"]).dropna()
        for name in ends["experiment"].unique()
    )
    found = _with_interval(last["value"], last["low"], last["high"])
    return Line(
        "End of a rise",
        ["saturation-*", "sigmoid-mlp", "sigmoid-one-skill", "symmetry-mlp", "symmetry-one-skill"],
        f"From R_k/S = {last['start']:g} to {last['end']:g} a rise takes {_listed(many)} times as "
        f"long as predicted for k = 1 to {len(many)}, that of a skill by itself "
        f"{_listed(single)} times. A skill among others takes {found} times as long as by itself "
        f"at the same frequency.",
        "With several skills it takes the longer the larger the step (docs/why.md).",
        "fits/time_saturation.csv, fits/time_saturation_excess.csv, fits/time_rises.csv",
        decides=["saturation-excess", "sigmoid-mlp", "symmetry-mlp", "s*-one-skill"],
    )


def _data(emergence: pd.DataFrame, transfer: pd.DataFrame, shape: pd.DataFrame) -> Line:
    levels = ", ".join(
        f"{_short(_geometric(rows['ratio']))} at {level:g}"
        for level, rows in emergence.groupby("level")
    )
    residual = shape.set_index("model")["residual"]
    half = transfer[transfer["level"] == 0.5].iloc[0]
    more = _with_interval(*(1.0 / half[name] for name in ("ratio", "high", "low")))
    return Line(
        "Emergence in data",
        ["prediction-data-*", "trend-data-*", "data-transfer-*", "data-shape", "data-below-model"],
        f"Networks learn nothing from few samples, then quickly: predicted over measured D is "
        f"{levels} of S (mean over skills). Eq. 17 describes one skill "
        f"{_short(residual[EQUATION] / residual[LOGISTIC])} times worse than a logistic curve, and "
        f"for half strength a skill among others needs {more} times what it needs by itself.",
        "Networks trained on few samples do worse on new inputs than untrained ones: they memorise "
        "(row 36).",
        "fits/data_emergence.csv, fits/data_shape.csv, fits/data_transfer_means.csv, "
        "discrepancies.csv",
        decides=["prediction-data-*", "trend-data-*", "data-transfer-*", "data-shape"],
    )


def _parameters(sums: pd.DataFrame) -> Line:
    last = sums.iloc[-1]
    return Line(
        "Hidden units",
        ["prediction-parameters-*", "trend-parameters-*", "parameters-*", "table5-*"],
        f"At N = {last['value']:g} networks carry "
        f"{_with_interval(last['mean'], last['low'], last['high'])} skills; N/N_c is "
        f"{_short(last['predicted'])}.",
        "A learned skill holds more units than it needs, while others stay idle (docs/why.md).",
        "fits/parameters_sum.csv, fits/table5_shares.csv",
    )


def _loss(shares: pd.DataFrame, found: pd.DataFrame) -> Line:
    ratios = ", ".join(f"{_short(row.ratio)} for {row.share:g}" for row in shares.itertuples())
    row = found.set_index("quantity").loc[states.UNLEARNED]
    unlearned = _with_interval(row["value"], row["low"], row["high"])
    return Line(
        "Loss over time",
        ["loss-time-*", "decoupling-*"],
        f"Eq. 12 predicts when the networks' loss falls to a share of its start: predicted over "
        f"measured time is {ratios}. Skills do disturb one another: while skill 1 rises, the loss "
        f"on skills not yet learned is {unlearned} of an untrained network's.",
        "All skills use the same hidden units; that this is the cause is not shown (row 47).",
        "fits/time_loss_shares.csv, fits/decoupling.csv",
    )


def _transformer(exponents: pd.DataFrame, claims: pd.DataFrame) -> Line:
    rows = exponents[exponents["experiment"].str.startswith("transformer")]
    found = "; ".join(
        f"{_exponent_of(row)} at α = {row['data_exponent']:g}, expected {row['expected']:g}"
        for _, row in rows.iterrows()
    )
    row = claims.loc["sigmoid-transformer"]
    misfit = _with_interval(row["measured"], row["low"], row["high"])
    return Line(
        "Transformers",
        ["*-transformer", "*-transformer-control", "emergence-exponent-follows-alpha"],
        f"Exponent of the time of emergence over {rows['runs'].max()} runs: {found}. A sigmoid "
        f"misses a rise by {misfit} times what a delayed exponential does.",
        "After one skill the others learn faster (docs/transformer.md).",
        "fits/emergence_exponents.csv, fits/transformer_rises.csv",
    )


def _theory(claims: pd.DataFrame) -> Line:
    parts = []
    for name, what in ((THEORY, "theory identities"), (SIMULATION, "simulations of the models")):
        mine = claims[claims["class"] == name]
        parts.append(f"{(mine['status'] == PASS).sum()} of {len(mine)} {what}")
    networks = int((claims["class"] == NETWORKS).sum())
    others = claims[claims["class"].isin([THEORY, SIMULATION])]
    return Line(
        "The theory itself",
        list(others["id"]),
        f"{' and '.join(parts)} hold. They test formulas, not networks: {networks} of the "
        f"{len(claims)} claims are on trained networks.",
        "Some prefactors are printed or typed in wrongly; Eq. 17 is not the strength as defined; "
        "B² = 1/3 of Fig. 8 depends on S and r.",
        "theory/*.csv, discrepancies.csv",
    )


def _exponent_of(row: Mapping[str, Any]) -> str:
    return _with_interval(row["exponent"], row["low"], row["high"])


def _with_interval(value: float, low: float, high: float) -> str:
    return f"{_short(value)} [{_short(low)}, {_short(high)}]"


def _short(value: float) -> str:
    """Three significant digits; a dash where there is none."""
    return f"{value:.3g}" if np.isfinite(value) else "–"


def _percent(tolerance: tolerances.Tolerance) -> str:
    return f"{100 * tolerance.value:g} %"


def _listed(values: Iterable[float]) -> str:
    return ", ".join(map(_short, values))


def _span(values: pd.Series) -> str:
    return f"{_short(values.min())} to {_short(values.max())}"


def _geometric(values: pd.Series) -> float:
    return float(np.exp(np.log(values.dropna()).mean()))
