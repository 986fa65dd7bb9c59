"""Tables of the preset `scaling`: its calibrations and its runs with many skills, shipped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from emergence.analysis.crossings import first_crossing
from emergence.analysis.fitting import calibrate
from emergence.tasks.sparse_parity.problem import skill_probabilities
from paper.nam2024.scaling.curves import HALF

KEYS = ["law", "alpha", "n_skills", "skill_bits", "width"]
LAWS = {"time": "time", "data": "data", "parameters": "compute"}  # by the experiment's resource
LOSSES = ["steps", "loss", "strength_loss", "learned_loss", "unlearned_excess"]
LEARNED, UNLEARNED = 0.9, 0.1  # R_k/S above and below which a skill is the one or the other


class Calibrations(NamedTuple):
    """curves: columns resource, skill_bits, width, x, run, loss, strength. critical: N_c, as
    `emergence.analysis.fitting.calibrate` gives it."""

    curves: pd.DataFrame
    critical: dict[str, Any]


class ManySkills(NamedTuple):
    """loss: `KEYS`, run, x, `LOSSES`. skills: `KEYS`, run, x, skill, p_steps, strength, loss."""

    loss: pd.DataFrame
    skills: pd.DataFrame


def calibrations(
    settings: Sequence[Mapping[str, Any]],
    runs: Sequence[pd.DataFrame],
    narrow_settings: Sequence[Mapping[str, Any]],
    narrow_runs: Sequence[pd.DataFrame],
    confidence: float,
) -> Calibrations:
    """Loss and strength of the single skill against P-steps, or samples d at the last step.

    settings, runs: of experiments with one skill, in the same order. narrow: of the one experiment
    with few units, of which the units for a skill, N_c, are fitted. Losses are in units of S²/2.
    """
    parts = []
    for one, table in zip(settings, runs, strict=True):
        data = one["resource"] == "data"
        found = _in_units(one, table)
        found = found[found["step"] == found["step"].max()] if data else found
        found = found.assign(
            resource="data" if data else "time",
            skill_bits=one["task"]["skill_bits"],
            width=one["width"] if data else found["value"],
            x=found["value"] if data else found["step"],
        )
        parts.append(found)
    columns = ["resource", "skill_bits", "width", "x", "run", "loss", "strength"]
    curves = pd.concat(parts, ignore_index=True)[columns].sort_values(columns[:5])
    (one,), (table,) = narrow_settings, narrow_runs
    critical = calibrate(one, table, confidence, initial_strength_divisor=1.0)  # of time only
    return Calibrations(curves.reset_index(drop=True), critical)


def many_skills(settings: Sequence[Mapping[str, Any]], runs: Sequence[pd.DataFrame]) -> ManySkills:
    """Loss of each run at each measured point, and what became of its skills.

    x: T, D, or the compute C = N T where widths are varied. steps: T. loss: Σ_k P_s(k) L_k.
    strength_loss: Σ_k P_s(k) (1 - R_k/S)², what the loss would be if a network had nothing but its
    strengths. learned_loss: Σ P_s(k) L_k over skills above `LEARNED`; unlearned_excess:
    Σ P_s(k) (L_k - 1) over those below `UNLEARNED`. p_steps: P_s(k) T at which skill k has half its
    strength; NaN if it never has, if it has before the first measurement, and in data. strength
    (R_k/S) and loss of a skill: at the end. Losses are in units of S²/2.
    """
    losses, skills = [], []
    for one, table in zip(settings, runs, strict=True):
        task, resource = one["task"], one["resource"]
        key = {"law": LAWS[resource], "alpha": task["data_exponent"]}
        key |= {name: task[name] for name in ("n_skills", "skill_bits")}
        share = skill_probabilities(task["data_exponent"], task["n_skills"])
        found = _in_units(one, table).assign(share=lambda t, p=share: p[t["skill"] - 1])
        for (value, run), of in found.groupby(["value", "run"]):
            name = {**key, "width": one["width"] if resource == "data" else value, "run": run}
            weighted = of.assign(
                loss=of["share"] * of["loss"],
                strength_loss=of["share"] * (1.0 - of["strength"]) ** 2,
                learned_loss=of["share"] * of["loss"] * (of["strength"] > LEARNED),
                unlearned_excess=of["share"] * (of["loss"] - 1.0) * (of["strength"] < UNLEARNED),
            ).rename(columns={"step": "steps"})
            total = weighted.groupby("steps")[LOSSES[1:]].sum().reset_index()
            total = total[total["steps"] > 0]
            last = of[of["step"] == of["step"].max()].sort_values("skill")
            if resource == "data":
                total = total.tail(1)
                times = np.full(len(last), np.nan)
            else:
                times = np.array(
                    [first_crossing(t["step"].to_numpy(), t["strength"].to_numpy(), HALF)
                     for _, t in of.sort_values("step").groupby("skill")]
                )  # fmt: skip
                times[times < total["steps"].min()] = np.nan  # interpolated from step 0
            x = {"time": total["steps"], "data": value, "parameters": value * total["steps"]}
            losses.append(total.assign(**name, x=x[resource]))
            skills.append(
                last[["skill", "strength", "loss"]].assign(
                    **name, x=value if resource == "data" else np.nan, p_steps=share * times
                )
            )
    loss = pd.concat(losses, ignore_index=True)
    return ManySkills(
        loss[[*KEYS, "run", "x", *LOSSES]],
        pd.concat(skills, ignore_index=True)[
            [*KEYS, "run", "x", "skill", "p_steps", "strength", "loss"]
        ],
    )


def _in_units(settings: Mapping[str, Any], runs: pd.DataFrame) -> pd.DataFrame:
    """Runs with losses in units of S²/2."""
    return runs.assign(loss=runs["loss"] / (0.5 * settings["task"]["target_scale"] ** 2))
