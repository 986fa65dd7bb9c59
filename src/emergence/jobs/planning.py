"""What a preset costs: jobs, runs, steps and hours, at rates that a short timing here measures."""

from __future__ import annotations

import heapq
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import yaml
from scipy.optimize import nnls

from emergence.config.experiment_settings import ExperimentSettings
from emergence.config.settings import swept_values, training_settings
from emergence.jobs.costs import (
    batch_of,
    engine_of,
    job_seconds,
    needs_gpu,
    table_rows,
    training_operations,
    units_of,
)
from emergence.jobs.packing import shards
from emergence.models.names import is_transformer
from emergence.tasks.experiments import generate
from emergence.training.engines.choice import EngineUnavailable, create_engine, resolve_engine
from emergence.training.ensemble import build_ensemble, empty_ensemble

_TIMED_SECONDS = 0.7
_TIMED_RUNS = {"cpu": 4, "cuda": 1000}  # at most: on a GPU a step of many costs little more
_TIMED_SAMPLES = 128  # of a transformer on a CPU, whose time grows with its samples
# Before the clock starts; on a GPU enough that kernels are compiled and CUDA graphs recorded.
_WARM_UP_STEPS = {"cpu": 1, "cuda": 120}

Rates = dict[str, dict[str, float]]


@dataclass(frozen=True)
class Timing:
    """Seconds of a step of a job: with engine and device that were used, value and runs."""

    settings: ExperimentSettings
    value: int
    n_runs: int
    seconds: float


def make_plan(config: Mapping[str, Any]) -> tuple[pd.DataFrame, Rates]:
    """The costs of each experiment, and the rates that were measured, as `planning.rates`.

    Columns: experiment, jobs, runs, steps (all runs together), job_hours (a list: of each training
    job), gpu (whether they need one), table_rows (of all runs), measured. Hours are those of the
    model of `costs` at the measured rates; engine "auto" is the one that this machine uses. Where a
    GPU is asked for and none is here, the configured rates are used. Steps that early stop may save
    are counted. Raises EngineUnavailable for another engine that cannot be used here.
    """
    used: dict[str, ExperimentSettings] = {}
    timings: dict[str, list[Timing]] = {}
    for name, block in config["experiments"].items():
        settings, values = training_settings(config, name), swept_values(block)
        most_runs = max(job.n_runs for job in shards(config, name))
        try:
            used[name] = _with_engine_used(settings)
        except EngineUnavailable:
            if not needs_gpu(settings):
                raise
            used[name], values = settings, []
        ends = {min(values), max(values)} if values else ()
        timings[name] = [time_step(used[name], value, most_runs) for value in ends]
    rates = fit_rates(timing for found in timings.values() for timing in found)
    merged = {key: rate | rates.get(key, {}) for key, rate in config["planning"]["rates"].items()}
    costed = {**config, "planning": {**config["planning"], "rates": merged}}
    rows = []
    for name, settings in used.items():
        jobs = shards(config, name)
        seconds = [job_seconds(costed, settings, job.value, job.n_runs) for job in jobs]
        n_runs = sum(job.n_runs for job in jobs)
        rows.append(
            {
                "experiment": name,
                "jobs": len(jobs),
                "runs": n_runs,
                "steps": n_runs * settings["steps"],
                "job_hours": [one / 3600.0 for one in seconds],
                "gpu": needs_gpu(settings),
                "table_rows": table_rows(settings, n_runs),
                "measured": bool(timings[name]),
            }
        )
    return pd.DataFrame(rows), rates


def _with_engine_used(settings: ExperimentSettings) -> ExperimentSettings:
    asked = settings["engine"], settings["device"]
    engine, device = resolve_engine(*asked, empty_ensemble(settings))
    return {**settings, "engine": engine, "device": device}


def time_step(settings: ExperimentSettings, value: int, n_runs: int) -> Timing:
    """Time steps of at most `n_runs` runs, on one thread or a GPU.

    A transformer gets few samples on a CPU, where a full step of the paper's takes minutes.
    """
    device = settings["device"]
    small = settings.copy()
    if is_transformer(settings) and device == "cpu":
        small["batch_size"] = min(settings["batch_size"], _TIMED_SAMPLES)
    n_runs = min(n_runs, _TIMED_RUNS[device])
    ensemble = build_ensemble(small, value, 0, generate(small, value, 0, n_runs))
    engine = create_engine(settings["engine"], device, ensemble, 1)
    active, rate = np.ones(n_runs, dtype=bool), settings["learning_rate"]
    first = 1 if is_transformer(settings) else _WARM_UP_STEPS[device]
    engine.advance(0, first, rate, active)
    step, batch, started = first, 1, time.perf_counter()
    while (elapsed := time.perf_counter() - started) < _TIMED_SECONDS:
        engine.advance(step, step + batch, rate, active)
        step, batch = step + batch, 2 * batch
    return Timing(small, value, n_runs, elapsed / (step - first))


def fit_rates(timings: Iterable[Timing]) -> Rates:
    """`planning.rates` of what was timed: least squares of relative errors, see `costs`.

    A transformer's operations a second are the mean over all timings on a device.
    """
    rates: Rates = {}
    by_engine: dict[tuple[bool, str], list[Timing]] = {}
    for timing in timings:
        key = (is_transformer(timing.settings), engine_of(timing.settings))
        by_engine.setdefault(key, []).append(timing)
    for (transformer, engine), timed in by_engine.items():
        if transformer:
            speeds = [
                t.n_runs * training_operations(t.settings, t.value) / t.seconds for t in timed
            ]
            device = "cuda" if engine == "cuda" else "cpu"
            rates.setdefault("transformer", {})[device] = float(np.mean(speeds))
            continue
        shared = 0.0 if engine == "lookup" else 1.0  # which trains one run after another
        samples = [t.n_runs * batch_of(t.settings, t.value) for t in timed]
        units = [units_of(t.settings, t.value) for t in timed]
        rows = [[shared, n, n * width] for n, width in zip(samples, units, strict=True)]
        matrix = np.array(rows) / np.array([t.seconds for t in timed])[:, None]
        scale = np.maximum(np.linalg.norm(matrix, axis=0), 1.0)
        solution, _ = nnls(matrix / scale, np.ones(len(timed)))
        step, sample, unit = map(float, solution / scale)
        rates[engine] = {"step": step, "sample": sample, "unit": unit}
    return rates


def rates_file(rates: Rates) -> str:
    """Measured rates as a configuration file, to be laid over a preset."""
    return "# Measured by `snakemake plan`.\n" + yaml.safe_dump({"planning": {"rates": rates}})


def makespan(hours: Iterable[float], machines: int) -> float:
    """Hours until independent jobs are done, the longest started first, each on one machine."""
    free = [0.0] * machines
    for job in sorted(hours, reverse=True):
        heapq.heappush(free, heapq.heappop(free) + job)
    return max(free)
