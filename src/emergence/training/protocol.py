"""The training protocol, once for all engines: steps, schedule, when to measure, stop and save."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emergence.config.experiment_settings import EarlyStop, ExperimentSettings
from emergence.tasks.base import Measurement, Task
from emergence.training.ensemble import Engine

# A run whose mean square passes this multiple of `Task.loss_scale` has left any target's region.
_DIVERGENCE_FACTOR = 1e4
# Early-stop intervals that must all look finished: at a turning point a single one may.
_CALM_INTERVALS = 3
_MEASURED = "measured/"


class TrainingDiverged(RuntimeError):
    """A run's loss became infinite, not a number, or far larger than the target."""


@dataclass
class Progress:
    """How far an ensemble is; everything but the engine's state that a checkpoint holds.

    step: optimiser steps done. measured: by quantity, (measurements, runs, *axes), NaN where not
    yet measured. training_loss: (measurements, runs), mean square of the last batch before each
    measurement. latest_loss: (runs,), mean square of the last batch so far. pass_loss: (runs,),
    largest of these over the batches before an early-stop check. stopped_at: (runs,), the step at
    which a run ended early, -1 while it runs.
    checked, checked_loss: (3, runs, *axes) and (3, runs), the main quantity over its scale and
    `pass_loss` at the last three early-stop checks, oldest first.
    """

    step: int
    measured: dict[str, NDArray[np.float64]]
    training_loss: NDArray[np.float64]
    latest_loss: NDArray[np.float64]
    pass_loss: NDArray[np.float64]
    stopped_at: NDArray[np.int64]
    checked: NDArray[np.float64]
    checked_loss: NDArray[np.float64]

    @classmethod
    def start(cls, task: Task, n_measurements: int, n_runs: int) -> Progress:
        """Nothing done yet."""
        shapes = task.shapes
        return cls(
            step=0,
            measured={k: np.full((n_measurements, n_runs, *s), np.nan) for k, s in shapes.items()},
            training_loss=np.full((n_measurements, n_runs), np.nan),
            latest_loss=np.full(n_runs, np.nan),
            pass_loss=np.full(n_runs, np.nan),
            stopped_at=np.full(n_runs, -1),
            checked=np.full((_CALM_INTERVALS, n_runs, *shapes[task.main]), np.nan),
            checked_loss=np.full((_CALM_INTERVALS, n_runs), np.nan),
        )

    def arrays(self) -> dict[str, NDArray]:
        """The fields as arrays; measured/NAME for each quantity."""
        fields = {name: np.asarray(v) for name, v in vars(self).items() if name != "measured"}
        return fields | {_MEASURED + name: array for name, array in self.measured.items()}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray]) -> Progress:
        """The inverse of `arrays`."""
        measured = {k: v for k, v in arrays.items() if k.startswith(_MEASURED)}
        fields: dict[str, Any] = {k: v for k, v in arrays.items() if k not in measured}
        fields["step"] = int(arrays["step"])
        return cls(measured={k.removeprefix(_MEASURED): v for k, v in measured.items()}, **fields)


def measurement_steps(steps: int, measure_every: int | Sequence[int] | None) -> NDArray[np.int64]:
    """Steps at which a run is measured, increasing.

    measure_every: an interval, from step 0 on; the steps themselves, to which the last one is added
    where it is missing; or None, the last one only. Raises ValueError for steps that do not
    increase or are not those of the training.
    """
    if measure_every is None:
        return np.array([steps])
    if isinstance(measure_every, int):
        return np.arange(0, steps + 1, measure_every)
    chosen = np.array([*measure_every, *([steps] if steps not in measure_every else [])])
    if chosen[0] < 0 or chosen[-1] > steps or (np.diff(chosen) <= 0).any():
        raise ValueError(f"measure_every must increase from 0 or more to at most {steps} steps")
    return chosen


