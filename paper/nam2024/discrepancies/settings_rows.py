"""Rows on the settings of the training experiments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from emergence.analysis.aggregation import run_matrix
from emergence.analysis.crossings import first_crossing
from emergence.analysis.fitting import calibrate
from emergence.tasks.sparse_parity.problem import skill_probabilities
from emergence.theory.closed_forms import emergence_time
from emergence.theory.extended_models import coupled_setting
from emergence.theory.setting import Setting
from emergence.verify.findings import UNDECIDED, Finding, code, number
from paper.nam2024 import stated

_HALF = 0.5


def settings_findings(
    settings: Mapping[str, Any],
    fit: Mapping[str, Any],
    runs: pd.DataFrame,
    parameter_settings: pd.DataFrame | None,
) -> dict[str, Finding]:
    """Rows 1 to 3, 5, 6, 19, 20 and the leftover batches.

    settings, fit, runs: of the time calibration. parameter_settings: columns setting,
    learning_rate, weight_decay, initial_std, step, skill, mean, std, n; None if not measured.
    """
    return {
        "01-sigma": _initial_std(settings, runs),
        "02-learning-rate": _learning_rate(settings),
        "03-loss-half": _loss_half(settings, fit, runs),
        "05-learning-rate-schedule": _schedule(),
        "06-parameter-settings": _parameter_settings(parameter_settings),
        "19-time-axis": _time_axis(),
        "20-dataset-sizes": _dataset_sizes(),
        "34-leftover-batches": _leftover_batches(),
    }


def half_rise_step(
    share: float, initial_std: float, learning_rate: float, target_scale: float
) -> float:
    """Step at which R_k/S = 1/2 by Eqs. 14 and 40 with the authors' r = σ²/3.6 and B² = 1/22.

    learning_rate: on the mean square, so that η is twice as large.
    """
    initial_strength = initial_std**2 / stated.INITIAL_STRENGTH_DIVISOR
    setting = Setting(target_scale, initial_strength, 2.0 * learning_rate)
    coupled = coupled_setting(setting, stated.SQUARED_COUPLING)
    return float(emergence_time(share, coupled, threshold=_HALF))


def _initial_std(settings: Mapping[str, Any], runs: pd.DataFrame) -> Finding:
    scale, rate = settings["task"]["target_scale"], settings["learning_rate"]
    predicted = {std: half_rise_step(1.0, std, rate, scale) for std in stated.INITIAL_STDS}
    steps, strength = run_matrix(runs, "time", skill=1)
    measured = first_crossing(steps, strength.mean(axis=0), _HALF)
    rises = ", ".join(f"{std:g}: {number(step)}" for std, step in predicted.items())
    return Finding(
        f"step at which one skill reaches S/2 (Eq. 40, learning rate {rate:g}) by sigma: {rises}; "
        f"measured with sigma = {settings['initial_std']:g}: {number(measured)}",
        "App. K.1 text against its table; aggregated/time_calibration_runs.csv",
    )


def _learning_rate(settings: Mapping[str, Any]) -> Finding:
    task = settings["task"]
    shares = skill_probabilities(task["data_exponent"], 5)
    rates = (stated.LEARNING_RATE_PRINTED, stated.LEARNING_RATE_PLOTTED)
    steps = {
        rate: half_rise_step(shares[-1], stated.INITIAL_STDS[1], rate, task["target_scale"])
        for rate in rates
    }
    rises = ", ".join(f"{rate:g}: {number(step)}" for rate, step in steps.items())
    return Finding(
        f"step at which skill 5 reaches S/2 (Eq. 40, sigma = {stated.INITIAL_STDS[1]:g}) by "
        f"learning rate: {rises}; Fig. 1a ends at step {stated.LAST_STEP}",
        f"App. K.1 against plot_emergence_all.py; Eq. 40: {code(emergence_time)}",
    )


def _loss_half(settings: Mapping[str, Any], fit: Mapping[str, Any], runs: pd.DataFrame) -> Finding:
    without = dict(settings, learning_rate=settings["learning_rate"] / 2.0)
    divisor = stated.INITIAL_STRENGTH_DIVISOR
    as_printed = calibrate(without, runs, fit["confidence"], divisor)["value"]
    return Finding(
        f"fitted B² = {number(fit['value'])} with eta = 2 learning rates (loss without the half "
        f"in the code), {number(as_printed)} with eta = 1 learning rate; ratio "
        f"{number(as_printed / fit['value'])}",
        "fits/time_calibration.json; aggregated/time_calibration_runs.csv fitted again",
    )


def coded_batches(dataset_size: int) -> list[int]:
    """Batch sizes of one pass in the authors' loader: n = max(1, D // 2000) batches of D // n.

    What the rounding leaves over is one batch more.
    """
    size = dataset_size // max(1, dataset_size // stated.BATCH_SIZE_CODED)
    whole, left = divmod(dataset_size, size)
    return [size] * whole + [left] * (left > 0)


def summed_rates_printed() -> float:
    """Sum of the learning rates over all steps, halved every 50,000 steps."""
    halvings = np.arange(stated.STEPS_PRINTED) // stated.HALVING_STEPS_PRINTED
    return float(stated.DATA_LEARNING_RATE * np.sum(0.5**halvings))


def summed_rates_coded(batches_per_pass: int) -> float:
    """Sum of the learning rates over all steps, halved after pass 0, 10,000, 20,000, ..."""
    passes = np.arange(stated.PASSES_CODED)
    halvings = -(-passes // stated.HALVING_PASSES_CODED)  # pass 0 is halved after
    return float(stated.DATA_LEARNING_RATE * batches_per_pass * np.sum(0.5**halvings))


def _schedule() -> Finding:
    sizes = (min(stated.DATASET_SIZES_PLOTTED), 10_000, max(stated.DATASET_SIZES_PLOTTED))
    batches = {size: len(coded_batches(size)) for size in sizes}
    printed = summed_rates_printed()
    coded = ", ".join(
        f"{number(summed_rates_coded(count))} at D = {size} ({count * stated.PASSES_CODED} steps)"
        for size, count in batches.items()
    )
    return Finding(
        f"sum of learning rates over the steps: {number(printed)} as printed "
        f"({stated.STEPS_PRINTED} steps); as coded {coded}",
        "App. K.1 against train_data.py; summed step by step",
    )


def _parameter_settings(measured: pd.DataFrame | None) -> Finding:
    missing = sorted(set(stated.WIDTHS_PLOTTED) - set(stated.WIDTHS_TRAINED))
    widths = f"{len(missing)} of the {len(stated.WIDTHS_PLOTTED)} plotted widths are not trained"
    if measured is None:
        return Finding(
            f"{widths} by the training script; {UNDECIDED} here: the settings were not compared",
            "train_parameter.py against plot_emergence_all.py",
        )
    last = measured[measured["step"] == measured.groupby("setting")["step"].transform("max")]
    means = last.pivot(index="setting", columns="skill", values="mean")
    tried = last.groupby("setting").first()
    named = "; ".join(
        f"{name} (rate {tried.loc[name, 'learning_rate']:g}, decay "
        f"{tried.loc[name, 'weight_decay']:g}): {', '.join(map(_strength, means.loc[name]))}"
        for name in stated.PARAMETER_SETTINGS
    )
    spans = ", ".join(
        f"{_strength(low)} to {_strength(high)}"
        for low, high in zip(means.min(), means.max(), strict=True)
    )
    return Finding(
        f"mean R_k/S for k = 1, 2, ... at N = 10: {named}; lowest to highest of all {len(means)} "
        f"settings tried: {spans}; {widths}",
        "every setting: results/shipped/nam2024/evidence/parameter_settings.csv; "
        "train_parameter.py",
    )


def _strength(value: float) -> str:
    """Two decimals, enough to tell the settings apart."""
    return f"{value:z.2f}"


def _time_axis() -> Finding:
    steps = stated.TRANSFORMER_PASS_STEPS
    return Finding(
        f"{stated.TRANSFORMER_SAMPLES}/{stated.TRANSFORMER_BATCH} = {steps} steps per unit of the "
        f"axis; {stated.TRANSFORMER_PASSES} units are {number(stated.TRANSFORMER_PASSES * steps)} "
        f"steps",
        "train_time_transformer.py; App. K.2",
    )


def _dataset_sizes() -> Finding:
    plotted, trained = set(stated.DATASET_SIZES_PLOTTED), set(stated.DATASET_SIZES_TRAINED)
    difference = ", ".join(str(size) for size in sorted(plotted - trained))
    repeated = len(stated.DATASET_SIZES_PLOTTED) - len(plotted)
    return Finding(
        f"plotted but not trained by the script: D = {difference} ({len(plotted)} sizes plotted, "
        f"{len(trained)} trained, {len(trained - plotted)} trained but not plotted); {repeated} "
        f"size is plotted twice",
        "plot_emergence_all.py against train_data.py; dataset_sizes in config/full.yaml",
    )


def _leftover_batches() -> Finding:
    sizes = sorted(set(stated.DATASET_SIZES_PLOTTED))
    left = {size: parts[-1] for size in sizes if len(set(parts := coded_batches(size))) > 1}
    fewest = min(left, key=lambda size: left[size])
    return Finding(
        f"{len(left)} of {len(sizes)} plotted D end every pass with a batch of "
        f"{min(left.values())} to {max(left.values())} samples, e.g. {left[fewest]} of {fewest}",
        f"train_data.py; {code(coded_batches)}",
    )
