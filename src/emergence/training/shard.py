"""One training job: an ensemble from its generated data to its result, with checkpoints."""

from __future__ import annotations

import logging
import math
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emergence.config.experiment_settings import ExperimentSettings
from emergence.models.architectures import MODULES, other_network_modules
from emergence.store.files import read_npz, write_npz
from emergence.store.meaning import Meaning, meaning_of
from emergence.store.provenance import digest, versions
from emergence.tasks.registry import task_modules
from emergence.training.engines import choice
from emergence.training.engines.choice import create_engine, resolve_engine
from emergence.training.ensemble import DEFAULT_GPU_MEMORY_MB, Engine, build_ensemble
from emergence.training.pace import Pace
from emergence.training.protocol import Progress, TrainingDiverged, measurement_steps, train

_LOGGER = logging.getLogger(__name__)
_ENGINE_PREFIX, _PROGRESS_PREFIX = "engine.", "progress."


class Interrupted(RuntimeError):
    """SIGTERM or SIGINT arrived; the state is in the checkpoint."""


class TimeLimitReached(RuntimeError):
    """The time given to training is over; the state is in the checkpoint."""


@dataclass(frozen=True)
class Limits:
    """What a job may use.

    threads: of a CPU. gpu_memory_mb: see `create_engine`. checkpoint_seconds: between checkpoints.
    deadline: of `time.monotonic()`; training stops at the end of the slice in which it passes
    (about half a second), so that every call gets ahead.
    """

    threads: int = 1
    gpu_memory_mb: int = DEFAULT_GPU_MEMORY_MB
    checkpoint_seconds: float = math.inf
    deadline: float = math.inf


def training_code(settings: ExperimentSettings, engine: str) -> Meaning:
    """Meaning of the code behind the runs of an experiment that an engine trains.

    engine: as returned by `resolve_engine`, so that how it was chosen plays no part. Raises
    ValueError for any other.
    """
    starts = (__name__, choice.engine_module(engine), *task_modules(settings))
    without = (choice.__name__, *other_network_modules(settings))
    return meaning_of(starts, without if engine == "plain" else (*without, MODULES))


def run_shard(
    settings: ExperimentSettings,
    value: int,
    first: int,
    data: Mapping[str, NDArray],
    checkpoint: Path | None = None,
    limits: Limits = Limits(),
) -> tuple[dict[str, NDArray], dict[str, Any]]:
    """Train the runs of one shard, resuming from `checkpoint` if it exists.

    A checkpoint of other settings, code, versions or (engine lookup) compiler and instruction set
    is not used: a warning names what differs (of the code, the modules), and training starts anew.

    checkpoint: None to save nothing; what interrupts the training then ends it.

    Returns arrays (step (measurements,); each quantity that the task measures, by its name, (runs,
    measurements, *axes); training_loss (runs, measurements); stopped_at (runs,)) and the record of
    what made them, with the quantities' axes and their coordinates. The checkpoint stays until the
    caller has written the result.

    Raises, after a checkpoint, Interrupted on SIGTERM or SIGINT and TimeLimitReached; DamagedFile
    for a checkpoint that cannot be read, TrainingDiverged, EngineUnavailable.
    """
    ensemble = build_ensemble(settings, value, first, data)
    task = ensemble.task
    engine_name, device = resolve_engine(settings["engine"], settings["device"], ensemble)
    code = training_code(settings, engine_name)
    record = {
        "settings": dict(settings),
        "settings_digest": digest(settings),
        "code": vars(code),
        "versions": versions(["numpy", "scipy", *choice.engine_packages(engine_name)]),
        "engine": engine_name,
        "build": choice.engine_class(engine_name).build(),
        "device": device,
        "value": value,
        "first_run": first,
        "measured": {name: list(axes) for name, axes in task.measured.items()},
        "axes": {name: list(coordinates) for name, coordinates in task.axes.items()},
    }
    engine = create_engine(engine_name, device, ensemble, limits.threads, limits.gpu_memory_mb)
    n_measurements = len(measurement_steps(settings["steps"], settings["measure_every"]))
    progress = _resume(checkpoint, record, code, engine) or Progress.start(
        task, n_measurements, ensemble.n_runs
    )
    label = f"{settings['experiment']} {value}, runs {first}-{first + ensemble.n_runs - 1}"
    pace = Pace(label, settings["steps"], ensemble.n_runs, progress.step)

    with _signals() as received:
        saved, first_step = time.monotonic(), progress.step

        def after_slice(progress: Progress) -> None:
            nonlocal saved
            pace.report(progress.step)
            late = time.monotonic() >= limits.deadline and progress.step > first_step
            if received or late or time.monotonic() - saved > limits.checkpoint_seconds:
                _save(checkpoint, record, engine, progress)
                saved = time.monotonic()
            if received or late:
                reason = signal.Signals(received[0]).name if received else "the time limit"
                error = Interrupted if received else TimeLimitReached
                kept = f"; the same command continues from {checkpoint}" if checkpoint else ""
                raise error(f"{label}: stopped by {reason} at step {progress.step}{kept}")

        n_batches = max(1, ensemble.n_batches)
        try:
            measured_at = train(
                engine, task, settings, progress, pace.slice_steps, after_slice, n_batches
            )
        except TrainingDiverged as error:
            raise TrainingDiverged(f"{label}: {error}") from error
    pace.finish()
    arrays = {
        "step": measured_at,
        **{name: values.swapaxes(0, 1) for name, values in progress.measured.items()},
        "training_loss": progress.training_loss.T,
        "stopped_at": progress.stopped_at,
    }
    return {k: np.ascontiguousarray(v) for k, v in arrays.items()}, record


@contextmanager
def _signals() -> Iterator[list[int]]:
    """Collect SIGTERM and SIGINT instead of dying of them."""
    received: list[int] = []
    previous = {
        number: signal.signal(number, lambda n, _: received.append(n))
        for number in (signal.SIGTERM, signal.SIGINT)
    }
    try:
        yield received
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _save(path: Path | None, record: Mapping[str, Any], engine: Engine, progress: Progress) -> None:
    if path is None:
        return
    arrays = {_ENGINE_PREFIX + name: array for name, array in engine.state().items()}
    arrays |= {_PROGRESS_PREFIX + name: array for name, array in progress.arrays().items()}
    write_npz(path, arrays, record)


def _resume(
    path: Path | None, record: Mapping[str, Any], code: Meaning, engine: Engine
) -> Progress | None:
    if path is None or not path.exists():
        return None
    arrays, found = read_npz(path)
    differing = [key for key in record if key != "code" and found.get(key) != record[key]]
    reasons = [f"other {', '.join(differing)}"] if differing else []
    if changed := code.changes_from(found.get("code", {})):
        reasons.append(f"another meaning of {changed}")
    if reasons:
        _LOGGER.warning(
            "%s was made with %s: not used, this job starts anew", path, " and ".join(reasons)
        )
        return None
    engine.load_state(_with_prefix(arrays, _ENGINE_PREFIX))
    progress = Progress.from_arrays(_with_prefix(arrays, _PROGRESS_PREFIX))
    _LOGGER.info("resuming from %s", path)
    return progress


def _with_prefix(arrays: Mapping[str, NDArray], prefix: str) -> dict[str, NDArray]:
    return {k.removeprefix(prefix): v for k, v in arrays.items() if k.startswith(prefix)}
