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
    costs = [_run_seconds(settings, v, min(experiment["runs_per_job"], 4)) for _, v in probed]
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
    """Seconds of one run on one thread."""
    measured_on, step_scale, measurement_scale = _probe_settings(settings)
    settings = {**settings, **measured_on}
    engine_name, device = resolve_engine(settings["engine"], settings["device"])
    data = generate(settings, value, 0, n_runs)
    engine = create_engine(engine_name, device, build_ensemble(settings, value, 0, data), 1)
    active = np.ones(n_runs, dtype=bool)
    rate = settings["learning_rate"]
    engine.advance(0, 1, rate, active)  # warm-up
    step, batch, started = 1, 1, time.perf_counter()
    while (elapsed := time.perf_counter() - started) < _PROBE_SECONDS:
        engine.advance(step, step + batch, rate, active)
        step, batch = step + batch, 2 * batch
    per_step = step_scale * elapsed / (step - 1)
    started = time.perf_counter()
    engine.measure(0)
    per_measurement = measurement_scale * (time.perf_counter() - started)
    n_measured = len(measurement_steps(settings["steps"], settings["measure_every"]))
    return (settings["steps"] * per_step + n_measured * per_measurement) / n_runs


def _probe_settings(settings: Mapping[str, Any]) -> tuple[dict[str, int], float, float]:
    """Changes that keep the probe short, and how much longer a step and a measurement really take.

    A transformer's cost is proportional to its samples: a full step of the paper's takes minutes.
    """
    if not is_transformer(settings):
        return {}, 1.0, 1.0
    batch, inputs = settings["batch_size"], settings["inputs_per_skill"]
    probed_batch = min(batch, _PROBED_SAMPLES)
    probed_inputs = min(inputs, max(_PROBED_SAMPLES, 1 << settings["task"]["sparse_bits"]))
    changes = {"batch_size": probed_batch, "inputs_per_skill": probed_inputs}
    return changes, batch / probed_batch, inputs / probed_inputs
