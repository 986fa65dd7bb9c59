"""One training job: an ensemble from its generated data to its result, with checkpoints."""

from __future__ import annotations

import logging
import math
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emergence.models.architectures import other_network_modules
from emergence.store.files import read_npz, write_npz
from emergence.store.provenance import code_digest, digest, versions
from emergence.training.engines.choice import (
    ENGINES,
    create_engine,
    engine_class,
    engine_module,
    engine_packages,
    other_engine_modules,
    resolve_engine,
)
from emergence.training.ensemble import DEFAULT_GPU_MEMORY_MB, Engine, build_ensemble
from emergence.training.protocol import Progress, TrainingDiverged, measurement_steps, train

_LOGGER = logging.getLogger(__name__)
_SLICE_SECONDS = 0.5
_REPORT_SECONDS = 10.0
_ENGINE_PREFIX, _PROGRESS_PREFIX = "engine.", "progress."


class Interrupted(RuntimeError):
    """SIGTERM or SIGINT arrived; the state is in the checkpoint."""


class TimeLimitReached(RuntimeError):
    """The time given to training is over; the state is in the checkpoint."""


def training_code_digest(settings: Mapping[str, Any]) -> str:
    """Hash of the code behind the runs of an experiment (see `provenance.code_digest`).

    Without the architectures and engines that its settings rule out.
    """
    others = other_network_modules(settings) + other_engine_modules(settings["engine"])
    return code_digest([__name__, *map(engine_module, ENGINES)], others)


def run_shard(
    settings: Mapping[str, Any],
    value: int,
    first: int,
    data: Mapping[str, NDArray],
    checkpoint: Path,
    checkpoint_seconds: float,
    threads: int,
    gpu_memory_mb: int = DEFAULT_GPU_MEMORY_MB,
    deadline: float = math.inf,
) -> tuple[dict[str, NDArray], dict[str, Any]]:
    """Train the runs of one shard, resuming from `checkpoint` if it exists.

    A checkpoint of other settings, code, versions or (engine lookup) compiler and instruction set
    is not used: a warning names what differs, and training starts anew.

    gpu_memory_mb: see `engines.create_engine`. deadline: of `time.monotonic()`; training stops at
    the end of the slice in which it passes (about half a second), so that every call gets ahead.

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
    record = {
        "settings": dict(settings),
        "settings_digest": digest(settings),
        "code_digest": training_code_digest(settings),
        "versions": versions(["numpy", "scipy", *engine_packages(engine_name)]),
        "engine": engine_name,
        "build": engine_class(engine_name).build(),
        "device": device,
        "value": value,
        "first_run": first,
        "measured": {name: list(axes) for name, axes in task.measured.items()},
        "axes": {name: list(coordinates) for name, coordinates in task.axes.items()},
    }
    engine = create_engine(engine_name, device, ensemble, threads, gpu_memory_mb)
    n_measurements = len(measurement_steps(settings["steps"], settings["measure_every"]))
    progress = _resume(checkpoint, record, engine) or Progress.start(
        task, n_measurements, ensemble.n_runs
    )
    label = f"{settings['experiment']} {value}, runs {first}-{first + ensemble.n_runs - 1}"
    pace = _Pace(label, settings["steps"], ensemble.n_runs, progress.step)

    with _signals() as received:
        saved, first_step = time.monotonic(), progress.step

        def after_slice(progress: Progress) -> None:
            nonlocal saved
            pace.report(progress.step)
            late = time.monotonic() >= deadline and progress.step > first_step
            if received or late or time.monotonic() - saved > checkpoint_seconds:
                _save(checkpoint, record, engine, progress)
                saved = time.monotonic()
            if received or late:
                reason = signal.Signals(received[0]).name if received else "the time limit"
                error = Interrupted if received else TimeLimitReached
                raise error(
                    f"{label}: stopped by {reason} at step {progress.step}; "
                    f"the same command continues from {checkpoint}"
                )

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


class _Pace:
    """Measures speed: how many steps make a slice, and a progress line now and then."""

    def __init__(self, label: str, steps: int, n_runs: int, start_step: int) -> None:
        self._label, self._steps, self._n_runs = label, steps, n_runs
        self._start_step = start_step
        self._started = self._reported = self._sliced = time.monotonic()
        self._slice, self._last_step = 1, start_step
        _LOGGER.info("%s: step %s of %s", label, f"{start_step:,}", f"{steps:,}")

    def slice_steps(self) -> int:
        """Steps that take about half a second, from the speed of the last slice."""
        return self._slice

    def report(self, step: int) -> None:
        """Note the time after a slice; log a line every ten seconds."""
        now = time.monotonic()
        done, elapsed = step - self._last_step, now - self._sliced
        if done:
            ideal = int(done * _SLICE_SECONDS / max(elapsed, 1e-6))
            self._slice = max(1, min(ideal, 4 * self._slice))
        self._last_step, self._sliced = step, now
        if now - self._reported >= _REPORT_SECONDS:
            self._reported = now
            rate = (step - self._start_step) / (now - self._started)
            left = (self._steps - step) / rate if rate else float("nan")
            _LOGGER.info(
                "%s: step %s of %s (%.0f %%), %.0f run-steps/s, %s left",
                self._label,
                f"{step:,}",
                f"{self._steps:,}",
                100 * step / self._steps,
                rate * self._n_runs,
                _duration(left),
            )

    def finish(self) -> None:
        """Log the total."""
        elapsed = time.monotonic() - self._started
        done = (self._steps - self._start_step) * self._n_runs
        _LOGGER.info(
            "%s: done in %s, %.0f run-steps/s", self._label, _duration(elapsed), done / elapsed
        )


def _duration(seconds: float) -> str:
    if not np.isfinite(seconds):
        return "unknown"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


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


def _save(path: Path, record: Mapping[str, Any], engine: Engine, progress: Progress) -> None:
    arrays = {_ENGINE_PREFIX + name: array for name, array in engine.state().items()}
    arrays |= {_PROGRESS_PREFIX + name: array for name, array in progress.arrays().items()}
    write_npz(path, arrays, record)


def _resume(path: Path, record: Mapping[str, Any], engine: Engine) -> Progress | None:
    if not path.exists():
        return None
    arrays, found = read_npz(path)
    differing = [key for key in record if found.get(key) != record[key]]
    if differing:
        _LOGGER.warning(
            "%s was made with other %s: not used, this job starts anew", path, ", ".join(differing)
        )
        return None
    engine.load_state(_with_prefix(arrays, _ENGINE_PREFIX))
    progress = Progress.from_arrays(_with_prefix(arrays, _PROGRESS_PREFIX))
    _LOGGER.info("resuming from %s", path)
    return progress


def _with_prefix(arrays: Mapping[str, NDArray], prefix: str) -> dict[str, NDArray]:
    return {k.removeprefix(prefix): v for k, v in arrays.items() if k.startswith(prefix)}