def learning_rate_at(settings: ExperimentSettings, step: int) -> float:
    """Learning rate of 0-based step `step`: times `factor` after every `every` steps.

    settings: `learning_rate`, and `schedule`, which is None or has these two keys.
    """
    schedule = settings["schedule"]
    if schedule is None:
        return settings["learning_rate"]
    return settings["learning_rate"] * schedule["factor"] ** (step // schedule["every"])


def remaining_change(changes: NDArray[np.float64], checks_left: int | float) -> NDArray[np.float64]:
    """Bound on what a quantity still moves until the last step: `checks_left` times its last pace.

    changes: (intervals, runs, *axes), changes between the latest early-stop checks, of which each
    run's largest counts. Returns (runs,); NaN where a change is not known.

    The assumption: between no two later checks does an entry move further than it did in the most
    lively of these intervals. It holds for a sum of any number of modes that each decay, however
    slow the slowest (each mode's change shrinks from check to check), as long as modes of opposite
    sign do not cancel in every one of the intervals. Nothing is assumed of how fast they decay.
    """
    return checks_left * np.abs(changes).reshape(*changes.shape[:2], -1).max(axis=(0, 2))


def train(
    engine: Engine,
    task: Task,
    settings: ExperimentSettings,
    progress: Progress,
    slice_steps: Callable[[], int],
    after_slice: Callable[[Progress], None],
    n_batches: int = 1,
) -> NDArray[np.int64]:
    """Train to the last step, filling `progress`; returns the measurement steps.

    n_batches: batches of a fixed training set; an early-stop check looks at the loss of each in the
    last pass before it, on which the steps are done one by one.

    Early stop, where `early_stop` is set: a run ends at the check at step t if

    - at this check and the two before, the largest batch loss of the pass before the check is below
      relative_loss · `Task.loss_scale`;
    - that of this check is not above that of the first of the three;
    - `remaining_change` of the task's main quantity, over its scale, in the three intervals that
      end at them is below `remaining_change`.

    The first two keep the gradient small and from growing, which the assumption of
    `remaining_change` needs: its size is at most of the order of √loss. They say nothing about
    steps of Adam or weight decay, which follow more than this gradient. The configuration refuses
    early stop with these, and where a pass is longer than check_every.

    Between two calls of `after_slice` at most `slice_steps()` steps are done; it may raise to stop,
    and a later call with the same progress and engine state continues to the same result.

    Raises TrainingDiverged, naming run (index within the ensemble) and step.
    """
    steps = settings["steps"]
    measured_at = measurement_steps(steps, settings["measure_every"])
    stop = settings["early_stop"]
    schedule = settings["schedule"]
    while True:
        step = progress.step
        if step in measured_at:
            index = int(np.searchsorted(measured_at, step))
            if any(np.isnan(values[index]).any() for values in progress.measured.values()):
                measurement = engine.measure(step)
                for name, values in measurement.items():
                    progress.measured[name][index] = values
                progress.training_loss[index] = progress.latest_loss
                _check_measurement(measurement, settings, step)
        if step >= steps:
            return measured_at
        after_slice(progress)
        marks = [steps, step + max(1, slice_steps())]
        marks += [int(m) for m in measured_at[np.searchsorted(measured_at, step, "right") :][:1]]
        for period in (schedule and schedule["every"], stop and stop["check_every"]):
            if period:
                marks.append((step // period + 1) * period)
        pass_start = step + 1  # later than this step: no check to prepare
        if stop:
            check = (step // stop["check_every"] + 1) * stop["check_every"]
            pass_start = max(check - n_batches, check - stop["check_every"])
            marks.append(step + 1 if step >= pass_start else pass_start)
        end = min(marks)
        active = progress.stopped_at < 0
        if not active.any():
            end = min(m for m in marks if m in measured_at or m == steps)
        else:
            loss = engine.advance(step, end, learning_rate_at(settings, step), active)
            progress.latest_loss[active] = loss[active]
            if step == pass_start:
                progress.pass_loss = loss
            elif step > pass_start:
                progress.pass_loss = np.maximum(progress.pass_loss, loss)
            _check_divergence(loss, active, task, settings, end)
        progress.step = end
        if stop and end % stop["check_every"] == 0 and active.any():
            _check_early_stop(engine, task, stop, steps, progress)


def _check_divergence(
    loss: NDArray[np.float64],
    active: NDArray[np.bool_],
    task: Task,
    settings: ExperimentSettings,
    step: int,
) -> None:
    bad = active & ~(loss <= _DIVERGENCE_FACTOR * task.loss_scale)
    if bad.any():
        run = int(np.flatnonzero(bad)[0])
        raise _diverged(run, f"before step {step}: mean square {loss[run]:g}", settings)


def _check_measurement(measurement: Measurement, settings: ExperimentSettings, step: int) -> None:
    """The last step's update is in no loss that follows."""
    for name, values in measurement.items():
        bad = ~np.isfinite(values).reshape(len(values), -1).all(axis=1)
        if bad.any():
            run = int(np.flatnonzero(bad)[0])
            raise _diverged(run, f"at step {step}: {name} is not finite", settings)


def _diverged(run: int, how: str, settings: ExperimentSettings) -> TrainingDiverged:
    return TrainingDiverged(
        f"run {run} of the ensemble diverged {how}; "
        f"lower learning_rate = {settings['learning_rate']:g} or the initial parameters' size"
    )


def _check_early_stop(
    engine: Engine, task: Task, stop: EarlyStop, steps: int, progress: Progress
) -> None:
    """End runs that fit their training set and whose main quantity can hardly move any more."""
    # the same inputs at every check
    measured = engine.measure(0)[task.main] / task.scales.get(task.main, 1.0)
    checked = np.concatenate([progress.checked, measured[None]])
    loss = np.concatenate([progress.checked_loss[1:], progress.pass_loss[None]])
    checks_left = np.ceil((steps - progress.step) / stop["check_every"])
    finished = (
        (loss.max(axis=0) < stop["relative_loss"] * task.loss_scale)
        & (loss[-1] <= loss[0])
        & (remaining_change(np.diff(checked, axis=0), checks_left) < stop["remaining_change"])
    )
    newly = finished & (progress.stopped_at < 0)
    progress.stopped_at[newly] = progress.step
    progress.checked, progress.checked_loss = checked[1:], loss
