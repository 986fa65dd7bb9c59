"""Claims on networks with one skill: constants, shape of the curves, the authors' own runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from emergence.analysis.aggregation import run_matrix
from emergence.analysis.fitting import extended_model
from emergence.analysis.intervals import (
    UNKNOWN,
    Interval,
    largest_deviation,
    mean_interval,
)
from emergence.verify.claims import ENGINES, Claim
from paper.nam2024 import stated
from paper.nam2024.claims import tolerances
from paper.nam2024.claims.network_claims import network_claim
from paper.nam2024.claims.protocols import Protocol
from paper.nam2024.networks import authors_code
from paper.nam2024.networks.data_shape import EQUATION

_TOLERANCE = {
    "time": tolerances.CONSTANT,
    "data": tolerances.CONSTANT,
    "parameters": tolerances.CRITICAL_PARAMETERS,
}
_LEAST_JUDGED_SIZE = 800  # below, one seed of theirs says as little as one of ours: R/S spreads


def calibration_claim(protocol: Protocol, fit: Mapping[str, Any], evidence: str) -> Claim:
    """The fitted constant is the paper's."""
    resource = protocol.settings["resource"]
    paper = stated.CONSTANTS[resource]
    return network_claim(
        Interval(fit["value"], fit["low"], fit["high"]),
        paper,
        _TOLERANCE[resource],
        protocol=protocol,
        id=f"calibration-{resource}",
        source="Sec. 6, Fig. 11",
        statement=f"{fit['symbol']} fitted on one skill is the paper's {paper:.4g}",
        could_fail="networks with one skill learn with another constant",
        evidence=evidence,
    )


def data_below_model_claim(protocol: Protocol, fit: Mapping[str, Any], evidence: str) -> Claim:
    """With few samples of a skill the networks stay below the D_c-shot learner."""
    x, strength = run_matrix(protocol.runs, "data", skill=1)
    few = x < 0.5 * fit["value"]
    model = extended_model(protocol.settings, stated.INITIAL_STRENGTH_DIVISOR)
    curve = model.fraction(x[few], 1, 1, fit["value"])
    # Runs of one number differ in everything at every D: their means over D are independent.
    gaps = (strength[:, few] - curve).mean(axis=1) if few.any() else np.array([])
    return network_claim(
        mean_interval(gaps, fit["confidence"]),
        0.0,
        tolerances.BOUND,
        protocol=protocol,
        comparison="at most",
        id="data-below-model",
        source="Sec. 6, Fig. 11b",
        statement="for fewer than D_c/2 samples mean R/S lies below the model (mean difference)",
        could_fail="networks learn from few samples as the D_c-shot learner does, or better",
        evidence=evidence,
    )


def data_shape_claim(protocol: Protocol, shape: pd.DataFrame, evidence: str) -> Claim:
    """Eq. 17 describes R/S against D as well as a curve without a theory."""
    row = shape.set_index("model").loc[EQUATION]
    return network_claim(
        Interval(row["excess"], row["low"], row["high"]),
        0.0,
        tolerances.BOUND,
        protocol=protocol,
        comparison="at most",
        id="data-shape",
        source="Eq. 17, Fig. 11b",
        statement="Eq. 17 fits R/S of one skill against D at least as well as a logistic curve in "
        "ln D (its standard error less the other's, which has one constant more)",
        could_fail="the curve sets in later and rises faster than Eq. 17",
        evidence=evidence,
    )


def authors_code_claims(
    time: Protocol, data: Protocol, compared: pd.DataFrame, evidence: str
) -> Iterator[Claim]:
    """Networks with one skill learn as in the authors' own code: one row in time, one in data."""
    rows = compared[compared["quantity"] == authors_code.TIME]
    yield network_claim(
        largest_deviation(map(_interval, rows.itertuples()), 1.0),
        0.0,
        tolerances.AUTHORS_TIME,
        protocol=time,
        kind=ENGINES,
        comparison="at most",
        id="authors-time",
        source="authors' code, ten seeds",
        statement="one skill passes "
        f"{', '.join(f'{level:g}' for level in rows['at'])} of S at the steps of the authors' code "
        "(largest deviation from 1 of ours over theirs)",
        evidence=evidence,
        note=f"Welch's t of the logarithms, {rows['their_runs'].iloc[0]} seeds of theirs",
    )
    rows = compared[compared["quantity"] == authors_code.DATA]
    judged = rows[rows["at"] >= _LEAST_JUDGED_SIZE]
    found = UNKNOWN
    if len(judged):
        found = largest_deviation(map(_interval, judged.itertuples()), 0.0)
    yield network_claim(
        found,
        0.0,
        tolerances.AUTHORS_DATA,
        protocol=data,
        kind=ENGINES,
        comparison="at most",
        id="authors-data",
        source="authors' code, one seed a size",
        statement="one skill reaches the R/S of the authors' code on "
        f"{' and '.join(f'{size:g}' for size in judged['at'])} samples (largest difference of ours "
        "and theirs)",
        evidence=evidence,
        note=f"below D = {_LEAST_JUDGED_SIZE} single seeds spread too far to be judged",
    )


def _interval(row: Any) -> Interval:
    return Interval(row.value, row.low, row.high)
