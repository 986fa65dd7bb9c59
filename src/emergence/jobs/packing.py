"""Which runs a training job holds: as many as last for a configured time, or a configured number.

No module that trains imports this one: with the lookup engine no result depends on packing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from emergence.config.settings import swept_values, training_settings
from emergence.jobs.costs import sharing_threads, step_and_run_seconds
from emergence.store.shards import Shard, value_shards


def runs_per_job(config: Mapping[str, Any], name: str) -> dict[int, int]:
    """Runs of each full job by swept value.

    `planning.packing` runs_per_job: that key of the experiment. job_minutes: the largest number
    whose estimated time does not exceed `planning.job_minutes`, at least one. It depends neither on
    the number of runs nor on anything measured, so that full jobs stay valid when runs are added.
    """
    experiment, planning = config["experiments"][name], config["planning"]
    values = swept_values(experiment)
    if planning["packing"] == "runs_per_job":
        return dict.fromkeys(values, experiment["runs_per_job"])
    settings = training_settings(config, name)
    target = 60.0 * planning["job_minutes"] * sharing_threads(config, settings)
    sizes = {}
    for value in values:
        step, run = step_and_run_seconds(settings, planning["rates"], value)
        sizes[value] = max(1, math.floor((target - settings["steps"] * step) / run))
    return sizes


def shards(config: Mapping[str, Any], name: str) -> list[Shard]:
    """All training jobs of one experiment."""
    n_runs = config["experiments"][name]["runs"]
    sizes = runs_per_job(config, name)
    return [s for value, size in sizes.items() for s in value_shards(name, value, n_runs, size)]
