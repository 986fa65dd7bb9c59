"""What early stop changes at the protocol's full length: R_k/S, and every claim on data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from emergence.analysis.aggregation import summary_table
from emergence.analysis.prediction import predict
from emergence.verify.claims import claim_table
from paper.nam2024.claims.collection import predicted_claims
from paper.nam2024.claims.protocols import Protocol
from paper.nam2024.networks.transfer import transfer

_RUN = ["value", "run"]
_CLAIM = ["id", "expected", "tolerance"]
_FOUND = ["measured", "low", "high"]


class WithoutStop(NamedTuple):
    """strengths: dataset_size, run, skill, strength_with, strength_without, difference. claims: id,
    expected, tolerance, and measured, low and high, with and without."""

    strengths: pd.DataFrame
    claims: pd.DataFrame


def ends(runs: pd.DataFrame) -> pd.DataFrame:
    """The last measurement of each run, as the table of runs has it."""
    return runs[runs["step"] == runs.groupby(_RUN)["step"].transform("max")].reset_index(drop=True)


def without_stop(
    settings: Mapping[str, Any],
    protocol: Mapping[str, Any],
    runs: pd.DataFrame,
    without: pd.DataFrame,
    calibration: Mapping[str, Any],
    calibration_runs: pd.DataFrame,
    levels: Sequence[float],
    confidence: float,
    initial_strength_divisor: float,
    reference: float,
) -> WithoutStop:
    """The runs of `without` beside the same with early stop, and the claims on data of either.

    settings, protocol, runs, calibration, calibration_runs: of the experiment with early stop.
    without: its runs without, of some sizes, as of `ends`.

    Raises ValueError for a run without early stop that is none of `runs`.
    """
    key = [*_RUN, "skill"]
    stopped = runs.merge(without[[*key, "step"]], on=[*key, "step"])
    if len(stopped) != len(without):
        raise ValueError(
            f"{len(without) - len(stopped)} of {len(without)} ends of runs without early stop have "
            f"no counterpart in {settings['experiment']}: other sizes, runs or steps"
        )
    both = stopped.merge(without, on=key, suffixes=("_with", "_without"))
    both = both.assign(difference=both["strength_with"] - both["strength_without"])
    names = ["strength_with", "strength_without", "difference"]
    strengths = both.rename(columns={"value": "dataset_size"})[
        ["dataset_size", "run", "skill", *names]
    ]

    def judged(of: pd.DataFrame) -> pd.DataFrame:
        predicted = predict(
            settings, of, summary_table(settings, of), calibration, levels, confidence,
            initial_strength_divisor, reference,
        )  # fmt: skip
        means = transfer(settings, of, calibration_runs, calibration, levels, confidence).means
        beside = Protocol(settings, of, protocol["settings"], protocol["values"])
        found = predicted_claims(beside, True, predicted.emergence, predicted.trends, means)
        return claim_table(found)[[*_CLAIM, *_FOUND]]

    claims = judged(stopped).merge(judged(without), on=_CLAIM, suffixes=("_with", "_without"))
    return WithoutStop(strengths, claims)
