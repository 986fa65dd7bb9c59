"""Settings of an experiment: all that determines the numbers of its runs, and how they are read.

Training imports this module, so it needs neither YAML nor pydantic.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

from emergence.models.architectures import TWO_LAYER, architecture_of
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


def training_settings(config: Mapping[str, Any], name: str) -> dict[str, Any]:
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
    return {
        "experiment": name,
        "root_seed": config["root_seed"],
        "task": task,
        "engine": config["training"]["engine"] if two_layer else "plain",
        "device": config["training"]["device"],
        **combined(config["measurement"], settings.pop("measurement", {})),
        **settings,
    }


@dataclass(frozen=True)
class Schedule:
    """The learning rate takes the factor after every so many steps."""

    factor: float
    every: int


@dataclass(frozen=True)
class EarlyStop:
    """When a run may end before its last step; config/README.md says what the keys mean."""

    check_every: int
    relative_loss: float
    remaining_change: float


@dataclass(frozen=True, kw_only=True)
class ExperimentSettings:
    """Settings of an experiment, as `training_settings` makes them; frozen.

    Attributes are the keys of config/README.md. A key that is None by default does not exist for
    all experiments: width (N where the data set size is swept), sizes of an architecture, what a
    task measures. others: keys that a paper's own models add.

    >>> settings = ExperimentSettings.from_json(training_settings(config, "time"))
    >>> settings.steps
    20000
    """

    experiment: str
    root_seed: int
    resource: str
    task: Mapping[str, Any]
    engine: str
    device: str
    inputs_per_skill: int
    batch_size: int
    optimizer: str
    learning_rate: float
    schedule: Schedule | None
    weight_decay: float
    steps: int
    measure_every: int | tuple[int, ...] | None
    early_stop: EarlyStop | None
    architecture: str | None = None
    width: int | None = None
    initial_std: float | None = None
    heads: int | None = None
    mlp_factor: int | None = None
    momentum: float | None = None
    precision: str | None = None
    activation: str | None = None
    hidden_layers: int | None = None
    others: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def from_json(cls, settings: Mapping[str, Any]) -> Self:
        """What a settings file holds; raises ValueError naming the keys that it lacks."""
        missing = missing_keys(settings)
        if missing:
            raise ValueError(f"settings lack {', '.join(missing)}")
        values = dict(settings)
        values["task"] = MappingProxyType(dict(values["task"]))
        if values["schedule"]:
            values["schedule"] = Schedule(**values["schedule"])
        if values["early_stop"]:
            values["early_stop"] = EarlyStop(**values["early_stop"])
        if isinstance(values["measure_every"], list):
            values["measure_every"] = tuple(values["measure_every"])
        known = {f.name for f in fields(cls)}
        others = {key: values.pop(key) for key in settings if key not in known}
        return cls(**values, others=MappingProxyType(others))

    def to_json(self) -> dict[str, Any]:
        """The JSON-like values that `from_json` read."""
        optional = {f.name for f in fields(self) if f.default is None}
        values = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "others"}
        values = {k: v for k, v in values.items() if k not in optional or v is not None}
        for key in ("schedule", "early_stop"):
            values[key] = asdict(values[key]) if values[key] else None
        if isinstance(values["measure_every"], tuple):
            values["measure_every"] = list(values["measure_every"])
        return {**values, "task": dict(self.task), **self.others}


def missing_keys(settings: Any) -> list[str]:
    """Keys that settings of any experiment have and these lack."""
    required = [
        f.name
        for f in fields(ExperimentSettings)
        if f.default is MISSING and f.default_factory is MISSING
    ]
    if not isinstance(settings, Mapping):
        return required
    return [key for key in required if key not in settings] + (
        [] if isinstance(settings.get("task"), Mapping) or "task" not in settings else ["task"]
    )


def read_settings(path: str | Path) -> dict[str, Any]:
    """What `training_settings` made; raises DamagedFile naming the keys it lacks."""
    settings = read_json(path)
    missing = missing_keys(settings)
    if missing:
        raise damaged(path, f"it holds no settings of an experiment, no {', '.join(missing)}")
    return settings
