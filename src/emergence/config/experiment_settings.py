"""Settings of an experiment, key by key: a mapping as it stands in its JSON file, with types.

config/README.md says what the keys mean. A task, and a paper's own models, may add keys.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict


class Schedule(TypedDict):
    """The learning rate takes the factor after every so many steps."""

    factor: float
    every: int


class EarlyStop(TypedDict):
    """When a run may end before its last step."""

    check_every: int
    relative_loss: float
    remaining_change: float


class RequiredSettings(TypedDict):
    """What every experiment has."""

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
    measure_every: int | Sequence[int] | None
    early_stop: EarlyStop | None


class ExperimentSettings(RequiredSettings, total=False):
    """And what depends on the architecture; width: N where the data set size is swept."""

    architecture: str
    width: int
    initial_std: float
    activation: str
    hidden_layers: int
    heads: int
    mlp_factor: int
    momentum: float
    precision: str


def missing_keys(settings: object) -> list[str]:
    """Keys that every experiment has and these settings lack; a task must be a mapping."""
    found = settings if isinstance(settings, Mapping) else {}
    missing = [key for key in RequiredSettings.__annotations__ if key not in found]
    return missing if isinstance(found.get("task", {}), Mapping) else [*missing, "task"]
