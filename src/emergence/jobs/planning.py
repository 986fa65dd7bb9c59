"""What a preset costs: jobs, runs, steps and hours, at a speed that is measured here."""

from __future__ import annotations

import heapq
import time
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from emergence.config.experiment_settings import ExperimentSettings
from emergence.config.settings import swept_values, training_settings
from emergence.jobs.costs import job_seconds, needs_gpu, step_and_run_seconds, table_rows
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


def make_plan(config: Mapping[str, Any]) -> pd.DataFrame:
    """The costs of each experiment, one row each.

    Columns: experiment, jobs, runs, steps (all runs together), job_hours (a list: of each training
    job), gpu (whether they need one), table_rows (of all runs), slowness (see `measured_slowness`;
    NaN where not measured). Hours are those of the model of `costs` times the slowness; where a GPU
    is asked for and none is here, those of the model. Steps that early stop may save are counted.
    Raises EngineUnavailable for another engine that cannot be used here.
    """
    rows = []
    for name, block in config["experiments"].items():
        settings, jobs = training_settings(config, name), shards(config, name)
        try:
            settings = _with_engine_used(settings)
            most_runs, value = max(job.n_runs for job in jobs), max(swept_values(block))
            slowness = measured_slowness(config, settings, value, most_runs)
        except EngineUnavailable:
            if not needs_gpu(settings):
                raise
            slowness = np.nan
        factor = 1.0 if np.isnan(slowness) else slowness
        seconds = [job_seconds(config, settings, job.value, job.n_runs) for job in jobs]
        n_runs = sum(job.n_runs for job in jobs)
        rows.append(
            {
                "experiment": name,
                "jobs": len(jobs),
                "runs": n_runs,
                "steps": n_runs * settings["steps"],
                "job_hours": [factor * one / 3600.0 for one in seconds],
                "gpu": needs_gpu(settings),
                "table_rows": table_rows(settings, n_runs),
                "slowness": slowness,
            }
        )
    return pd.DataFrame(rows)


def _with_engine_used(settings: ExperimentSettings) -> ExperimentSettings:
    asked = settings["engine"], settings["device"]
    engine, device = resolve_engine(*asked, empty_ensemble(settings))
    return {**settings, "engine": engine, "device": device}


def measured_slowness(
    config: Mapping[str, Any], settings: ExperimentSettings, value: int, n_runs: int
) -> float:
    """Time of a step at a swept value here, over that of the model at `planning.rates`.

    On one thread or a GPU. A transformer gets few samples on a CPU, where a full step of the
    paper's takes minutes.
    """
    small = settings.copy()
    if is_transformer(settings) and settings["device"] == "cpu":
        small["batch_size"] = min(settings["batch_size"], _TIMED_SAMPLES)
    n_runs = min(n_runs, _TIMED_RUNS[settings["device"]])
    unmeasured: ExperimentSettings = {**small, "measure_every": None, "inputs_per_skill": 0}
    step, run = step_and_run_seconds(unmeasured, config["planning"]["rates"], value)
    return time_step(small, value, n_runs) / (step + n_runs * run / settings["steps"])


def time_step(settings: ExperimentSettings, value: int, n_runs: int) -> float:
    """Seconds of a step of a job, with the engine and device of the settings."""
    device = settings["device"]
    ensemble = build_ensemble(settings, value, 0, generate(settings, value, 0, n_runs))
    engine = create_engine(settings["engine"], device, ensemble, 1)
    active, rate = np.ones(n_runs, dtype=bool), settings["learning_rate"]
    first = 1 if is_transformer(settings) else _WARM_UP_STEPS[device]
    engine.advance(0, first, rate, active)
    step, batch, started = first, 1, time.perf_counter()
    while (elapsed := time.perf_counter() - started) < _TIMED_SECONDS:
        engine.advance(step, step + batch, rate, active)
        step, batch = step + batch, 2 * batch
    return elapsed / (step - first)


def makespan(hours: Iterable[float], machines: int) -> float:
    """Hours until independent jobs are done, the longest started first, each on one machine."""
    free = [0.0] * machines
    for job in sorted(hours, reverse=True):
        heapq.heappush(free, heapq.heappop(free) + job)
    return max(free)
