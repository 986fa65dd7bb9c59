"""Arms of the studies of causes: runs of changed settings, kept, and when they pass a level."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from emergence.analysis.crossings import run_crossings
from emergence.analysis.intervals import UNKNOWN, Interval, jackknife_interval
from emergence.store.meaning import meaning_of
from emergence.tasks.experiments import generate
from emergence.tasks.sparse_parity.problem import skill_probabilities
from emergence.training.ensemble import Ensemble, build_ensemble
from emergence.training.interventions import Trained, kept, train_ensemble
from emergence.training.shard import training_code

COLUMNS = ["arm", "setting", "run", "quantity", "value"]
LEVELS = (0.05, 0.1, 0.5, 0.9)  # of R_k/S, at which times are read off
REFERENCE_RATE = 0.02  # the published learning rate, of which P-steps are counted


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

    def keep(
        self, settings: Mapping[str, Any], key: Any, make: Callable[[], Mapping[str, NDArray]]
    ) -> Mapping[str, NDArray]:
        """Arrays of an arm: kept ones while settings, key and code of training are the same."""
        code = training_code(settings, "lookup" if "momentum" not in settings else "plain")
        whole = {
            "settings": dict(settings),
            "key": key,
            "code": code.digest,
            "interventions": meaning_of(("emergence.training.interventions",)).digest,
        }
        name = "_".join([settings["experiment"], *map(str, np.atleast_1d(key))])
        path = Path(self.folder) / f"{name}.npz" if self.folder else None
        return kept(path, whole, make)

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


def probability(settings: Mapping[str, Any], skill: int) -> float:
    """P_s(k) of a skill, from 1, among the skills of the settings."""
    task = settings["task"]
    return float(skill_probabilities(task["data_exponent"], task["n_skills"])[skill - 1])


def rows(arm: str, setting: float, quantity: str, values: ArrayLike) -> pd.DataFrame:
    """Rows of a study's table: one value a run."""
    found = np.asarray(values, dtype=np.float64)
    return pd.DataFrame(
        {"arm": arm, "setting": setting, "run": range(len(found)), "quantity": quantity}
        | {"value": found}
    )[COLUMNS]


def passing_times(
    arm: str, setting: float, step: NDArray, strength: NDArray, scale: float
) -> pd.DataFrame:
    """Rows u_{level}: `scale` times the step at which each run passes a level of R_k/S.

    strength: of one skill, (runs, measurements).
    """
    parts = [
        rows(arm, setting, f"u_{level}", scale * run_crossings(step, strength, level))
        for level in LEVELS
    ]
    return pd.concat(parts, ignore_index=True)


def values(table: pd.DataFrame, arm: str, quantity: str, setting: float | None = None) -> NDArray:
    """Values of an arm, by run; of one setting if it is given."""
    chosen = (table["arm"] == arm) & (table["quantity"] == quantity)
    if setting is not None:
        chosen &= np.isclose(table["setting"], setting)
    return table.loc[chosen].sort_values("run")["value"].to_numpy()


def stack(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Rows of all arms."""
    return pd.concat(tables, ignore_index=True)[COLUMNS]


def of_means(
    function: Callable[..., float], groups: Sequence[NDArray], confidence: float
) -> Interval:
    """A function of the means of independent groups of runs, with its jackknife interval.

    UNKNOWN where a group is empty or a value is not finite, as of a run that passes no level.
    """
    if not all(len(one) > 1 and np.isfinite(one).all() for one in groups):
        return UNKNOWN
    means = [float(one.mean()) for one in groups]
    left_out = []
    for place, one in enumerate(groups):
        others = (one.sum() - one) / (len(one) - 1)
        each = [function(*means[:place], other, *means[place + 1 :]) for other in others]
        left_out.append(np.array(each))
    return jackknife_interval(float(function(*means)), left_out, confidence)
