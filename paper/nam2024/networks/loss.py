"""The networks' own loss over time beside Eq. 12, with the coupling fitted on one skill."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import brentq

from emergence.analysis.crossings import crossing_of_runs
from emergence.analysis.fitting import loss_learning_rate
from emergence.analysis.intervals import Interval, mean_band
from emergence.analysis.prediction import compared
from emergence.tasks.sparse_parity.problem import skill_probabilities
from emergence.theory.extended_models import coupled_setting
from emergence.theory.model_loss import multilinear_loss
from emergence.theory.setting import Setting

SHARES = (0.5, 0.25, 0.1)  # of the loss before training, at which times are compared


class LossOverTime(NamedTuple):
    """curve: step, mean, low, high, predicted. shares: share, columns of `compared`, runs."""

    curve: pd.DataFrame
    shares: pd.DataFrame


def loss_over_time(
    settings: Mapping[str, Any],
    runs: pd.DataFrame,
    calibration: Mapping[str, Any],
    confidence: float,
    initial_strength_divisor: float,
) -> LossOverTime:
    """L(T) = Σ_k P_s(k) L_k of the runs over S²/2, and Eq. 12 with the calibration's B².

    Steps at which L falls to the SHARES of S²/2 are compared, as levels of R_k/S are.
    """
    task = settings["task"]
    steps, losses = total_loss(settings, runs)

    def model(time: float | NDArray, coupling: float) -> NDArray[np.float64]:
        setting = Setting(
            task["target_scale"],
            settings["initial_std"] ** 2 / initial_strength_divisor,
            loss_learning_rate(settings),
        )
        found = multilinear_loss(
            time,
            setting=coupled_setting(setting, coupling),
            data_exponent=task["data_exponent"],
            n_skills=task["n_skills"],
        )
        return np.asarray(found) / (0.5 * task["target_scale"] ** 2)

    low, high = mean_band(losses, confidence)
    curve = {"step": steps, "mean": losses.mean(axis=0), "low": low, "high": high}
    rows = []
    for share in SHARES:
        ends = [
            _falls_to(share, lambda time, c=calibration[key]: float(model(time, c)), steps[-1])
            for key in ("value", "low", "high")
        ]
        predicted = Interval(ends[0], min(ends[1:]), max(ends[1:]))
        measured = crossing_of_runs(steps, -losses, -share, confidence)
        rows.append({"share": share, **compared(predicted, measured), "runs": len(losses)})
    table = pd.DataFrame({**curve, "predicted": model(steps, calibration["value"])})
    return LossOverTime(table, pd.DataFrame(rows))


def total_loss(settings: Mapping[str, Any], runs: pd.DataFrame) -> tuple[NDArray, NDArray]:
    """Steps (points,) and L/(S²/2) of each run (runs, points): the skills' losses by frequency."""
    task = settings["task"]
    shares = skill_probabilities(task["data_exponent"], task["n_skills"])
    weighted = runs["loss"] * shares[runs["skill"].to_numpy() - 1]
    found = weighted.groupby([runs["run"], runs["step"]]).sum().unstack("step")
    scale = 0.5 * task["target_scale"] ** 2
    return found.columns.to_numpy(dtype=np.float64), found.to_numpy() / scale


def _falls_to(share: float, loss: Any, last: float) -> float:
    """When a loss that falls from 1 reaches a share, sought to a hundred times the last step."""
    return float(brentq(lambda time: loss(time) - share, 0.0, 100.0 * last))
