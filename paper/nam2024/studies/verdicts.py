"""Verdicts: what the studies of causes measured beside what each hypothesis predicted before."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import yaml

from emergence.analysis.intervals import UNKNOWN, Interval
from emergence.verify.claims import FAIL, NOT_TESTED, PASS, judge_range
from paper.nam2024.studies import exponent, onset, saturation, transformers, units

PREDICTIONS = Path(__file__).with_name("predictions.yaml")
MEASURED = {
    "onset": onset.measured,
    "exponent": exponent.measured,
    "saturation": saturation.measured,
    "units": units.measured,
    "transformers": transformers.measured,
}
MEASURED_COLUMNS = ["study", "quantity", "value", "low", "high"]
_WORDS = {PASS: "holds", FAIL: "fails", NOT_TESTED: "undecided"}
COLUMNS = ["study", "hypothesis", "predicted", "measured", "low", "high", "verdict"]


class Verdicts(NamedTuple):
    """verdicts: columns study, hypothesis ("name: quantity"), predicted, measured, low, high,
    verdict. measured: study, quantity, value, low, high, also of quantities not predicted."""

    verdicts: pd.DataFrame
    measured: pd.DataFrame


def predictions() -> dict[str, Any]:
    """The file that was committed before the runs: hypotheses of each study, with numbers."""
    read: dict[str, Any] = yaml.safe_load(PREDICTIONS.read_text(encoding="utf-8"))
    return read


def verdict(found: Interval, allowed: tuple[float, float]) -> str:
    """`holds` if the whole interval is in the range, `fails` if no part of it is: as of claims."""
    if not np.isfinite([found.low, found.high]).all():
        return "not measured"
    return _WORDS[judge_range(found.low, found.high, *allowed)]


def verdicts(
    confidence: float,
    onset: pd.DataFrame | None,
    exponent: pd.DataFrame | None,
    saturation: pd.DataFrame | None,
    units: pd.DataFrame | None,
    transformers: pd.DataFrame | None,
) -> Verdicts:
    """A row for each prediction, and for each quantity that was measured.

    Tables of studies that were never run are None; their predictions are not measured.
    """
    tables = {
        "onset": onset,
        "exponent": exponent,
        "saturation": saturation,
        "units": units,
        "transformers": transformers,
    }
    measured = {
        study: {} if table is None else MEASURED[study](table, confidence)
        for study, table in tables.items()
    }
    rows = [
        (study, name, *interval) for study, of in measured.items() for name, interval in of.items()
    ]
    return Verdicts(judged(predictions(), measured), pd.DataFrame(rows, columns=MEASURED_COLUMNS))


def judged(
    predicted: Mapping[str, Any], measured: Mapping[str, Mapping[str, Interval]]
) -> pd.DataFrame:
    """The verdicts from predictions and measured quantities of each study."""
    found = []
    for study, entry in predicted.items():
        for name, hypothesis in entry["hypotheses"].items():
            for quantity, one in hypothesis["predicts"].items():
                value = measured[study].get(quantity, UNKNOWN)
                said = verdict(value, tuple(one["range"]))
                found.append((study, f"{name}: {quantity}", one["value"], *value, said))
    return pd.DataFrame(found, columns=COLUMNS)
