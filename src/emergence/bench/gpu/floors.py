"""The least time a training step can take on a card, from what it must do and the card's rates.

Two floors: the operations of a step's matrix products over the rate of large products, and the
bytes it must move over the rate of memory; both as the engine triton counts them (`triton_costs`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from emergence.bench.engine_checks import PAPER_TASK
from emergence.bench.engines import Shape
from emergence.jobs.packing import shards
from emergence.models.architectures import is_transformer
from emergence.tasks.experiments import (
    batch_sizes,
    swept_values,
    training_settings,
    width_of,
)
from emergence.tasks.registry import task_of
from emergence.tasks.sparse_parity.problem import SparseParity
from emergence.training.engines.triton.costs import step_bytes, step_operations

Floors = dict[str, float]


@dataclass(frozen=True)
class CardRates:
    """Operations of float16 or bfloat16 matrix products, and bytes of memory, per second."""

    operations: float
    bytes: float


# NVIDIA's data sheet of the H100 SXM: dense float16 or bfloat16 on tensor cores; HBM3.
PUBLISHED = {"H100 SXM": CardRates(989.4e12, 3.35e12)}


def shape_floors(shape: Shape, card: CardRates) -> Floors:
    """operations, bytes; operations_ms, bytes_ms, the two floors, per run and step of a shape."""
    return _floors(PAPER_TASK, shape.width, [shape.batch_size], shape.optimizer, shape.fixed, card)


def experiment_floor_rows(
    config: Mapping[str, Any], card: CardRates
) -> Iterator[dict[str, str | float]]:
    """One row per two-layer experiment and swept value: `shape_floors`, and floor_hours.

    floor_hours: of all runs' steps at the larger floor, nothing else being done; early stop and
    measurements are not counted.
    """
    for name, block in config["experiments"].items():
        if is_transformer(block):
            continue
        settings = training_settings(config, name)
        task = task_of(settings)
        assert isinstance(task, SparseParity)
        fixed = settings["resource"] == "data"
        for value in swept_values(block):
            width, batch = width_of(settings, value), settings["batch_size"]
            sizes = batch_sizes(value, batch) if fixed else [batch]
            floors = _floors(task, width, sizes, settings["optimizer"], fixed, card)
            runs = sum(shard.n_runs for shard in shards(config, name) if shard.value == value)
            seconds = 1e-3 * max(floors["operations_ms"], floors["bytes_ms"])
            yield {
                "experiment": name,
                "value": value,
                "width": width,
                "batch_size": float(np.mean(sizes)),
                "runs": runs,
                "steps": settings["steps"],
                **floors,
                "floor_hours": runs * settings["steps"] * seconds / 3600.0,
            }


def _floors(
    task: SparseParity,
    width: int,
    batch_sizes: list[int],
    optimizer: str,
    fixed: bool,
    card: CardRates,
) -> Floors:
    """Means over the batches."""
    operations = float(np.mean([step_operations(task, width, size) for size in batch_sizes]))
    n_bytes = float(np.mean([step_bytes(task, width, b, optimizer, fixed) for b in batch_sizes]))
    return {
        "operations": operations,
        "bytes": n_bytes,
        "operations_ms": 1e3 * operations / card.operations,
        "bytes_ms": 1e3 * n_bytes / card.bytes,
    }


def floors_as_markdown(table: pd.DataFrame, card: str) -> str:
    """`experiment_floor_rows`, summed over each experiment's values, as a Markdown table."""
    rates = PUBLISHED[card]
    lines = [
        f"Computed, not measured: {rates.operations / 1e12:g} TFLOP/s and "
        f"{rates.bytes / 1e12:g} TB/s are published for the {card}.\n",
        "| experiment | runs | steps of each | floor of a run's step, µs | of all steps, hours |",
        "| --- | --- | --- | --- | --- |",
    ]
    for name, rows in table.groupby("experiment", sort=False):
        floors = 1e3 * rows[["operations_ms", "bytes_ms"]].max(axis=1)
        runs, steps, hours = rows["runs"].sum(), rows["steps"].iloc[0], rows["floor_hours"].sum()
        span = " to ".join(f"{floor:.2g}" for floor in sorted({floors.min(), floors.max()}))
        lines.append(f"| `{name}` | {runs} | {steps:,} | {span} | {hours:.2g} |")
    lines.append(f"| all | {table['runs'].sum()} | | | {table['floor_hours'].sum():.2g} |")
    return "\n".join(lines) + "\n"
