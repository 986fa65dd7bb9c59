"""Files of a training job in a results folder: what lies where, and whether it belongs there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emergence.config.experiment_settings import ExperimentSettings
from emergence.store.files import DamagedFile, damaged, read_npz, write_npz
from emergence.store.meaning import meaning_of
from emergence.store.provenance import digest
from emergence.store.shards import Shard
from emergence.tasks.experiments import generate
from emergence.tasks.registry import task_modules


@dataclass(frozen=True)
class ShardFiles:
    """Paths of a shard's files under results/{preset}, as the workflow names them."""

    results: Path
    shard: Shard

    @property
    def data(self) -> Path:
        """What is drawn once per run."""
        return self.results / "data" / f"{self.shard.name}.npz"

    @property
    def run(self) -> Path:
        """The result of training."""
        return self.results / "runs" / f"{self.shard.name}.npz"

    @property
    def benchmark(self) -> Path:
        """What Snakemake measured of the training."""
        return self.results / "benchmarks/train" / f"{self.shard.name}.tsv"

    @property
    def checkpoint(self) -> Path:
        """State of a training that was interrupted."""
        return self.results / "checkpoints" / f"{self.shard.name}.npz"


def write_data(
    path: Path, settings: ExperimentSettings, value: int, first_run: int, n_runs: int
) -> None:
    """Draw and write what is drawn once per run (see `experiments.generate`)."""
    record = {"settings_digest": digest(settings), "value": value, "first_run": first_run}
    write_npz(path, generate(settings, value, first_run, n_runs), record)


def read_data(
    path: Path, settings: ExperimentSettings
) -> tuple[dict[str, NDArray], dict[str, Any]]:
    """Arrays and record of `write_data`. Raises DamagedFile if they belong to other settings."""
    arrays, record = read_npz(path)
    if record["settings_digest"] != digest(settings):
        raise damaged(path, "it belongs to other settings")
    return arrays, record


def data_code(settings: ExperimentSettings) -> str:
    """Digest of the code that draws the data of an experiment (see `meaning`)."""
    return meaning_of((__name__, *task_modules(settings))).digest


def data_problem(files: ShardFiles, settings: ExperimentSettings) -> str | None:
    """Why the shard's data are not what this code draws; None if they are."""
    shard = files.shard
    try:
        found, record = read_data(files.data, settings)
    except (DamagedFile, OSError) as error:
        return str(error)
    expected = generate(settings, shard.value, shard.first, shard.n_runs)
    if (record["value"], record["first_run"]) != (shard.value, shard.first):
        return "its data are of another job"
    if found.keys() != expected.keys() or not all(
        np.array_equal(found[name], expected[name]) for name in expected
    ):
        return "its data are not what this code draws"
    return None
