"""Why rare skills emerge later than k^(α+1): single skills, sizes of the input, transplants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emergence.analysis.intervals import Interval, slope_weights
from emergence.models.network import Parameters
from emergence.tasks.experiments import generate
from emergence.training.ensemble import build_ensemble
from emergence.training.interventions import (
    reset_inputs,
    restarted,
    silence,
    take_inputs,
    train_ensemble,
)
from paper.nam2024.studies.arms import Trainer, curves, probability, timing, used_units
from paper.nam2024.studies.tables import (
    REFERENCE_RATE,
    of_means,
    passing_times,
    rows,
    stack,
    values,
)

MEASUREMENTS = 250  # of every run
IDLE = 0.01  # a unit is idle below this share of the strongest of its network
TRANSPLANTS = ("idle", "reset", "whole", "fewer", "fresh")


def exponent(
    settings: Mapping[str, Any],
    skill_bits: Sequence[int],
    horizons: Sequence[float],
    widths: Sequence[int],
    batch_size: int,
    runs: int,
    transplant_step: int,
    guarded_runs: int,
    inputs_per_skill: int,
    few: Sequence[int],
    slowdowns: Sequence[int],
    slow_runs: int,
    threads: int = 1,
    folder: str | None = None,
) -> pd.DataFrame:
    """When skills pass levels of R_k/S, in P-steps u = P_s(k) · steps · lr/0.02.

    Arms, of which a setting is a skill k unless said otherwise:

    - joint_{n_b}: five skills together; solo_{n_b}: skill k only, at lr P_s(k) and batch P_s(k).
    - width: the setting is N; one skill.
    - idle, reset, whole, fewer, fresh: skill 5 alone, from step `transplant_step` of joint_32 on,
      by idle units only (`IDLE`), by these with all foreign bits' weights as at the start, by all
      units; and from the start, by as many fresh units as are idle, by all. u counts all steps.
    - slow_{s}: five skills at n_b = 32, with the learning rate divided by s.
    - few_{n_s}: the first n_s skills only, at n_b = 32.
    - guarded: five skills, units in as many groups; a group's weights from the bits of other
      skills than its own are held at the start. unused: as many are held, from bits of no skill.
      guarded_solo: skill 5 in as many units as a group.

    skill_bits: n_b, 32 among them. horizons: for each, the largest u of any arm. batch_size: of
    five skills.
    """
    base = {"batch_size": batch_size, "schedule": None, "inputs_per_skill": inputs_per_skill}
    trainer, parts = Trainer({**settings, **base}, folder, threads), []
    n_skills, width = settings["task"]["n_skills"], max(widths)
    for bits, horizon in zip(skill_bits, horizons, strict=True):
        joint = _joint(trainer, bits, horizon)
        skills = range(1, n_skills + 1) if bits == settings["task"]["skill_bits"] else None
        for skill in skills or (1, n_skills):
            parts.append(_solo(trainer, f"solo_{bits}", joint, skill, width, horizon, runs))
        parts += _of_skills(f"joint_{bits}", joint, *trainer.strengths(joint, width, runs))
    bits = settings["task"]["skill_bits"]
    horizon = horizons[skill_bits.index(bits)]
    joint = _joint(trainer, bits, horizon)
    slows = [f"slow_{factor}" for factor in slowdowns]
    for name, factor in zip(slows, slowdowns, strict=True):
        slow = {**joint, "experiment": f"exponent_{name}", "steps": factor * joint["steps"]}
        slow["measure_every"] *= factor
        slow["learning_rate"] /= factor
        parts += _of_skills(name, slow, *trainer.strengths(slow, width, slow_runs))
    for name in (f"solo_{bits}", f"joint_{bits}", *slows):
        parts.append(_slopes(stack(parts), name, joint))
    for one in widths:
        single = trainer.settings(
            f"exponent_width_{one}", task={"n_skills": 1}, **timing(2.0 * horizon, MEASUREMENTS)
        )
        step, strength = trainer.strengths(single, one, runs)
        parts.append(passing_times("width", one, step, strength[..., 0], _scale(single, 1)))
    for n_skills in few:
        task = {"n_skills": n_skills}
        one = {**joint, "experiment": f"exponent_few_{n_skills}", "task": joint["task"] | task}
        one |= timing(horizon / probability(one, n_skills), MEASUREMENTS)
        parts += _of_skills(f"few_{n_skills}", one, *trainer.strengths(one, width, runs))
    parts += _transplants(trainer, joint, width, horizon, runs, transplant_step)
    parts += _guarded(trainer, joint, width, horizon, guarded_runs)
    return stack(parts)


def _scale(settings: Mapping[str, Any], skill: int) -> float:
    """P-steps of a step."""
    return probability(settings, skill) * settings["learning_rate"] / REFERENCE_RATE


def _joint(trainer: Trainer, bits: int, horizon: float) -> dict[str, Any]:
    rare = probability(trainer.base, trainer.base["task"]["n_skills"])
    return trainer.settings(
        f"exponent_joint_{bits}", task={"skill_bits": bits}, **timing(horizon / rare, MEASUREMENTS)
    )


def _solo(
    trainer: Trainer,
    arm: str,
    joint: Mapping[str, Any],
    skill: int,
    width: int,
    horizon: float,
    runs: int,
) -> pd.DataFrame:
    single = trainer.alone(f"exponent_{arm}_{skill}", joint, skill, horizon, MEASUREMENTS)
    step, strength = trainer.strengths(single, width, runs)
    return passing_times(arm, skill, step, strength[..., 0], _scale(single, 1))


def _of_skills(
    arm: str, joint: Mapping[str, Any], step: NDArray, strength: NDArray
) -> list[pd.DataFrame]:
    return [
        passing_times(arm, skill, step, strength[..., skill - 1], _scale(joint, skill))
        for skill in range(1, strength.shape[-1] + 1)
    ]


def _slopes(table: pd.DataFrame, arm: str, joint: Mapping[str, Any]) -> pd.DataFrame:
    """Rows `exponent`: slope of ln τ_k on ln k at R_k/S = ½, run by run."""
    skills = np.arange(1, joint["task"]["n_skills"] + 1)
    shares = np.array([probability(joint, skill) for skill in skills])
    u = np.array([values(table, arm, "u_0.5", skill) for skill in skills])
    weights = slope_weights(np.log(skills))
    return rows(arm, 0, "exponent", weights @ np.log(u / shares[:, None]))


def _transplants(
    trainer: Trainer,
    joint: Mapping[str, Any],
    width: int,
    horizon: float,
    runs: int,
    first_step: int,
) -> list[pd.DataFrame]:
    source = {**joint, "steps": first_step, "measure_every": None}
    n_skills = joint["task"]["n_skills"]
    ensemble = build_ensemble(source, width, 0, generate(source, width, 0, runs))
    start = ensemble.initial
    own = ensemble.data["sparse_bits"][:, n_skills - 1 :]
    single = trainer.alone("exponent_transplant", joint, n_skills, horizon, MEASUREMENTS)

    def stopped() -> Mapping[str, NDArray]:
        return train_ensemble(ensemble, source, trainer.threads).parameters.arrays

    trained = Parameters(start.network, trainer.keep(source, ["stopped", runs], stopped))
    used = used_units(trained, IDLE)
    foreign = np.zeros((runs, ensemble.task.input_size), dtype=bool)
    foreign[:, n_skills:] = True
    np.put_along_axis(foreign, n_skills + own[:, 0], False, axis=1)
    idle = silence(trained, used)
    starts = {
        "idle": idle,
        "reset": reset_inputs(idle, silence(start, used), foreign),
        "whole": trained,
        "fewer": silence(start, used),
        "fresh": start,
    }
    parts = [rows("idle", 0, "idle_units", (~used).sum(axis=1))]
    for arm in TRANSPLANTS:
        before = 0 if arm in ("fewer", "fresh") else first_step
        columns = [n_skills - 1, *range(n_skills, ensemble.task.input_size)]
        begin = take_inputs(starts[arm], columns)

        def train(begin: Parameters = begin) -> Mapping[str, NDArray]:
            one = restarted(single, width, {"sparse_bits": own}, begin)
            return curves(train_ensemble(one, single, trainer.threads), one)

        found = trainer.keep(single, [arm, first_step, runs], train)
        times = passing_times(
            arm, n_skills, found["step"] + before, found["strength"][..., 0], _scale(single, 1)
        )
        parts.append(times)
    return parts


def _guarded(
    trainer: Trainer, joint: Mapping[str, Any], width: int, horizon: float, runs: int
) -> list[pd.DataFrame]:
    n_skills, bits = joint["task"]["n_skills"], joint["task"]["skill_bits"]
    size = width // n_skills

    def train(settings: Mapping[str, Any], unused: bool) -> Mapping[str, NDArray]:
        one = build_ensemble(settings, width, 0, generate(settings, width, 0, runs))
        held = np.zeros(one.initial.arrays["input_weights"].shape, dtype=bool)
        for run, positions in enumerate(one.data["sparse_bits"]):
            others = np.setdiff1d(np.arange(bits), positions)
            for skill in range(n_skills):
                foreign = np.delete(positions, skill, axis=0).ravel()
                chosen = others[: len(foreign)] if unused else foreign
                held[run, skill * size : (skill + 1) * size, n_skills + chosen] = True
        trained = train_ensemble(one, settings, trainer.threads, {"input_weights": held})
        return curves(trained, one)

    parts = [_solo(trainer, "guarded_solo", joint, n_skills, size, horizon, runs)]
    for arm in ("guarded", "unused"):
        settings = {**joint, "experiment": f"exponent_{arm}"}
        found = trainer.keep(settings, [width, runs], partial(train, settings, arm == "unused"))
        parts += _of_skills(arm, joint, found["step"], found["strength"])
    return parts


def measured(table: pd.DataFrame, confidence: float) -> dict[str, Interval]:
    """Quantities of the predictions; a delay is u_5 of five skills over that of skill 5 alone."""

    def u(arm: str, setting: float, level: float = 0.5) -> NDArray:
        return values(table, arm, f"u_{level}", setting)

    def mean(function: Any, *groups: NDArray) -> Interval:
        return of_means(function, groups, confidence)

    skills = table.loc[table["arm"] == "joint_32", "setting"]
    last = int(skills.max())
    joint, solo = u("joint_32", last), u("solo_32", last)
    found = {
        "joint_exponent": mean(lambda x: x, values(table, "joint_32", "exponent")),
        "solo_exponent": mean(lambda x: x, values(table, "solo_32", "exponent")),
        "joint_ratio": mean(lambda x: x, joint / u("joint_32", 1)),
        "solo_ratio": mean(lambda a, b: a / b, solo, u("solo_32", 1)),
        "delay_32": mean(lambda j, s: j / s - 1, joint, solo),
    }
    for bits in ("16", "64"):
        j, s = u(f"joint_{bits}", last), u(f"solo_{bits}", last)
        found[f"joint_ratio_{bits}"] = mean(lambda x: x, j / u(f"joint_{bits}", 1))
        found[f"delay_{bits}"] = mean(lambda a, b: a / b - 1, j, s)
        found[f"delay_ratio_{bits}"] = mean(
            lambda a, b, c, d: (a / b - 1) / (c / d - 1), j, s, joint, solo
        )
    idle, reset, fewer = (u(arm, last) for arm in ("idle", "reset", "fewer"))
    share = lambda one, j, s: (one - s) / (j - s)  # noqa: E731
    found |= {
        "idle_share": mean(share, idle, joint, solo),
        "whole_share": mean(share, u("whole", last), joint, solo),
        "reset_share": mean(lambda i, r, s: (i - r) / (i - s), idle, reset, solo),
        "fewer_share": mean(share, fewer, joint, solo),
        "onset_share": mean(
            lambda a, b, c, d: (a - b) / (c - d),
            *(u("joint_32", last, 0.05), u("solo_32", last, 0.05)),
            *(joint, solo),
        ),
    }
    for arm in ("guarded", "unused"):
        found[f"{arm}_ratio"] = mean(lambda x: x, u(arm, last) / u(arm, 1))
        found[f"{arm}_share"] = mean(
            lambda g, a, j, s: (g / a - 1) / (j / s - 1),
            *(u(arm, last), u("guarded_solo", last)),
            *(joint, solo),
        )
    # In `unused` any unit may learn any skill, so that its baseline is the whole network.
    found["unused_whole_share"] = mean(
        lambda one, a, j, s: (one / a - 1) / (j / s - 1), u("unused", last), solo, joint, solo
    )
    for word, arm in (("slow", "slow_4"), ("slower", "slow_8")):
        found[f"{word}_exponent"] = mean(lambda x: x, values(table, arm, "exponent"))
        found[f"{word}_ratio"] = mean(lambda x: x, u(arm, last) / u(arm, 1))
    pair = u("few_2", 2), u("few_2", 1)
    found["pair_delay"] = mean(lambda late, early: late / early - 1, *pair)
    for k in range(3, last + 1):
        for name, growth in (("linear", k - 1.0), ("logarithmic", np.log2(k))):
            found[f"{name}_ratio_{k}"] = mean(
                lambda u_k, first, late, early, growth=growth: (
                    u_k / (first * (1.0 + growth * (late / early - 1.0)))
                ),
                *(u("joint_32", k), u("joint_32", 1)),
                *pair,
            )
    widths = np.sort(table.loc[table["arm"] == "width", "setting"].unique())
    found["width_ratio"] = mean(
        lambda few, many: few / many, u("width", widths[0]), u("width", widths[-1])
    )
    return found
