"""What a training job costs, by a model cheap enough to ask for thousands of jobs: time and memory.

Nothing is trained or timed here: the model's rates are configuration (`planning.rates`), so that
the same configuration always packs and requests the same. `planning` measures them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from emergence.config.experiment_settings import ExperimentSettings
from emergence.models.names import is_transformer
from emergence.models.transformer_parameters import TransformerSizes
from emergence.tasks.experiments import batch_sizes, width_of
from emergence.tasks.registry import task_of
from emergence.training.engines.parity import ParityEngine
from emergence.training.ensemble import empty_ensemble
from emergence.training.protocol import measurement_steps

_LANES = 16  # hidden units that the lookup engine computes together
_MEASURED_SHARE = 0.25  # cost of measuring on an input over that of training on one: see engine.md
_FORWARD_SHARE = 1.0 / 3.0  # the backward pass takes twice the forward pass

_SAFETY = 2.0  # requested over estimated time: busy nodes, slower processors
_START_MINUTES = 5.0  # environment on a cold file system, imports, compiling the engine
# Resident memory of a job in MB before its data: Python and NumPy; with PyTorch; with CUDA.
_BASE_MEMORY = {"lookup": 1000, "torch": 2000, "cuda": 6000}
_SAMPLE_BYTES = 256  # of a fixed training set, in any engine: inputs as float32, or records
_ROW_BYTES = 500  # of the table of all runs while it is built and averaged; 140 were measured


def engine_of(settings: ExperimentSettings) -> str:
    """Whose rates an experiment has: "cuda", "torch" (in PyTorch on a CPU) or "lookup".

    device auto counts as a CPU and engine auto as lookup there, whatever the machine that asks: a
    login node and a compute node must agree.
    """
    if needs_gpu(settings):
        return "cuda"
    return "lookup" if planned_engine(settings) == "lookup" else "torch"


def planned_engine(settings: ExperimentSettings) -> str:
    """The engine that trains an experiment, as far as its settings tell: see `engine_of`."""
    if settings["engine"] != "auto":
        return settings["engine"]
    if ParityEngine.unsupported(empty_ensemble(settings)):
        return "plain"
    return "triton" if needs_gpu(settings) else "lookup"


def needs_gpu(settings: ExperimentSettings) -> bool:
    """Whether a training job asks the scheduler for a GPU: device cuda, or an engine for GPUs only.

    That is triton.
    """
    if settings["device"] == "auto":
        return settings["engine"] == "triton"
    return settings["device"] == "cuda"


def batch_of(settings: ExperimentSettings, value: int) -> float:
    """Mean samples of a step at a swept value (see `experiments.batch_sizes`)."""
    if settings["resource"] == "data":
        return float(np.mean(batch_sizes(value, settings["batch_size"])))
    return float(settings["batch_size"])


def units_of(settings: ExperimentSettings, value: int) -> int:
    """Hidden units of a two-layer network at a swept value, up to a multiple of 16."""
    return _LANES * math.ceil(width_of(settings, value) / _LANES)


def sharing_threads(config: Mapping[str, Any], settings: ExperimentSettings) -> int:
    """Threads that share a job's work: those of `training.threads`, one where a GPU does it."""
    return 1 if needs_gpu(settings) else config["training"]["threads"]


def job_seconds(
    config: Mapping[str, Any], settings: ExperimentSettings, value: int, n_runs: int
) -> float:
    """Estimated seconds of a job that trains `n_runs` runs at one swept value to their last step.

    config: of which `planning.rates` and `training.threads` are used; settings: the experiment's.
    Early stop is not counted.
    """
    step, run = step_and_run_seconds(settings, config["planning"]["rates"], value)
    return (settings["steps"] * step + n_runs * run) / sharing_threads(config, settings)


def step_and_run_seconds(
    settings: ExperimentSettings, rates: Mapping[str, Any], value: int
) -> tuple[float, float]:
    """Seconds of a step that all runs of a job share, and seconds of all steps of each run.

    On one thread. A step of a two-layer job takes step + runs · batch · (sample + units · unit)
    seconds, with `rates` of its engine; a transformer's takes its operations over
    `rates["transformer"]`, in operations a second.
    """
    n_measured = len(measurement_steps(settings["steps"], settings["measure_every"]))
    entries = n_measured * task_of(settings).n_entries
    inputs = entries * settings.get("inputs_per_skill", 0)
    samples = settings["steps"] * batch_of(settings, value)
    if is_transformer(settings):
        device = "cuda" if needs_gpu(settings) else "cpu"
        measured = _FORWARD_SHARE * inputs / settings["batch_size"]
        operations = training_operations(settings, value) * (settings["steps"] + measured)
        return 0.0, operations / rates["transformer"][device]
    rate = rates[engine_of(settings)]
    per_sample = rate["sample"] + units_of(settings, value) * rate["unit"]
    return rate["step"], per_sample * (samples + _MEASURED_SHARE * inputs)


def training_operations(settings: ExperimentSettings, value: int) -> float:
    """Floating-point operations of one step of one transformer of width `value`."""
    n_tokens = task_of(settings).input_size
    sizes = TransformerSizes(n_tokens, value, settings["heads"], settings["mlp_factor"])
    return sizes.step_operations(settings["batch_size"])


def request_minutes(seconds: float, limit: float | None, attempt: int = 1) -> int:
    """Wall time to ask a scheduler for: twice the estimate and a start, more on each attempt.

    limit: the longest time that may be asked for, in minutes; a job that needs more is killed
    there and continues from its checkpoint on the next attempt.
    """
    minutes = math.ceil(attempt * (_START_MINUTES + _SAFETY * seconds / 60.0))
    return minutes if limit is None else min(minutes, math.floor(limit))


def training_memory_mb(settings: ExperimentSettings, value: int, n_runs: int) -> int:
    """Memory to ask for in a training job, in MB: the engine's, and its fixed training sets."""
    samples = n_runs * value if settings["resource"] == "data" else 0
    return _BASE_MEMORY[engine_of(settings)] + math.ceil(samples * _SAMPLE_BYTES / 2**20)


def table_rows(settings: ExperimentSettings, n_runs: int) -> int:
    """Rows of the table of `n_runs` runs: one for each run, measurement and its entries."""
    n_measured = len(measurement_steps(settings["steps"], settings["measure_every"]))
    return n_runs * n_measured * task_of(settings).n_entries


def table_memory_mb(rows: int) -> int:
    """Memory to ask for in a job that builds or reads a table of that many rows, in MB."""
    return _BASE_MEMORY["lookup"] + math.ceil(rows * _ROW_BYTES / 2**20)
