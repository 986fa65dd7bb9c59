"""From the shards of an experiment to tidy tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emergence.store.files import DamagedFile, damaged, read_csv, read_npz
from emergence.store.provenance import digest
from emergence.store.shards import Shard
from emergence.tasks.base import Task
from emergence.tasks.registry import task_of

_RUN_COLUMNS = ["experiment", "value", "run", "step", "training_loss"]
_SUMMARY_COLUMNS = ["experiment", "resource", "x", "mean", "std", "n"]


def run_table(
    settings: Mapping[str, Any], shard_files: Iterable[tuple[Shard, str | Path]]
) -> pd.DataFrame:
    """The long table of all runs.

    Columns experiment, value, run, step, the task's axes, its measured quantities over their scales
    (for sparse parity: skill; strength R_k/S and loss L_k), training_loss, the mean square of the
    batch before the measurement. One row per (value, run, step) and entry of the axes; a quantity
    without some of the axes is repeated along them.
    Raises DamagedFile for a shard of other settings or runs, of the wrong shape, or with values
    missing, and where not every value has the same runs 0, 1, ...: part of an ensemble.
    """
    shard_files = list(shard_files)
    _check_whole([shard for shard, _ in shard_files])
    task = task_of(settings)
    parts = [_shard_table(settings, task, shard, path) for shard, path in shard_files]
    order = ["value", "run", "step", *task.table_axes]
    return pd.concat(parts, ignore_index=True).sort_values(order, ignore_index=True)


def summary_table(settings: Mapping[str, Any], runs: pd.DataFrame) -> pd.DataFrame:
    """Mean and standard deviation (of the sample, over runs) of the task's main quantity.

    Columns experiment, resource, x, the axes of that quantity, mean, std, n. x is the step where
    the resource is time, else the swept value (D or N) at the last step.
    """
    task, resource = task_of(settings), settings["resource"]
    x, runs = _along(resource, runs)
    axes = [*task.measured[task.main]]
    runs = runs.drop_duplicates(["value", "run", "step", *axes])
    table = runs.groupby(["experiment", x, *axes], sort=True)[task.main].agg(
        mean="mean", std="std", n="count"
    )
    columns = ["experiment", "resource", "x", *axes, "mean", "std", "n"]
    return table.reset_index().rename(columns={x: "x"}).assign(resource=resource)[columns]


def read_run_table(path: str | Path) -> pd.DataFrame:
    """A table that `run_table` made; raises DamagedFile if it is no such table."""
    return _read_finite(path, _RUN_COLUMNS, ["experiment", "training_loss"])


def read_summary_table(path: str | Path) -> pd.DataFrame:
    """A table that `summary_table` made; raises DamagedFile if it is no such table."""
    return _read_finite(path, _SUMMARY_COLUMNS, ["experiment", "resource", "std"])


def _read_finite(path: str | Path, columns: list[str], others: list[str]) -> pd.DataFrame:
    """A table with these columns, finite numbers in all but `others`."""
    table = read_csv(path, columns)
    numbers = table.drop(columns=others)
    try:
        whole = len(table) > 0 and np.isfinite(numbers.to_numpy(np.float64)).all()
    except ValueError:  # text
        whole = False
    if not whole:
        raise damaged(path, f"no rows, or values of {', '.join(numbers)} that are not finite")
    return table


def run_matrix(runs: pd.DataFrame, resource: str, **axes: int) -> tuple[NDArray, NDArray]:
    """x (as in `summary_table`), shape (points,), and the main quantity, shape (runs, points).

    axes: coordinates on all of the table's axes, for sparse parity skill=1 and so on. Raises
    ValueError if a run lacks a point.
    """
    x, runs = _along(resource, runs)
    main = next(name for name in runs.columns if name not in (*_RUN_COLUMNS, *axes))
    for axis, coordinate in axes.items():
        runs = runs[runs[axis] == coordinate]
    wide = runs.pivot(index="run", columns=x, values=main)
    if wide.isna().any(axis=None):
        raise ValueError(f"some runs of {runs['experiment'].iloc[0]} lack a measured {x}")
    return wide.columns.to_numpy(dtype=np.float64), wide.to_numpy()


def _along(resource: str, runs: pd.DataFrame) -> tuple[str, pd.DataFrame]:
    """The column that varies with the resource, and the rows on that axis."""
    if resource == "time":
        return "step", runs
    return "value", runs[runs["step"] == runs["step"].max()]


def _check_whole(shards: list[Shard]) -> None:
    runs: dict[int, list[int]] = {}
    for shard in shards:
        runs.setdefault(shard.value, []).extend(range(shard.first, shard.last + 1))
    most = max(map(len, runs.values()))
    for value, found in sorted(runs.items()):
        if sorted(found) != list(range(most)):
            raise DamagedFile(
                f"{shards[0].experiment}, value {value}: the shards hold the runs {sorted(found)}, "
                f"expected 0 to {most - 1}, each once; run the workflow, which names all shards"
            )


def _shard_table(
    settings: Mapping[str, Any], task: Task, shard: Shard, path: str | Path
) -> pd.DataFrame:
    """The rows of one file of results, after checking it."""
    arrays, record = read_npz(path)
    if record.get("settings_digest") != digest(settings):
        raise damaged(path, "it belongs to other settings")
    if (record.get("value"), record.get("first_run")) != (shard.value, shard.first):
        raise damaged(path, "it belongs to other runs")
    for name, shape in task.shapes.items():
        expected = (shard.n_runs, len(arrays["step"]), *shape)
        if arrays[name].shape != expected:
            raise damaged(path, f"{name} has shape {arrays[name].shape}, expected {expected}")
        if not np.isfinite(arrays[name]).all():
            raise damaged(path, f"it holds values of {name} that are not finite")
    return rows_of(task, shard, arrays)


def rows_of(task: Task, shard: Shard, arrays: Mapping[str, NDArray]) -> pd.DataFrame:
    """The rows of `run_table` for the runs of one shard.

    arrays: as `emergence.training.shard.run_shard` returns them.
    """
    axes = task.table_axes
    coordinates = {
        "run": range(shard.first, shard.last + 1),
        "step": arrays["step"],
        **{axis: task.axes[axis] for axis in axes},
    }
    grid = np.meshgrid(*map(np.asarray, coordinates.values()), indexing="ij")

    def column(values: NDArray, of_axes: Sequence[str]) -> NDArray:
        """Values of shape (runs, measurements, *of_axes), repeated along the other axes."""
        order = [2 + of_axes.index(axis) for axis in axes if axis in of_axes]
        missing = [2 + place for place, axis in enumerate(axes) if axis not in of_axes]
        values = np.expand_dims(values.transpose(0, 1, *order), missing)
        return np.broadcast_to(values, grid[0].shape).ravel()

    return pd.DataFrame(
        {
            "experiment": shard.experiment,
            "value": shard.value,
            **{name: values.ravel() for name, values in zip(coordinates, grid, strict=True)},
            **{
                name: column(arrays[name] / task.scales.get(name, 1.0), of_axes)
                for name, of_axes in task.measured.items()
            },
            "training_loss": column(arrays["training_loss"], ()),
        }
    )
