"""From the shards of an experiment to tidy tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emergence.store.files import DamagedFile, damaged, read_csv, read_npz
from emergence.store.provenance import digest
from emergence.store.shards import Shard

RUN_COLUMNS = ["experiment", "value", "run", "step", "skill", "strength", "loss", "training_loss"]
SUMMARY_COLUMNS = ["experiment", "resource", "x", "skill", "mean", "std", "n"]


def run_table(
    settings: Mapping[str, Any], shard_files: Iterable[tuple[Shard, str | Path]]
) -> pd.DataFrame:
    """The long table of all runs, one row per (value, run, step, skill), columns `RUN_COLUMNS`.

    strength is R_k/S, loss is L_k, skill counts from 1, training_loss is the mean square E[(f*-f)²]
    of the batch before the measurement.
    Raises DamagedFile for a shard of other settings or runs, of the wrong shape, or with values
    missing, and where not every value has the same runs 0, 1, ...: part of an ensemble.
    """
    shard_files = list(shard_files)
    _check_whole([shard for shard, _ in shard_files])
    parts = [_shard_table(settings, shard, path) for shard, path in shard_files]
    table = pd.concat(parts, ignore_index=True)
    return table.sort_values(["value", "run", "step", "skill"], ignore_index=True)[RUN_COLUMNS]


def summary_table(resource: str, runs: pd.DataFrame) -> pd.DataFrame:
    """Mean and standard deviation (of the sample, over runs) of R_k/S, columns `SUMMARY_COLUMNS`.

    x is the step where the resource is time, else the swept value (D or N) at the last step.
    """
    x, runs = _along(resource, runs)
    groups = runs.groupby(["experiment", x, "skill"], sort=True)["strength"]
    table = groups.agg(mean="mean", std="std", n="count").reset_index()
    return table.rename(columns={x: "x"}).assign(resource=resource)[SUMMARY_COLUMNS]


def read_run_table(path: str | Path) -> pd.DataFrame:
    """A table that `run_table` made; raises DamagedFile if it is no such table."""
    return _read_finite(path, RUN_COLUMNS, ["strength", "loss"])


def read_summary_table(path: str | Path) -> pd.DataFrame:
    """A table that `summary_table` made; raises DamagedFile if it is no such table."""
    return _read_finite(path, SUMMARY_COLUMNS, ["x", "mean"])


def _read_finite(path: str | Path, columns: list[str], finite: list[str]) -> pd.DataFrame:
    table = read_csv(path, columns)
    try:
        whole = len(table) > 0 and np.isfinite(table[finite].to_numpy(np.float64)).all()
    except ValueError:  # text
        whole = False
    if not whole:
        raise damaged(path, f"no rows, or values of {', '.join(finite)} that are not finite")
    return table


def run_matrix(runs: pd.DataFrame, resource: str, skill: int) -> tuple[NDArray, NDArray]:
    """x (as in `summary_table`), shape (points,), and R_k/S, shape (runs, points), of one skill.

    Skills count from 1. Raises ValueError if a run lacks a point.
    """
    x, runs = _along(resource, runs)
    wide = runs[runs["skill"] == skill].pivot(index="run", columns=x, values="strength")
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


def _shard_table(settings: Mapping[str, Any], shard: Shard, path: str | Path) -> pd.DataFrame:
    arrays, record = read_npz(path)
    if record.get("settings_digest") != digest(settings):
        raise damaged(path, "it belongs to other settings")
    if (record.get("value"), record.get("first_run")) != (shard.value, shard.first):
        raise damaged(path, "it belongs to other runs")
    strength = arrays["skill_strength"]
    shape = (shard.n_runs, len(arrays["step"]), settings["task"]["n_skills"])
    if strength.shape != shape or arrays["skill_loss"].shape != shape:
        raise damaged(path, f"skill strengths have shape {strength.shape}, expected {shape}")
    if not (np.isfinite(strength).all() and np.isfinite(arrays["skill_loss"]).all()):
        raise damaged(path, "it holds values that are not finite")
    run, step, skill = np.meshgrid(
        np.arange(shard.first, shard.last + 1),
        arrays["step"],
        np.arange(1, shape[2] + 1),
        indexing="ij",
    )
    return pd.DataFrame(
        {
            "experiment": shard.experiment,
            "value": shard.value,
            "run": run.ravel(),
            "step": step.ravel(),
            "skill": skill.ravel(),
            "strength": strength.ravel() / settings["task"]["target_scale"],
            "loss": arrays["skill_loss"].ravel(),
            "training_loss": np.repeat(arrays["training_loss"].ravel(), shape[2]),
        }
    )
