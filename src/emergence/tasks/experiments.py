"""From the settings of an experiment to its runs and what they draw."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from emergence.config.experiment_settings import ExperimentSettings
from emergence.randomness import Stream, stream_key
from emergence.tasks.base import Task
from emergence.tasks.registry import task_of
from emergence.tasks.sparse_parity.problem import batches_in_pass


def width_of(settings: ExperimentSettings, value: int) -> int:
    """Width of the networks at a swept value: N where N is swept, else the experiment's one."""
    return settings["width"] if settings["resource"] == "data" else value


def streams(
    settings: ExperimentSettings, value: int, first: int, n_runs: int
) -> tuple[Stream, ...]:
    """The random streams of runs first .. first + n_runs - 1 at one swept value."""
    key = stream_key(settings["root_seed"], settings["experiment"], value)
    return tuple(Stream(key, run) for run in range(first, first + n_runs))


def batch_sizes(dataset_size: int, batch_size: int) -> list[int]:
    """Sizes of the nearly equal batches a fixed set is divided into (see `batches_in_pass`)."""
    parts = np.array_split(np.empty(dataset_size), batches_in_pass(dataset_size, batch_size))
    return [len(part) for part in parts]


def generate(
    settings: ExperimentSettings, value: int, first: int, n_runs: int
) -> dict[str, NDArray]:
    """What the runs draw once (see `Task.draw`), each array with the runs first."""
    fixed = settings["resource"] == "data"
    sizes = batch_sizes(value, settings["batch_size"]) if fixed else []
    return draw_runs(task_of(settings), streams(settings, value, first, n_runs), sizes)


def draw_runs(
    task: Task, streams: Sequence[Stream], batch_sizes: Sequence[int]
) -> dict[str, NDArray]:
    """What each run draws once, each array with the runs first."""
    drawn = [task.draw(stream, batch_sizes) for stream in streams]
    return {name: np.stack([run[name] for run in drawn]) for name in drawn[0]}
