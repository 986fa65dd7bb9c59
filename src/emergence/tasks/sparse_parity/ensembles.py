"""From configuration to ensembles: an experiment's settings, its training data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emergence.config.settings import swept_values, training_settings  # noqa: F401
from emergence.models.architectures import TRANSFORMER, TWO_LAYER, architecture_of, is_transformer
from emergence.models.transformer_parameters import (
    TransformerParameters,
    initial_transformer_parameters,
)
from emergence.models.two_layer import NetworkParameters, initial_parameters
from emergence.randomness import Stream, stream_key
from emergence.tasks.sparse_parity.problem import (
    Batch,
    Task,
    batches_in_pass,
    draw_batch,
    draw_sparse_bits,
)
from emergence.training.ensemble import Ensemble, Optimizer

# Modules that make only networks of one architecture. Engines import the others that they need.
_NETWORK_MODULES = {
    TWO_LAYER: ("emergence.models.two_layer",),
    TRANSFORMER: ("emergence.models.transformer", "emergence.models.transformer_parameters"),
}


def other_network_modules(settings: Mapping[str, Any]) -> tuple[str, ...]:
    """Modules of the architectures that an experiment does not train: not part of its code."""
    own = architecture_of(settings)
    return tuple(m for name, modules in _NETWORK_MODULES.items() if name != own for m in modules)


def task_of(settings: Mapping[str, Any]) -> Task:
    """The task of an experiment's settings."""
    return Task(**settings["task"])


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
    """What is drawn once per run.

    sparse_bits: (runs, n_s, m). For fixed training sets also skill_counts (runs, batches, n_s) and
    skill_bits (runs, D), packed, batch after batch, sorted by skill within a batch.
    """
    task = task_of(settings)
    runs = streams(settings, value, first, n_runs)
    arrays = {"sparse_bits": np.stack([draw_sparse_bits(task, stream) for stream in runs])}
    if settings["resource"] == "data":
        sizes = batch_sizes(value, settings["batch_size"])
        sets = [
            [draw_batch(task, stream, i, size, fixed=True) for i, size in enumerate(sizes)]
            for stream in runs
        ]
        dtype = np.uint32 if task.skill_bits <= 32 else np.uint64
        arrays["skill_counts"] = np.stack([[b.skill_counts for b in s] for s in sets])
        arrays["skill_bits"] = np.stack(
            [np.concatenate([b.skill_bits for b in s]) for s in sets]
        ).astype(dtype)
    return arrays


def build_ensemble(
    settings: Mapping[str, Any], value: int, first: int, data: Mapping[str, NDArray]
) -> Ensemble:
    """The ensemble of the runs whose `generate`d arrays are `data`."""
    task = task_of(settings)
    n_runs = len(data["sparse_bits"])
    runs = streams(settings, value, first, n_runs)
    fixed = settings["resource"] == "data"
    return Ensemble(
        task=task,
        streams=runs,
        sparse_bits=data["sparse_bits"],
        initial=_initial(settings, task, width_of(settings, value), runs),
        batch_size=settings["batch_size"],
        fixed_batches=tuple(_batches(data, run) for run in range(n_runs)) if fixed else None,
        measurement_inputs=settings["inputs_per_skill"],
        optimizer=Optimizer(
            settings["optimizer"], settings["weight_decay"], momentum=settings.get("momentum", 0.0)
        ),
        precision=settings.get("precision", "float32"),
    )


def _initial(
    settings: Mapping[str, Any], task: Task, width: int, runs: tuple[Stream, ...]
) -> NetworkParameters | TransformerParameters:
    if is_transformer(settings):
        heads, mlp_factor = settings["heads"], settings["mlp_factor"]
        return initial_transformer_parameters(task, width, heads, mlp_factor, runs)
    return initial_parameters(task, width, settings["initial_std"], runs)


def _batches(data: Mapping[str, NDArray], run: int) -> tuple[Batch, ...]:
    counts = data["skill_counts"][run]
    ends = np.cumsum(counts.sum(axis=1))[:-1]
    bits = np.split(data["skill_bits"][run].astype(np.uint64), ends)
    return tuple(Batch(c, b) for c, b in zip(counts, bits, strict=True))
