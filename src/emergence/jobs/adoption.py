"""Which results of training are this configuration's and this code's, wherever they were made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emergence.config.experiment_settings import ExperimentSettings
from emergence.config.settings import training_settings
from emergence.jobs.packing import shards
from emergence.jobs.run_problem import run_problem
from emergence.jobs.shard_files import ShardFiles, data_problem, write_data

REFUSED_SUFFIX = ".refused"


@dataclass(frozen=True)
class Judgement:
    """A result file, and why it is not taken: None if it is.

    kept_aside: whether the file was moved, because its name is that of a result.
    """

    path: Path
    problem: str | None
    kept_aside: bool = False


def judge_results(config: Mapping[str, Any], results: Path) -> list[Judgement]:
    """Judge every result found under results/runs, experiment by experiment.

    Accepted: made with the settings of `config` by this code, of the runs that the name says, and
    from data equal to those that this code draws; missing data are written. A refused file is moved
    aside, to its name with ".refused" added, so that nothing takes it for a result. A file that is
    no job of `config` stays where it is.
    """
    judgements = []
    for name in config["experiments"]:
        settings = training_settings(config, name)
        jobs = {ShardFiles(results, shard).run: shard for shard in shards(config, name)}
        for path in sorted((results / "runs" / name).glob("*/*.npz")):
            if path not in jobs:
                reason = "no job of this configuration (another runs_per_job?)"
                judgements.append(Judgement(path, reason))
                continue
            files = ShardFiles(results, jobs[path])
            problem = run_problem(files, settings) or _check_data(files, settings)
            if problem:
                path.rename(path.with_name(path.name + REFUSED_SUFFIX))
            judgements.append(Judgement(path, problem, bool(problem)))
    return judgements


def _check_data(files: ShardFiles, settings: ExperimentSettings) -> str | None:
    if files.data.exists():
        return data_problem(files, settings)
    shard = files.shard
    write_data(files.data, settings, shard.value, shard.first, shard.n_runs)
    return None
