"""What of the paper holds in networks, in ten lines: the first page of the report and of README.

Each number comes from a table; each verdict from the claims that a line is about.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from emergence.verify.claims import (
    FAIL,
    NETWORKS,
    NOT_TESTED,
    PASS,
    SIMULATION,
    STATUSES,
    THEORY,
)
from paper.nam2024 import stated
from paper.nam2024.networks import decoupling as states
from paper.nam2024.networks.data_shape import EQUATION, LOGISTIC

COLUMNS = ["topic", "verdict", "finding", "why", "claims", "evidence"]


class Line(NamedTuple):
    """A line of the summary.

    topic: in a few words. patterns: ids of the claims that decide. finding: with numbers. why:
    what is known of a claim that does not hold. evidence: files.
    """

    topic: str
    patterns: Sequence[str]
    finding: str
    why: str
    evidence: str


def summary(
    *,
    claims: pd.DataFrame,
    fits: Sequence[Mapping[str, Any]],
    time_emergence: pd.DataFrame,
    data_emergence: pd.DataFrame,
    data_transfer: pd.DataFrame,
    data_shape: pd.DataFrame,
    trends: pd.DataFrame,
    phase_exponents: pd.DataFrame,
    exponents: pd.DataFrame,
    saturation: pd.DataFrame,
    rises: pd.DataFrame,
    single_rises: pd.DataFrame,
    strength_sums: pd.DataFrame,
    table5_shares: pd.DataFrame,
    loss_shares: pd.DataFrame,
    decoupling: pd.DataFrame,
) -> pd.DataFrame:
    """Ten lines, columns COLUMNS: topic, verdict (see `verdict`) and so on.

    fits: of the calibrations. trends: of the time experiment. rises, single_rises: of networks with
    many skills and with one. claims: the number of claims that pass, fail and are not decided.
    """
    by_id = claims.set_index("id")
    lines = [
        _order(by_id),
        _constants(fits),
        _time(time_emergence, trends),
        _exponent(exponents, phase_exponents),
        _saturation(saturation, rises, single_rises),
        _data(data_emergence, data_transfer, data_shape),
        _parameters(strength_sums, table5_shares),
        _loss(loss_shares, decoupling),
        _transformer(exponents, by_id),
        _theory(claims),
    ]
    return pd.DataFrame([_row(line, claims) for line in lines], columns=COLUMNS)


def _row(line: Line, claims: pd.DataFrame) -> dict[str, str]:
    matching = claims["id"].map(lambda name: any(fnmatchcase(name, p) for p in line.patterns))
    found = claims[matching]["status"]
    counts = {status: int((found == status).sum()) for status in STATUSES}
    return {
        "topic": line.topic,
        "verdict": verdict(*counts.values()),
        "finding": line.finding,
        "why": line.why if counts[FAIL] else "",
        "claims": f"{counts[PASS]} pass, {counts[FAIL]} fail, {counts[NOT_TESTED]} open",
        "evidence": line.evidence,
    }


def verdict(passed: int, failed: int, undecided: int) -> str:
    """What claims say together: of the decided ones, and whether most are undecided."""
    decided = passed + failed
    if not decided:
        return "open"
    found = "holds in part" if passed and failed else "holds" if passed else "does not hold"
    return found if decided >= undecided else f"{found}, mostly open"


def _order(claims: pd.DataFrame) -> Line:
    pairs = [claims.loc[f"order-{name}"] for name in ("time", "data", "parameters")]
    counted = ", ".join(
        f"{row['measured']:.0f} of {row['expected']:.0f} in {name}"
        for row, name in zip(pairs, ("time", "data", "parameters"), strict=True)
    )
    runs = ", ".join(
        f"{100 * claims.loc[name, 'measured']:.0f} %"
        for name in ("order-transformer", "order-transformer-control")
    )
    return Line(
        "Order of emergence",
        ["order-*"],
        f"Two-layer networks learn skills in the order of their frequency: of neighbouring pairs "
        f"{counted} are in order. Single transformers do so in {runs} of runs (two values of α).",
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
    )


def _time(emergence: pd.DataFrame, trends: pd.DataFrame) -> Line:
    half = emergence[emergence["level"] == 0.5].sort_values("skill")
    row = trends[trends["level"] == 0.5].iloc[0]
    trend = _with_interval(row["slope"], row["low"], row["high"])
    return Line(
        "Emergence in time",
        ["prediction-time-*", "trend-time-*", "time-transfer-*"],
        f"The model predicts when a skill is half learned: predicted over measured time is "
        f"{_listed(half['ratio'])} for k = 1 to {len(half)}. The ratio goes with k to the "
        f"power {trend}; 0 would be all skills alike.",
        "Rare skills start late: the next line.",
        "fits/time_emergence.csv, fits/time_trends.csv",
    )


def _exponent(exponents: pd.DataFrame, phases: pd.DataFrame) -> Line:
    row = exponents[exponents["experiment"] == "time"].iloc[0]
    onset, rise = (phases[phases["phase"] == name].iloc[0] for name in ("onset", "rise"))
    return Line(
        "Exponent of time",
        ["emergence-exponent-mlp", "emergence-onset-mlp", "emergence-rise-mlp"],
        f"Two-layer networks learn skill k after a time that grows as k to the power "
        f"{_exponent_of(row)}, not {row['expected']:g}. The onset grows with "
        f"{_exponent_of(onset)}, the rise that follows with {_exponent_of(rise)}.",
        "The delay is made before a skill can be seen. Why is not established.",
        "fits/emergence_exponents.csv, fits/time_phase_exponents.csv",
    )


def _saturation(saturation: pd.DataFrame, many: pd.DataFrame, single: pd.DataFrame) -> Line:
    slower = 1.0 / saturation["ratio"].dropna()
    shapes = [
        np.exp(np.log(rises["asymmetry"].dropna()).groupby(rises["run"]).mean().mean())
        for rises in (many, single)
    ]
    return Line(
        "End of a rise",
        ["saturation-*", "sigmoid-mlp", "sigmoid-one-skill", "symmetry-mlp", "symmetry-one-skill"],
        f"As the paper says, skills saturate more slowly than predicted: from 10 to 90 % a rise "
        f"takes {_listed(slower)} times as long for k = 1 to {len(slower)}. The second half takes "
        f"{_short(shapes[0])} times as long as the first among many skills, {_short(shapes[1])} "
        f"times where there is one; a sigmoid has 1.",
        "A single skill is not slow, so the others play a part.",
        "fits/time_saturation.csv, fits/time_rises.csv, fits/time_calibration_rises.csv",
    )


def _data(emergence: pd.DataFrame, transfer: pd.DataFrame, shape: pd.DataFrame) -> Line:
    levels = ", ".join(
        f"{_short(_geometric(rows['ratio']))} at {level:g}"
        for level, rows in emergence.groupby("level")
    )
    residual = shape.set_index("model")["residual"]
    half = transfer[(transfer["level"] == 0.5) & (transfer["skill"] > 1)]["ratio"]
    return Line(
        "Emergence in data",
        ["prediction-data-*", "trend-data-*", "data-transfer-*", "data-shape", "data-below-model"],
        f"Networks learn nothing from few samples, then quickly: predicted over measured D is "
        f"{levels} of S (mean over skills). A logistic curve describes one skill "
        f"{_short(residual[EQUATION] / residual[LOGISTIC])} times better than Eq. 17. Without a "
        f"model, a single skill's D/P_s(k) is {_span(half)} of what rarer skills need.",
        "With few samples of a skill networks memorise them instead.",
        "fits/data_emergence.csv, fits/data_shape.csv, fits/data_transfer.csv, discrepancies.csv",
    )


def _parameters(sums: pd.DataFrame, shares: pd.DataFrame) -> Line:
    last = sums.iloc[-1]
    counts = ", ".join(
        f"{row['pattern'].replace('-', ' ')}: {row['count']} of {row['runs']} "
        f"({row['printed_count']} of {row['printed_runs']})"
        for _, row in shares.iterrows()
    )
    return Line(
        "Hidden units",
        ["prediction-parameters-*", "trend-parameters-*", "parameters-*", "table5-*"],
        f"Single skills are all or nothing, so counts say more: at N = {last['value']:g} networks "
        f"carry {_with_interval(last['mean'], last['low'], last['high'])} skills, N/N_c is "
        f"{_short(last['predicted'])}. Runs with Table 5's strengths, the print in parentheses: "
        f"{counts}.",
        "Which skill gets a hidden unit is chance, and weight decay costs units.",
        "fits/parameters_sum.csv, fits/table5_shares.csv",
    )


def _loss(shares: pd.DataFrame, found: pd.DataFrame) -> Line:
    ratios = ", ".join(f"{_short(row.ratio)} for {row.share:g}" for row in shares.itertuples())
    row = found.set_index("quantity").loc[states.UNLEARNED]
    unlearned = _with_interval(row["value"], row["low"], row["high"])
    return Line(
        "Loss over time",
        ["loss-time-*", "decoupling-*"],
        f"Eq. 12 predicts when the networks' own loss falls to a share of its start: predicted "
        f"over measured time is {ratios}. Skills are not independent, though: while one rises, the "
        f"loss of the others is {unlearned} of an untrained network's.",
        "Skills share hidden units, which the model leaves out.",
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
        f"Exponent of the time of emergence over {rows['runs'].max()} runs each: {found}. A "
        f"sigmoid's misfit to a rise is {misfit} times a delayed exponential's.",
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


def _listed(values: Iterable[float]) -> str:
    return ", ".join(map(_short, values))


def _span(values: pd.Series) -> str:
    return f"{_short(values.min())} to {_short(values.max())}"


def _geometric(values: pd.Series) -> float:
    return float(np.exp(np.log(values.dropna()).mean()))
