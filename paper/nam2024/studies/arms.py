"""Arms of the studies of causes: runs of changed settings, and where finished ones are kept."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emergence.jobs.costs import planned_engine
from emergence.models.network import Parameters
from emergence.store.meaning import meaning_of
from emergence.tasks.experiments import generate
from emergence.tasks.sparse_parity.problem import skill_probabilities
from emergence.training.ensemble import Ensemble, build_ensemble
from emergence.training.interventions import Trained, kept, train_ensemble, unit_strengths
from emergence.training.shard import training_code

_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True)
class Trainer:
    """Trains arms of one study, each from the settings of an experiment with changes.

    base: settings of an experiment. folder: where finished arms are kept, None for nowhere.
    """

    base: Mapping[str, Any]
    folder: str | None = None
    threads: int = 1

    def settings(self, arm: str, **changes: Any) -> dict[str, Any]:
        """Settings of an arm; `task` is changed key by key. The arm's name gives its streams."""
        task = {**self.base["task"], **changes.pop("task", {})}
        return {**self.base, **changes, "task": task, "experiment": arm}

    def alone(
        self, arm: str, joint: Mapping[str, Any], skill: int, horizon: float, measurements: int
    ) -> dict[str, Any]:
        """One skill of `joint` by itself, at lr P_s(k) and batch P_s(k), up to P_s(k) steps.

        The same stochastic equation for it as among the others. horizon: the last P_s(k) · step.
        """
        share = probability(joint, skill)
        return self.settings(
            arm,
            task={**joint["task"], "n_skills": 1},
            learning_rate=share * joint["learning_rate"],
            batch_size=max(1, round(share * joint["batch_size"])),
            **timing(horizon / share, measurements),
        )

    def keep(
        self, settings: Mapping[str, Any], key: Any, make: Callable[[], Mapping[str, NDArray]]
    ) -> Mapping[str, NDArray]:
        """Arrays of an arm: kept ones while settings, key and code of training are the same."""
        code = training_code(settings, planned_engine(settings))
        whole = {
            "settings": dict(settings),
            "key": key,
            "code": code.digest,
            "interventions": meaning_of(("emergence.training.interventions",)).digest,
        }
        name = "_".join([settings["experiment"], *map(str, np.atleast_1d(key))])
        path = Path(self.folder) / f"{name}.npz" if self.folder else None
        start = time.monotonic()
        arrays = kept(path, whole, make)
        _LOGGER.info("arm %s: %.0f s", name, time.monotonic() - start)
        return arrays

    def strengths(
        self, settings: Mapping[str, Any], value: int, runs: int
    ) -> tuple[NDArray, NDArray]:
        """Steps (measurements,) and R_k/S (runs, measurements, n_s) of an arm."""

        def make() -> Mapping[str, NDArray]:
            ensemble = build_ensemble(settings, value, 0, generate(settings, value, 0, runs))
            return curves(train_ensemble(ensemble, settings, self.threads), ensemble)

        arrays = self.keep(settings, [value, runs], make)
        return arrays["step"], arrays["strength"]


def curves(trained: Trained, ensemble: Ensemble) -> dict[str, NDArray]:
    """Steps and R_k/S of a training."""
    scale = ensemble.task.scales["strength"]
    return {"step": trained.step, "strength": trained.measured["strength"] / scale}


def timing(steps: float, measurements: int) -> dict[str, int]:
    """Settings of so many equally spaced measurements over about so many steps."""
    every = max(1, int(steps) // measurements)
    return {"steps": every * measurements, "measure_every": every}


def used_units(parameters: Parameters, share: float) -> NDArray[np.bool_]:
    """Units, (runs, N), whose strength is above a share of the strongest of their network."""
    strengths = unit_strengths(parameters)
    return strengths > share * strengths.max(axis=1, keepdims=True)


def probability(settings: Mapping[str, Any], skill: int) -> float:
    """P_s(k) of a skill, from 1, among the skills of the settings."""
    task = settings["task"]
    return float(skill_probabilities(task["data_exponent"], task["n_skills"])[skill - 1])
