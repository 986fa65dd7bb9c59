"""How much learning the first skill speeds up the others: they share a transformer's parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from emergence.tasks.sparse_parity.ensembles import build_ensemble, generate, task_of
from emergence.training.engines.transformer.transformer_engine import TransformerEngine


def transformer_sharing(
    settings: Sequence[Mapping[str, Any]],
    experiments: Mapping[str, Mapping[str, Any]],
    levels: Sequence[float],
    threads: int = 1,
) -> pd.DataFrame:
    """`gradient_growth` of every run of experiments with transformers, with what they differ in.

    settings: of each experiment. experiments: blocks of the configuration, of which widths and runs
    are used. levels: of R_k/S; skill 1 is learned at the highest.
    """
    tables = []
    for one in settings:
        block = experiments[one["experiment"]]
        width = block["widths"][0]
        for run in range(block["runs"]):
            found = gradient_growth(one, width, run, max(levels), threads)
            found.insert(1, "width", width)
            found.insert(2, "skill_bits", one["task"]["skill_bits"])
            found.insert(3, "target_scale", one["task"]["target_scale"])
            found.insert(4, "batch_size", one["batch_size"])
            tables.append(found)
    return pd.concat(tables, ignore_index=True)


def gradient_growth(
    settings: Mapping[str, Any], width: int, run: int, level: float, threads: int = 1
) -> pd.DataFrame:
    """|∇R_k|² when a run has learned skill 1, relative to the start, one row per skill.

    The run is that of the experiment, up to the first measurement with R_1/S ≥ level. Were every
    skill learned on its own, the growth of the skills not yet learned would be 1, and their times
    proportional to 1/P_k.

    Columns experiment, run, step (the last one if the level is never reached), skill (from 1),
    strength (R_k/S at that step), growth.
    """
    data = generate(settings, width, run, 1)
    engine = TransformerEngine(build_ensemble(settings, width, run, data), "cpu", threads)
    start = engine.squared_gradients(0)[0]
    step, strength = 0, np.zeros(len(start))
    while strength[0] < level and step < settings["steps"]:
        end = min(step + settings["measure_every"], settings["steps"])
        engine.advance(step, end, settings["learning_rate"], np.array([True]))
        step = end
        strength = engine.measure(step).skill_strength[0] / task_of(settings).target_scale
    return pd.DataFrame(
        {
            "experiment": settings["experiment"],
            "run": run,
            "step": step,
            "skill": np.arange(1, len(start) + 1),
            "strength": strength,
            "growth": engine.squared_gradients(step)[0] / start,
        }
    )
