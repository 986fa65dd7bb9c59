"""What a preset costs: jobs, runs, steps and hours, from short measurements on this machine."""

from __future__ import annotations

import heapq
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import nnls

from emergence.jobs.costs import (
    batch_of,
    engine_of,
    job_seconds,
    needs_gpu,
    sharing_threads,
    step_and_run_seconds,
    table_rows,
    training_operations,
    units_of,
)
from emergence.jobs.packing import shards
from emergence.models.architectures import is_transformer
from emergence.tasks.experiments import generate, swept_values, training_settings
from emergence.training.engines.choice import EngineUnavailable, create_engine, resolve_engine
from emergence.training.ensemble import build_ensemble
from emergence.training.protocol import measurement_steps

# Rules of the longest path through the workflow; all but train take seconds to minutes.
LONGEST_CHAIN = ("settings", "generate", "train", "aggregate", "fit", "predict", "claims",
                 "facts", "manifest", "paper")  # fmt: skip

_PROBE_SECONDS = 0.7
_PROBES = 3
_PROBED_RUNS = {"cpu": 4, "cuda": 1000}  # at most: on a GPU a step of many costs little more
# Before the clock starts; on a GPU enough that kernels are compiled and CUDA graphs recorded.
_WARM_UP_STEPS = {"cpu": 1, "cuda": 120}
_PROBED_SAMPLES = 128  # of a transformer; a power of two, so that it is a multiple of 2^m


@dataclass(frozen=True)
class Probe:
    """A measured job: whose rates it has, its settings, value and runs, and its seconds.

    step_seconds: of one step of all its runs. measurement_seconds: of one measurement of all.
    """

    engine: str
    settings: Mapping[str, Any]
    value: int
    n_runs: int
    step_seconds: float
    measurement_seconds: float

    @property
    def run_seconds(self) -> float:
        """Seconds of one run to its last step, measurements included, early stop not."""
        settings = self.settings
        n_measured = len(measurement_steps(settings["steps"], settings["measure_every"]))
        total = settings["steps"] * self.step_seconds + n_measured * self.measurement_seconds
        return total / self.n_runs


@dataclass(frozen=True)
class Plan:
    """What a preset costs.

    experiments: one row each with jobs, runs, steps (all runs together), core_hours, gpu_hours,
    longest_job_hours, table_rows (of all runs), and whether the hours are measured. core_hours and
    gpu_hours are hours of training jobs: a GPU job counts in both, with its threads.
    core_job_hours, gpu_job_hours: hours of each job without and with a GPU.
    probes: the measurements.
    """

    experiments: pd.DataFrame
    core_job_hours: list[float]
    gpu_job_hours: list[float]
    probes: list[Probe]

    def wall_hours(self, core_jobs: int, gpus: int) -> float:
        """Hours of all training, longest job first, on so many CPU jobs at a time and GPUs."""
        return max(makespan(self.core_job_hours, core_jobs), makespan(self.gpu_job_hours, gpus))


def make_plan(config: Mapping[str, Any]) -> Plan:
    """Measure and add up. Where a GPU is asked for and none is here, `planning.rates` are used.

    Time per run-step is measured on one thread for the smallest, middle and largest `step_size`
    among the swept values and interpolated between them; measurements of R_k are included. Steps
    that early stop may save are not: the hours are an upper end.
    """
    plan = Plan(pd.DataFrame(), [], [], [])
    rows = [_row(config, name, plan) for name in config["experiments"]]
    return Plan(pd.DataFrame(rows), plan.core_job_hours, plan.gpu_job_hours, plan.probes)


def modelled_hours(config: Mapping[str, Any]) -> tuple[list[float], list[float]]:
    """Hours of each training job without and with a GPU by `planning.rates`: nothing is timed."""
    hours: tuple[list[float], list[float]] = ([], [])
    for name in config["experiments"]:
        settings = training_settings(config, name)
        hours[needs_gpu(settings)].extend(
            job_seconds(config, settings, shard.value, shard.n_runs) / 3600.0
            for shard in shards(config, name)
        )
    return hours


def _row(config: Mapping[str, Any], name: str, plan: Plan) -> dict[str, Any]:
    settings, jobs = training_settings(config, name), shards(config, name)
    seconds, measured = _run_seconds(config, settings, name, plan)
    threads = sharing_threads(config, settings)
    hours = [seconds[shard.value] * shard.n_runs / threads / 3600.0 for shard in jobs]
    on_gpu = needs_gpu(settings)
    (plan.gpu_job_hours if on_gpu else plan.core_job_hours).extend(hours)
    n_runs = sum(shard.n_runs for shard in jobs)
    return {
        "experiment": name,
        "jobs": len(jobs),
        "runs": n_runs,
        "steps": n_runs * settings["steps"],
        "core_hours": sum(hours) * config["training"]["threads"],
        "gpu_hours": sum(hours) if on_gpu else 0.0,
        "longest_job_hours": max(hours),
        "table_rows": table_rows(settings, n_runs),
        "measured": measured,
    }


