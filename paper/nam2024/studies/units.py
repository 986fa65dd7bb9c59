"""What few hidden units do: levels of the strengths, units of a skill, and weight decay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emergence.analysis.intervals import Interval, share_interval
from emergence.models.network import Parameters
from emergence.models.two_layer import TwoLayer
from emergence.tasks.experiments import generate
from emergence.training.ensemble import build_ensemble
from emergence.training.interventions import train_ensemble
from paper.nam2024.studies.arms import Trainer, curves, used_units
from paper.nam2024.studies.tables import of_means, of_skills, rows, stack, values
from paper.nam2024.studies.theory import UNIT_LEVELS

NEAR = 0.05  # a strength lies at a level within this
LEARNED = 0.5  # R_k/S from which a skill counts as learned
IDLE = 0.02  # a unit is idle below this share of the strongest of its network


def units(
    settings: Mapping[str, Any],
    widths: Sequence[int],
    decays: Sequence[float],
    width: int,
    batch_size: int,
    runs: int,
    inputs_per_skill: int,
    threads: int = 1,
    folder: str | None = None,
) -> pd.DataFrame:
    """Strengths and units of each skill at the end of training, by N and weight decay.

    Arms decay_{d}; the setting is N. Rows strength_{k} (R_k/S), units_{k} (units that are not idle
    and whose weights from the bits of skill k are their largest), idle. widths: trained with the
    decay of the settings; width: with all.
    """
    base = {"batch_size": batch_size, "inputs_per_skill": inputs_per_skill, "measure_every": None}
    trainer, parts = Trainer({**settings, **base}, folder, threads), []
    for decay in decays:
        arm = f"decay_{decay:g}"
        for n in widths if decay == settings["weight_decay"] else [width]:
            one = trainer.settings(f"units_{arm}", weight_decay=decay)
            found = _ends(trainer, one, n, runs)
            for skill, (strength, count) in enumerate(
                zip(found["strength"].T, found["units"].T, strict=True), start=1
            ):
                parts.append(rows(arm, n, f"strength_{skill}", strength))
                parts.append(rows(arm, n, f"units_{skill}", count))
            parts.append(rows(arm, n, "idle", n - found["units"].sum(axis=1)))
    return stack(parts)


def _ends(trainer: Trainer, one: Mapping[str, Any], n: int, runs: int) -> Mapping[str, NDArray]:
    def train() -> Mapping[str, NDArray]:
        ensemble = build_ensemble(one, n, 0, generate(one, n, 0, runs))
        trained = train_ensemble(ensemble, one, trainer.threads)
        counts = skill_units(trained.parameters, ensemble.data["sparse_bits"])
        return {"strength": curves(trained, ensemble)["strength"][:, -1], "units": counts}

    return trainer.keep(one, [n, runs], train)


def skill_units(parameters: Parameters, sparse_bits: NDArray) -> NDArray[np.int64]:
    """Units of each skill, (runs, n_s). sparse_bits: positions, (runs, n_s, m)."""
    assert isinstance(parameters.network, TwoLayer)
    used = used_units(parameters, IDLE)
    counts = np.zeros(sparse_bits.shape[:2], dtype=np.int64)
    for run, positions in enumerate(sparse_bits):
        weights = parameters.arrays["input_weights"][run].astype(np.float64)
        own = weights[:, len(positions) + positions]  # (N, n_s, m): the control bits come first
        best = np.argmax((own**2).sum(axis=2), axis=1)
        counts[run] = np.bincount(best[used[run]], minlength=len(positions))
    return counts


def measured(table: pd.DataFrame, confidence: float, width: int = 10) -> dict[str, Interval]:
    """Quantities of the predictions at N = `width`; by run, Σ_k R_k/S and units of a skill."""
    decays = np.sort([float(arm[6:]) for arm in table["arm"].unique()])
    usual, least = f"decay_{decays[-1]:g}", f"decay_{decays[0]:g}"
    strength = of_skills(table, usual, width, "strength")
    counts = of_skills(table, usual, width, "units")
    levels = strength.max(axis=1)[:, None] * np.array(UNIT_LEVELS)
    near = np.abs(strength[:, :, None] - levels[:, None, :]).min(axis=2) < NEAR
    learned = strength > LEARNED
    with np.errstate(invalid="ignore"):
        of_skill = (counts * learned).sum(axis=1) / learned.sum(axis=1)

    def mean(function: Any, *groups: NDArray) -> Interval:
        return of_means(function, groups, confidence)

    total = strength.sum(axis=1)
    without = of_skills(table, least, width, "strength").sum(axis=1)
    found = {
        "level_share": mean(lambda x: x, near.mean(axis=1)),
        "units_per_skill": mean(lambda x: x, of_skill),
        "strength_sum": mean(lambda x: x, total),
        "decay_gain": mean(lambda a, b: a / b, without, total),
        "idle_units": mean(lambda x: x, values(table, least, "idle", width)),
    }
    for skill, of_runs in enumerate(learned.T, start=1):
        found[f"learned_{skill}"] = share_interval(int(of_runs.sum()), len(of_runs), confidence)
    return found
