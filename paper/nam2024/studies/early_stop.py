"""How far early stop moves what is reported: the same runs with and without it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from emergence.tasks.experiments import generate
from emergence.tasks.sparse_parity.problem import batches_in_pass
from emergence.training.shard import Limits, run_shard


def early_stop(
    settings: Sequence[Mapping[str, Any]],
    cases: Sequence[Mapping[str, Any]],
    runs: int,
    threads: int = 1,
) -> pd.DataFrame:
    """R_k/S at the end with and without early stop: one row per case, run and skill.

    settings: of experiments with fixed training sets. cases: each with experiment, dataset_size and
    batch_size. runs: of each case.

    Raises ValueError for an experiment that is not among the settings, or has no early stop.
    """
    by_name = {one["experiment"]: one for one in settings}
    for case in cases:
        name = case["experiment"]
        if name not in by_name:
            raise ValueError(f"cases: {name!r} is none of the experiments {', '.join(by_name)}")
        if by_name[name]["early_stop"] is None:
            raise ValueError(
                f"experiments.{name} has early_stop null: nothing to compare; use a preset that "
                f"stops early, such as default"
            )
    tables = [
        _compare(
            {**by_name[case["experiment"]], "batch_size": case["batch_size"]},
            case["dataset_size"],
            runs,
            threads,
        )
        for case in cases
    ]
    return pd.concat(tables, ignore_index=True)


def _compare(settings: Mapping[str, Any], value: int, runs: int, threads: int) -> pd.DataFrame:
    data = generate(settings, value, 0, runs)
    scale, n_skills = settings["task"]["target_scale"], settings["task"]["n_skills"]
    ends, stopped = {}, None
    for name, rule in (("with", settings["early_stop"]), ("without", None)):
        ruled = {**settings, "early_stop": rule}
        arrays, _ = run_shard(ruled, value, 0, data, limits=Limits(threads))
        ends[name] = arrays["strength"][:, -1] / scale
        stopped = arrays["stopped_at"] if stopped is None else stopped
    return pd.DataFrame(
        {
            "experiment": settings["experiment"],
            "dataset_size": value,
            "batches": batches_in_pass(value, settings["batch_size"]),
            "run": np.repeat(np.arange(runs), n_skills),
            "skill": np.tile(np.arange(1, n_skills + 1), runs),
            "steps": settings["steps"],
            "stopped_at": np.repeat(stopped, n_skills),
            "strength_with": ends["with"].ravel(),
            "strength_without": ends["without"].ravel(),
            "difference": (ends["with"] - ends["without"]).ravel(),
        }
    )
