"""The multilinear model beside the first paper's networks, with and without its constant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emergence.analysis.aggregation import run_matrix
from emergence.analysis.fitting import extended_model, left_out_means, loss_learning_rate
from emergence.analysis.intervals import jackknife_interval
from emergence.analysis.prediction import predict
from emergence.tasks.sparse_parity.problem import skill_probabilities
from emergence.theory.extended_models import extended_parameter_skill_fraction
from emergence.theory.layerwise.pairs import sigmoid

Curve = Callable[[NDArray, int], NDArray]


@dataclass(frozen=True)
class Prediction:
    """curves: of the kit, and `plain`. halves: of the kit. errors: how far networks are from both.

    halves: where each skill is half learned, predicted and measured.
    """

    curves: pd.DataFrame
    halves: pd.DataFrame
    errors: pd.DataFrame


def prediction(
    *,
    settings: Mapping[str, Any],
    runs: pd.DataFrame,
    summary: pd.DataFrame,
    calibration: Mapping[str, Any],
    confidence: float,
    initial_strength_divisor: float,
) -> Prediction:
    """Curves of skill strengths, and how far networks are from them.

    curves, halves: of `emergence.analysis.prediction.predict`, the curves with the column plain, of
    the model without a constant (`_plain`). errors: resource, model (calibrated or plain), rms (of
    the mean of networks less the model, over skills and points), low, high (jackknife over runs).
    """
    found = predict(
        settings, runs, summary, calibration, (0.5,), confidence, initial_strength_divisor
    )
    resource, n_skills = settings["resource"], settings["task"]["n_skills"]
    model = extended_model(settings, initial_strength_divisor)
    plain = _plain(settings, initial_strength_divisor)
    curves = found.curves.drop(columns="reference")
    curves["plain"] = np.concatenate(
        [plain(rows["x"].to_numpy(), int(skill)) for skill, rows in curves.groupby("skill")]
    )

    def calibrated(x: NDArray, skill: int) -> NDArray:
        return np.asarray(model.fraction(x, skill, n_skills, calibration["value"]))

    rows = [
        {"resource": resource, "model": name,
         **dict(zip(("rms", "low", "high"), _misfit(settings, runs, curve, confidence),
                    strict=True))}
        for name, curve in (("calibrated", calibrated), ("plain", plain))
    ]  # fmt: skip
    return Prediction(curves, found.emergence, pd.DataFrame(rows))


def _plain(settings: Mapping[str, Any], divisor: float) -> Curve:
    """R_k/S of the multilinear model itself, without any constant.

    Time: the sigmoid at rate 2ηP_kS. Data: one sample of a skill is enough, 1 - (1-P_k)^D in the
    mean. Parameters: one hidden unit learns one skill, k ≤ N.
    """
    task = settings["task"]
    frequency = skill_probabilities(task["data_exponent"], task["n_skills"])
    if settings["resource"] == "time":
        start = settings["initial_std"] ** 2 / divisor
        rate = loss_learning_rate(settings)
        return lambda x, k: sigmoid(x * rate, start, task["target_scale"], frequency[k - 1])
    if settings["resource"] == "data":
        return lambda x, k: -np.expm1(x * np.log1p(-frequency[k - 1]))
    return lambda x, k: extended_parameter_skill_fraction(x, k, 1)


def _misfit(settings: Mapping[str, Any], runs: pd.DataFrame, curve: Curve, confidence: float):
    """Root mean square over skills and points of mean less curve, with the jackknife's interval."""
    squares, without = [], []
    for skill in range(1, settings["task"]["n_skills"] + 1):
        x, strength = run_matrix(runs, settings["resource"], skill=skill)
        expected = curve(x, skill)
        squares.append(np.mean((strength.mean(axis=0) - expected) ** 2))
        left = left_out_means(settings["resource"], strength)
        without.append([np.mean((means - expected) ** 2, axis=1) for means in left])
    groups = [np.sqrt(np.mean(of, axis=0)) for of in zip(*without, strict=True)]
    return jackknife_interval(float(np.sqrt(np.mean(squares))), groups, confidence)
