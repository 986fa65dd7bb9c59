"""What a preset costs: jobs, runs, steps, and hours on this machine from a short measurement."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from emergence.experiments import (
    batch_sizes,
    build_ensemble,
    generate,
    is_transformer,
    shards,
    swept_values,
    training_settings,
)
from emergence.training.engines import create_engine, resolve_engine
from emergence.training.protocol import measurement_steps

_PROBE_SECONDS = 0.7
_PROBES = 3
_PROBED_RUNS = {"cpu": 4, "cuda": 1000}  # at most: on a GPU a step of many costs little more
# Before the clock starts; on a GPU enough that kernels are compiled and CUDA graphs recorded.
_WARM_UP_STEPS = {"cpu": 1, "cuda": 120}
_PROBED_SAMPLES = 128  # of a transformer; a power of two, so that it is a multiple of 2^m


def plan_table(config: Mapping[str, Any]) -> pd.DataFrame:
    """One row per experiment: jobs, runs, steps (all runs together), core_hours, longest_job_hours.

    Time per run-step is measured on one thread for the smallest, middle and largest `step_size`
    among the swept values and interpolated between them; measurements of R_k are included. Steps
    that early stop may save are not: the hours are an upper end.
    """
    return pd.DataFrame([_row(config, name) for name in config["experiments"]])


def _row(config: Mapping[str, Any], name: str) -> dict[str, Any]:
    settings, experiment = training_settings(config, name), config["experiments"][name]
    jobs, values = shards(config, name), swept_values(experiment)
    sizes = {value: step_size(settings, value) for value in values}
    distinct = sorted({size: value for value, size in sizes.items()}.items())
    last = len(distinct) - 1
    probed = [
        distinct[i] for i in sorted({last * part // (_PROBES - 1) for part in range(_PROBES)})
    ]
    n_probed = max(shard.n_runs for shard in jobs)
    costs = [_run_seconds(settings, v, n_probed) for _, v in probed]
    measured = [size for size, _ in probed]
    seconds = {value: float(np.interp(size, measured, costs)) for value, size in sizes.items()}
    per_job = [seconds[shard.value] * shard.n_runs for shard in jobs]
    n_runs = sum(shard.n_runs for shard in jobs)
    return {
        "experiment": name,
        "jobs": len(jobs),
        "runs": n_runs,
        "steps": n_runs * settings["steps"],
        "core_hours": sum(per_job) / 3600.0,
        "longest_job_hours": max(per_job) / 3600.0,
    }


def step_size(settings: Mapping[str, Any], value: int) -> float:
    """What a step's cost grows with over the swept values: hidden units, or samples of its batch.

    A fixed set of D samples is one batch below twice `batch_size`, and several of about that size
    above, so that D itself says little about a step.
    """
    if settings["resource"] == "data":
        return float(np.mean(batch_sizes(value, settings["batch_size"])))
    return float(value)


def _run_seconds(settings: Mapping[str, Any], value: int, n_runs: int) -> float:
    """Seconds of one run on one thread, or on a GPU with `n_runs` of them together."""
    engine_name, device = resolve_engine(
        settings["engine"], settings["device"], two_layer=not is_transformer(settings)
    )
    measured_on, step_scale, measurement_scale = _probe_settings(settings, device)
    settings = {**settings, **measured_on}
    n_runs = min(n_runs, _PROBED_RUNS[device])
    data = generate(settings, value, 0, n_runs)
    engine = create_engine(engine_name, device, build_ensemble(settings, value, 0, data), 1)
    active = np.ones(n_runs, dtype=bool)
    rate = settings["learning_rate"]
    first = 1 if is_transformer(settings) else _WARM_UP_STEPS[device]
    engine.advance(0, first, rate, active)
    if device == "cuda":
        engine.measure(0)
    step, batch, started = first, 1, time.perf_counter()
    while (elapsed := time.perf_counter() - started) < _PROBE_SECONDS:
        engine.advance(step, step + batch, rate, active)
        step, batch = step + batch, 2 * batch
    per_step = step_scale * elapsed / (step - first)
    started = time.perf_counter()
    engine.measure(0)
    per_measurement = measurement_scale * (time.perf_counter() - started)
    n_measured = len(measurement_steps(settings["steps"], settings["measure_every"]))
    return (settings["steps"] * per_step + n_measured * per_measurement) / n_runs


def _probe_settings(
    settings: Mapping[str, Any], device: str
) -> tuple[dict[str, int], float, float]:
    """Changes that keep the probe short, and how much longer a step and a measurement really take.

    A transformer's cost on a CPU is proportional to its samples: a full step of the paper's takes
    minutes. On a GPU few samples would leave it idle.
    """
    if not is_transformer(settings) or device == "cuda":
        return {}, 1.0, 1.0
    batch, inputs = settings["batch_size"], settings["inputs_per_skill"]
    probed_batch = min(batch, _PROBED_SAMPLES)
    probed_inputs = min(inputs, max(_PROBED_SAMPLES, 1 << settings["task"]["sparse_bits"]))
    changes = {"batch_size": probed_batch, "inputs_per_skill": probed_inputs}
    return changes, batch / probed_batch, inputs / probed_inputs
