"""From configuration to the settings and the data of an experiment's runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emergence.models.architectures import TWO_LAYER, architecture_of
from emergence.randomness import Stream, stream_key
from emergence.tasks.base import Task
from emergence.tasks.registry import DEFAULT_KIND, task_of
from emergence.tasks.sparse_parity.problem import batches_in_pass

# These do not change a run's numbers, only which job computes them and how many there are.
_PACKING = ("runs", "runs_per_job", "widths", "dataset_sizes")


def swept_values(experiment: Mapping[str, Any]) -> list[int]:
    """The swept values, increasing: data set sizes D where resource is data, else widths N."""
    key = "dataset_sizes" if experiment["resource"] == "data" else "widths"
    return sorted(experiment[key])


def training_settings(config: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Everything that determines the numbers of an experiment's runs, as JSON-like values.

    A block may override `training.engine`, `training.device`, `measurement.inputs_per_skill` and
    values of `task`; with a `task.kind` of its own it takes nothing from the common `task`. Only
    two-layer networks have fast engines: the others use the engine plain.
    """
    experiment = config["experiments"][name]
    settings = {key: value for key, value in experiment.items() if key not in _PACKING}
    task = _task_settings(config["task"], settings.pop("task", {}))
    if "n_skills" in settings:
        task["n_skills"] = settings.pop("n_skills")
    two_layer = architecture_of(experiment) == TWO_LAYER
    if experiment["resource"] == "data":
        settings["width"] = experiment["widths"][0]
    return {
        "experiment": name,
        "root_seed": config["root_seed"],
        "task": task,
        "inputs_per_skill": config["measurement"]["inputs_per_skill"],
        "engine": config["training"]["engine"] if two_layer else "plain",
        "device": config["training"]["device"],
        **settings,
    }


def _task_settings(common: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    kind = common.get("kind", DEFAULT_KIND)
    return {**common, **own} if own.get("kind", kind) == kind else dict(own)


def width_of(settings: Mapping[str, Any], value: int) -> int:
    """Width of the networks at a swept value: N where N is swept, else the experiment's one."""
    return settings["width"] if settings["resource"] == "data" else value


def streams(settings: Mapping[str, Any], value: int, first: int, n_runs: int) -> tuple[Stream, ...]:
    """The random streams of runs first .. first + n_runs - 1 at one swept value."""
    key = stream_key(settings["root_seed"], settings["experiment"], value)
    return tuple(Stream(key, run) for run in range(first, first + n_runs))


def batch_sizes(dataset_size: int, batch_size: int) -> list[int]:
    """Sizes of the nearly equal batches a fixed set is divided into (see `batches_in_pass`)."""
    parts = np.array_split(np.empty(dataset_size), batches_in_pass(dataset_size, batch_size))
    return [len(part) for part in parts]


def generate(
    settings: Mapping[str, Any], value: int, first: int, n_runs: int
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
