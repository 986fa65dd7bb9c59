"""Rows on R_k(0), the initial strength behind the time curves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import least_squares

from emergence.analysis.aggregation import run_matrix
from emergence.analysis.fitting import loss_learning_rate
from emergence.models.network import initial_parameters
from emergence.models.two_layer import TwoLayer
from emergence.randomness import Purpose, Stream, stream_key
from emergence.tasks.sparse_parity.problem import (
    SparseParity,
    draw_skill_bits,
    draw_sparse_bits,
    parity_sign,
    sparse_masks,
    unpack,
)
from emergence.theory.extended_models import extended_time_skill_fraction
from emergence.theory.setting import Setting
from emergence.verify.findings import Finding, code, number
from paper.nam2024 import stated

_NETWORKS = 8


def initial_strength_findings(
    settings: Mapping[str, Any], fit: Mapping[str, Any], runs: pd.DataFrame
) -> dict[str, Finding]:
    """Row 4 and where its value may come from. settings, fit, runs: of the time calibration."""
    return {
        "04-initial-strength": _fitted(settings, fit, runs),
        "35-initial-strength-noise": _sampling_error(settings, runs),
    }


def _fitted(settings: Mapping[str, Any], fit: Mapping[str, Any], runs: pd.DataFrame) -> Finding:
    scale, variance = settings["task"]["target_scale"], settings["initial_std"] ** 2
    steps, strength = run_matrix(runs, "time", skill=1)
    mean = strength.mean(axis=0)

    def misfit(logarithms: NDArray[np.float64]) -> NDArray[np.float64]:
        coupling, initial = np.exp(logarithms)
        setting = Setting(scale, initial, loss_learning_rate(settings))
        return mean - extended_time_skill_fraction(steps, 1.0, setting, squared_coupling=coupling)

    def residual(logarithms: NDArray[np.float64]) -> str:
        return number(np.sqrt(np.mean(misfit(logarithms) ** 2)))

    divisor = stated.INITIAL_STRENGTH_DIVISOR
    start = np.log([fit["value"], variance / divisor])
    bounds = (np.log([1e-4, variance * 1e-6]), np.log([0.999, scale * 0.5]))
    found = least_squares(misfit, start, bounds=bounds).x
    coupling, initial = np.exp(found)
    return Finding(
        f"least squares over B² and R(0): R(0)/sigma² = {number(initial / variance)}, "
        f"B² = {number(coupling)} (root mean square misfit {residual(found)}); with the authors' "
        f"1/{divisor:g} = {number(1 / divisor)}: B² = {number(fit['value'])} ({residual(start)})",
        "aggregated/time_calibration_runs.csv; fits/time_calibration.json",
    )


def independent_estimates(
    task: SparseParity, width: int, stream: Stream, inputs: int
) -> tuple[float, float]:
    """R_1(0)/σ² of one network on independent inputs, and the standard deviation of f(x)/σ².

    The first is estimated as the authors do (App. K.3): means subtracted, over the standard
    deviation of g. Both are in units of σ²: f is quadratic in the parameters but for the output
    bias, which the means take away.
    """
    network = initial_parameters(TwoLayer(task.input_size, width, 1.0), [stream]).of_run(0)
    masks = sparse_masks(draw_sparse_bits(task, stream))
    packed = draw_skill_bits(task, stream, Purpose.SIMULATION, 0, inputs)
    bits = unpack(task, np.zeros(inputs, dtype=np.int64), packed)
    hidden = bits @ network["input_weights"].T + network["hidden_biases"]
    outputs = np.maximum(hidden, 0.0).astype(np.float64) @ network["output_weights"]
    skill = parity_sign(packed, masks[0])
    covariance = np.mean((skill - skill.mean()) * (outputs - outputs.mean()))
    return float(covariance / skill.std()), float(outputs.std())


def _sampling_error(settings: Mapping[str, Any], runs: pd.DataFrame) -> Finding:
    task, inputs = SparseParity(**settings["task"]), stated.MEASUREMENT_INPUTS
    key = stream_key(settings["root_seed"], "discrepancies", "initial strength")
    width = int(runs["value"].iloc[0])
    found = np.array(
        [independent_estimates(task, width, Stream(key, run), inputs) for run in range(_NETWORKS)]
    )
    estimate, spread = np.mean(np.abs(found), axis=0)
    error = spread / np.sqrt(inputs) * np.sqrt(2.0 / np.pi)  # mean modulus of a centred Gaussian
    start = runs[(runs["step"] == 0) & (runs["skill"] == 1)]["strength"]
    stratified = np.mean(np.abs(start)) * task.target_scale / settings["initial_std"] ** 2
    return Finding(
        f"mean |R_1(0)|/sigma² at width {width}: {number(estimate)} over {_NETWORKS} networks "
        f"on {inputs} independent inputs, of which the sampling error makes "
        f"{number(error)}; {number(stratified)} over {len(start)} runs on stratified inputs; the "
        f"authors use {number(1.0 / stated.INITIAL_STRENGTH_DIVISOR)}",
        f"{code(independent_estimates)}; aggregated/time_calibration_runs.csv, step 0",
    )
