"""Training of whatever a results folder lacks, for a limited time, without a workflow manager."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emergence.config.experiment_settings import ExperimentSettings
from emergence.config.settings import training_settings
from emergence.jobs.costs import job_seconds
from emergence.jobs.packing import shards
from emergence.jobs.run_problem import run_problem
from emergence.jobs.shard_files import ShardFiles, data_problem, read_data, write_data
from emergence.store.files import DamagedFile, discard, write_npz
from emergence.training.protocol import TrainingDiverged
from emergence.training.shard import Limits, TimeLimitReached, run_shard

_LOGGER = logging.getLogger(__name__)


@dataclass
class Outcome:
    """Shards of a call: `done` with those that were done before, `failed`, and those `left`."""

    done: int = 0
    failed: int = 0
    left: int = 0


def train_missing_shards(
    config: Mapping[str, Any],
    names: Iterable[str],
    results: Path,
    limits: Limits = Limits(),  # noqa: B008 (frozen)
) -> Outcome:
    """Train the experiments' shards that `results` has no valid result of, the longest first.

    Files are those of the workflow: data, runs, checkpoints (see `ShardFiles`). A shard that
    diverges or whose checkpoint is damaged is reported, and the others go on. One that the deadline
    interrupts is the first of the next call.

    Raises Interrupted on SIGTERM or SIGINT, EngineUnavailable.
    """
    outcome, missing = Outcome(), []
    for name in names:
        settings = training_settings(config, name)
        for shard in shards(config, name):
            files = ShardFiles(results, shard)
            problem = run_problem(files, settings) if files.run.exists() else "missing"
            if problem is None:
                outcome.done += 1
                continue
            if files.run.exists():
                _LOGGER.info("%s is trained again: %s", files.run, problem)
            seconds = job_seconds(config, settings, shard.value, shard.n_runs)
            missing.append((seconds, settings, files))
    missing.sort(key=lambda item: item[0], reverse=True)
    for index, (_, settings, files) in enumerate(missing):
        if index and time.monotonic() >= limits.deadline:
            outcome.left = len(missing) - index
            break
        try:
            _train(settings, files, limits)
        except TimeLimitReached as stopped:
            _LOGGER.info("%s", stopped)
            outcome.left = len(missing) - index
            break
        except (TrainingDiverged, DamagedFile) as error:
            _LOGGER.error("error: %s: %s", files.shard.name, error)
            outcome.failed += 1
        else:
            outcome.done += 1
    return outcome


def _train(settings: ExperimentSettings, files: ShardFiles, limits: Limits) -> None:
    shard = files.shard
    if data_problem(files, settings):
        write_data(files.data, settings, shard.value, shard.first, shard.n_runs)
    data, _ = read_data(files.data, settings)
    arrays, record = run_shard(settings, shard.value, shard.first, data, files.checkpoint, limits)
    write_npz(files.run, arrays, record)
    discard(files.checkpoint)