def _run_seconds(
    config: Mapping[str, Any], settings: Mapping[str, Any], name: str, plan: Plan
) -> tuple[dict[int, float], bool]:
    """Seconds of one run by swept value, and whether they are measured."""
    values = swept_values(config["experiments"][name])
    largest = max(shard.n_runs for shard in shards(config, name))
    sizes = {value: step_size(settings, value) for value in values}
    distinct = sorted({size: value for value, size in sizes.items()}.items())
    last = len(distinct) - 1
    chosen = sorted({last * part // (_PROBES - 1) for part in range(_PROBES)})
    try:
        probes = [probe(settings, distinct[i][1], largest) for i in chosen]
    except EngineUnavailable:
        if not needs_gpu(settings):
            raise
        rates = config["planning"]["rates"]
        costs = {value: step_and_run_seconds(settings, rates, value) for value in values}
        shared = settings["steps"] / largest
        return {value: run + shared * step for value, (step, run) in costs.items()}, False
    plan.probes.extend(probes)
    measured = [distinct[i][0] for i in chosen]
    times = [p.run_seconds for p in probes]
    return {v: float(np.interp(size, measured, times)) for v, size in sizes.items()}, True


def step_size(settings: Mapping[str, Any], value: int) -> float:
    """What a step's cost grows with over the swept values: hidden units, or samples of its batch.

    A fixed set of D samples is one batch below twice `batch_size`, and several of about that size
    above, so that D itself says little about a step.
    """
    return batch_of(settings, value) if settings["resource"] == "data" else float(value)


def probe(settings: Mapping[str, Any], value: int, n_runs: int) -> Probe:
    """Measure a job of at most `n_runs` runs, on one thread or a GPU. Raises EngineUnavailable."""
    one = build_ensemble(settings, value, 0, generate(settings, value, 0, 1))
    engine_name, device = resolve_engine(settings["engine"], settings["device"], one)
    measured_on, step_scale, measurement_scale = _probe_settings(settings, device)
    small = {**settings, **measured_on}
    n_runs = min(n_runs, _PROBED_RUNS[device])
    data = generate(small, value, 0, n_runs)
    engine = create_engine(engine_name, device, build_ensemble(small, value, 0, data), 1)
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
    rates_of = engine_of({"engine": engine_name, "device": device})
    return Probe(rates_of, settings, value, n_runs, per_step, per_measurement)


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


def fit_rates(probes: Iterable[Probe]) -> dict[str, dict[str, float]]:
    """`planning.rates` of the engines that were measured: least squares of relative errors.

    A transformer's operations a second are the mean over all its probes on a device.
    """
    rates: dict[str, dict[str, float]] = {}
    by_engine: dict[tuple[bool, str], list[Probe]] = {}
    for p in probes:
        by_engine.setdefault((is_transformer(p.settings), p.engine), []).append(p)
    for (transformer, engine), measured in by_engine.items():
        if transformer:
            speeds = [
                p.n_runs * training_operations(p.settings, p.value) / p.step_seconds
                for p in measured
            ]
            device = "cuda" if engine == "cuda" else "cpu"
            rates.setdefault("transformer", {})[device] = float(np.mean(speeds))
            continue
        samples = [p.n_runs * batch_of(p.settings, p.value) for p in measured]
        shared = 0.0 if engine == "lookup" else 1.0  # which trains one run after another
        rows = [
            [shared, n, n * units_of(p.settings, p.value)]
            for n, p in zip(samples, measured, strict=True)
        ]
        seconds = np.array([p.step_seconds for p in measured])
        matrix = np.array(rows) / seconds[:, None]
        scale = np.maximum(np.linalg.norm(matrix, axis=0), 1.0)
        solution, _ = nnls(matrix / scale, np.ones(len(measured)))
        rates[engine] = dict(zip(("step", "sample", "unit"), map(float, solution / scale),
                                 strict=True))  # fmt: skip
    return rates


def rates_file(rates: Mapping[str, Mapping[str, float]]) -> str:
    """Measured rates as a configuration file, to be laid over a preset."""
    lines = ["# Measured by `snakemake plan`.", "planning:", "  rates:"]
    for engine, values in sorted(rates.items()):
        # YAML reads a number with an exponent only if it has a point.
        inner = ", ".join(f"{name}: {value:.3e}" for name, value in values.items())
        lines.append(f"    {engine}: {{{inner}}}")
    return "\n".join(lines) + "\n"


def makespan(hours: Iterable[float], machines: int) -> float:
    """Hours until independent jobs are done, the longest started first, each on one machine."""
    free = [0.0] * machines
    for job in sorted(hours, reverse=True):
        heapq.heappush(free, heapq.heappop(free) + job)
    return max(free)
