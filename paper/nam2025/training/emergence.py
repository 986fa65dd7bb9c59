"""The multilinear model beside the first paper's networks, with and without its constant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from emergence.analysis.crossings import first_crossing
from emergence.analysis.fitting import extended_model, loss_learning_rate
from emergence.analysis.prediction import prediction_table
from emergence.tasks.sparse_parity.problem import skill_probabilities
from emergence.theory.layerwise.pairs import sigmoid


@dataclass(frozen=True)
class Prediction:
    """curves: of the kit, and `plain`. errors: root mean square difference for each skill."""

    curves: pd.DataFrame
    errors: pd.DataFrame


def prediction(
    *,
    settings: Mapping[str, Any],
    summary: pd.DataFrame,
    calibration: Mapping[str, Any],
    initial_strength_divisor: float,
) -> Prediction:
    """Curves of skill strengths, and how far networks are from them.

    curves: those of `emergence.analysis.prediction.prediction_table` with the column plain: the
    model without a constant, B² = 1, for time only. errors: resource, skill, rms, plain_rms, and
    half_measured, half_predicted: where the skill's strength is half its target, empty if never.
    """
    model = extended_model(settings, initial_strength_divisor)
    curves = prediction_table(settings, model, summary, calibration)
    curves = curves.drop(columns="reference").assign(plain=np.nan)
    if settings["resource"] == "time":
        task = settings["task"]
        frequency = skill_probabilities(task["data_exponent"], task["n_skills"])
        curves["plain"] = sigmoid(
            curves["x"] * loss_learning_rate(settings),
            settings["initial_std"] ** 2 / initial_strength_divisor,
            task["target_scale"],
            frequency[curves["skill"].to_numpy() - 1],
        )
    rows = []
    for skill, measured in summary.groupby("skill"):
        line = curves[curves["skill"] == skill].sort_values("x")
        row = {"resource": settings["resource"], "skill": skill}
        for name, column in (("rms", "prediction"), ("plain_rms", "plain")):
            found = np.interp(measured["x"], line["x"], line[column])
            row[name] = float(np.sqrt(np.mean((found - measured["mean"]) ** 2)))
        row["half_measured"] = first_crossing(*measured[["x", "mean"]].to_numpy().T, 0.5)
        row["half_predicted"] = model.level(
            0.5, int(skill), settings["task"]["n_skills"], calibration["value"]
        )
        rows.append(row)
    return Prediction(curves, pd.DataFrame(rows))
