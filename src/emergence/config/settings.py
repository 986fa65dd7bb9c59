"""Settings of an experiment: all that determines the numbers of its runs, and how they are read.

Training imports this module, so it needs neither YAML nor pydantic.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from emergence.config.experiment_settings import ExperimentSettings, missing_keys
from emergence.models.names import TWO_LAYER, architecture_of
from emergence.store.files import damaged, read_json

DEFAULT_TASK = "sparse_parity"  # the kind of a task that names none
# These do not change a run's numbers, only which job computes them and how many there are.
_PACKING = ("runs", "runs_per_job", "widths", "dataset_sizes")


def paper_names(config: Mapping[str, Any]) -> list[str]:
    """Names of the papers of a whole configuration."""
    return [Path(folder).name for folder in config["papers"]]


def of_paper(config: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The configuration of one paper: the shared keys and, beside them, those of its block."""
    shared = {key: value for key, value in config.items() if key not in paper_names(config)}
    return {**shared, "paper": name, **config[name]}


def swept_values(experiment: Mapping[str, Any]) -> list[int]:
    """The swept values, increasing: data set sizes D where resource is data, else widths N."""
    key = "dataset_sizes" if experiment["resource"] == "data" else "widths"
    return sorted(experiment[key])


def combined(task: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """A paper's task (or measurement) with an experiment's own keys laid over it.

    A task of another kind has nothing of the paper's.
    """
    kind = task.get("kind", DEFAULT_TASK)
    return {**task, **own} if own.get("kind", kind) == kind else dict(own)


def training_settings(config: Mapping[str, Any], name: str) -> ExperimentSettings:
    """Everything that determines the numbers of an experiment's runs, as JSON-like values.

    config: of a paper (see `of_paper`). An experiment's block may override `training.device` and
    values of `task` and of `measurement`; only two-layer networks have fast engines, the others
    use the engine plain.
    """
    experiment = config["experiments"][name]
    settings = {key: value for key, value in experiment.items() if key not in _PACKING}
    task = combined(config["task"], settings.pop("task", {}))
    if task.get("kind") == DEFAULT_TASK:
        del task["kind"]
    two_layer = architecture_of(experiment) == TWO_LAYER
    if experiment["resource"] == "data":
        settings["width"] = experiment["widths"][0]
    made: Any = {
        "experiment": name,
        "root_seed": config["root_seed"],
        "task": task,
        "engine": config["training"]["engine"] if two_layer else "plain",
        "device": config["training"]["device"],
        **combined(config["measurement"], settings.pop("measurement", {})),
        **settings,
    }
    return made


def read_settings(path: str | Path) -> ExperimentSettings:
    """What `training_settings` made; raises DamagedFile naming the keys it lacks."""
    settings = read_json(path)
    missing = missing_keys(settings)
    if missing:
        raise damaged(path, f"it holds no settings of an experiment, no {', '.join(missing)}")
    return settings
