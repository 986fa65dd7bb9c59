"""Why skills saturate late: the learning rate against the edge of stability."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emergence.analysis.intervals import Interval
from emergence.models.curvature import gauss_newton_eigenvalue
from emergence.models.network import Parameters
from emergence.tasks.experiments import generate
from emergence.training.ensemble import build_ensemble
from emergence.training.interventions import restarted, train_ensemble
from paper.nam2024.studies.arms import Trainer, curves, probability
from paper.nam2024.studies.tables import (
    REFERENCE_RATE,
    of_means,
    passing_times,
    rows,
    stack,
    values,
)
from paper.nam2024.studies.theory import model_rise

PARTS = 4  # of a run, at whose ends the eigenvalue is measured
MEASUREMENTS = 60  # of a part
SAMPLES = 1000  # inputs over which the Gauss-Newton matrix is averaged
LATER = (2, 3)  # skills whose rise is compared: they have earlier ones, and saturate in the study


def saturation(
    settings: Mapping[str, Any],
    rates: Sequence[float],
    horizon: float,
    width: int,
    batch_size: int,
    runs: int,
    eigenvalue_runs: int,
    inputs_per_skill: int,
    threads: int = 1,
    folder: str | None = None,
) -> pd.DataFrame:
    """When skills pass levels of R_k/S, in P-steps, and the largest eigenvalue, by learning rate.

    Arms joint_{lr} (five skills) and solo_{lr} (one); the setting is a skill. Rows
    `sharpness_{i}` with the setting 0 are lr/2 times the largest eigenvalue of the Gauss-Newton
    matrix at the end of part i of a run: training is unstable above 1. horizon: the u of the last
    of `LATER` at which five skills end, and of the single skill.
    """
    base = {"batch_size": batch_size, "schedule": None, "inputs_per_skill": inputs_per_skill}
    trainer, parts = Trainer({**settings, **base}, folder, threads), []
    for rate in rates:
        for name, n_skills in (("solo", 1), ("joint", settings["task"]["n_skills"])):
            arm = f"{name}_{rate:g}"
            one = trainer.settings(
                f"saturation_{arm}", learning_rate=rate, task={"n_skills": n_skills}
            )
            slowest = probability(one, min(n_skills, max(LATER)))
            every = max(1, round(horizon / slowest * REFERENCE_RATE / rate / MEASUREMENTS / PARTS))
            one |= {"steps": every * MEASUREMENTS, "measure_every": every}
            found = _in_parts(trainer, one, width, runs, eigenvalue_runs)
            for skill in range(1, min(n_skills, max(LATER)) + 1):
                scale = probability(one, skill) * rate / REFERENCE_RATE
                strength = found["strength"][..., skill - 1]
                parts.append(passing_times(arm, skill, found["step"], strength, scale))
            for part, eigenvalues in enumerate(found["eigenvalue"], start=1):
                parts.append(rows(arm, 0, f"sharpness_{part}", rate / 2.0 * eigenvalues))
    return stack(parts)


def _in_parts(
    trainer: Trainer, one: Mapping[str, Any], width: int, runs: int, eigenvalue_runs: int
) -> Mapping[str, NDArray]:
    """Runs in `PARTS` parts that go on from one another, and the eigenvalue at each end."""

    def train() -> Mapping[str, NDArray]:
        data = generate(one, width, 0, runs)
        start: Parameters = build_ensemble(one, width, 0, data).initial
        steps, strengths, eigenvalues = [], [], []
        for part in range(PARTS):
            settings = {**one, "experiment": f"{one['experiment']}_part_{part}"}
            ensemble = restarted(settings, width, data, start)
            trained = train_ensemble(ensemble, settings, trainer.threads)
            start, found = trained.parameters, curves(trained, ensemble)
            first = 0 if part == 0 else 1  # a part begins where the one before it ended
            steps.append(found["step"][first:] + part * one["steps"])
            strengths.append(found["strength"][:, first:])
            eigenvalues.append(
                [
                    gauss_newton_eigenvalue(
                        start.of_run(run),
                        ensemble.task.batch(
                            ensemble.data_of(run), ensemble.streams[run], one["steps"], SAMPLES
                        ).inputs,
                    )
                    for run in range(eigenvalue_runs)
                ]
            )
        return {
            "step": np.concatenate(steps),
            "strength": np.concatenate(strengths, axis=1),
            "eigenvalue": np.array(eigenvalues),
        }

    return trainer.keep(one, [width, runs, eigenvalue_runs], train)


def excess(table: pd.DataFrame, rate: float, name: str) -> tuple[NDArray, NDArray]:
    """Rise from 0.1 to 0.9 of each run, mean over skills, and u at ½ of single skills.

    Their ratio over `model_rise` is the excess: B² is refitted to u at ½ of the single skill.
    """
    arm = f"{name}_{rate:g}"
    skills = LATER if name == "joint" else (1,)
    rises = [values(table, arm, "u_0.9", k) - values(table, arm, "u_0.1", k) for k in skills]
    return np.mean(rises, axis=0), values(table, f"solo_{rate:g}", "u_0.5", 1)


def measured(
    table: pd.DataFrame, confidence: float, relative_rise: float = model_rise(5.0, 0.01)
) -> dict[str, Interval]:
    """Quantities of the predictions; the limit is of a line through the excess against lr."""
    rates = np.sort([float(a[5:]) for a in table["arm"].unique() if a.startswith("solo_")])
    groups = {
        name: [one for rate in rates for one in excess(table, rate, name)]
        for name in ("solo", "joint")
    }
    away = rates - rates.mean()
    weights = 1.0 / len(rates) - rates.mean() * away / (away @ away)  # of the value at lr = 0

    def each(means: Sequence[float]) -> NDArray:
        return np.array(means[::2]) / np.array(means[1::2]) / relative_rise

    def limit(*means: float) -> float:
        return float(weights @ each(means))

    def delay(late_slow: float, early_slow: float, late: float, early: float) -> float:
        return (late_slow / early_slow - 1.0) / (late / early - 1.0)

    slow, fast = f"joint_{rates[0]:g}", f"joint_{rates[-1]:g}"
    both = [*groups["joint"], *groups["solo"]]
    half = len(groups["joint"])
    ends = [values(table, arm, "u_0.5", skill) for arm in (slow, fast) for skill in (max(LATER), 1)]
    found = {
        "joint_excess_limit": of_means(limit, groups["joint"], confidence),
        "solo_excess_limit": of_means(limit, groups["solo"], confidence),
        "excess_gain": of_means(
            lambda *means: each(means)[-1] / limit(*means), groups["joint"], confidence
        ),
        "excess_over_solo": of_means(
            lambda *means: limit(*means[:half]) / limit(*means[half:]), both, confidence
        ),
        "delay_rate_ratio": of_means(delay, ends, confidence),
    }
    for word, arm in (("slow", slow), ("fast", fast)):
        last = values(table, arm, f"sharpness_{PARTS}")
        found[f"sharpness_{word}"] = of_means(lambda x: x, [last], confidence)
    for name, of in groups.items():
        for place, rate in enumerate(rates):
            pair = of[2 * place : 2 * place + 2]
            found[f"{name}_excess_{rate:g}"] = of_means(
                lambda rise, half: rise / half / relative_rise, pair, confidence
            )
    return found
