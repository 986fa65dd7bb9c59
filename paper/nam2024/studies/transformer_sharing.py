"""How much learning the first skill speeds up the others: they share a transformer's parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from emergence.tasks.experiments import generate
from emergence.tasks.sparse_parity.measurement import measurement_backgrounds, measurement_inputs
from emergence.tasks.sparse_parity.problem import SparseParity, parity_sign, sparse_masks, unpack
from emergence.training.engines.plain import PlainEngine
from emergence.training.ensemble import Ensemble, build_ensemble
from emergence.training.protocol import measurement_steps


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
    ensemble = build_ensemble(settings, width, run, generate(settings, width, run, 1))
    engine = PlainEngine(ensemble, "cpu", threads)
    start = squared_gradients(engine, ensemble, 0)
    step, strength = 0, np.zeros(len(start))
    steps = measurement_steps(settings["steps"], settings["measure_every"])
    for end in np.unique([*steps[steps > 0], settings["steps"]]).tolist():
        if strength[0] >= level:
            break
        engine.advance(step, end, settings["learning_rate"], np.array([True]))
        step = end
        strength = engine.measure(step)["strength"][0] / ensemble.task.scales["strength"]
    return pd.DataFrame(
        {
            "experiment": settings["experiment"],
            "run": run,
            "step": step,
            "skill": np.arange(1, len(start) + 1),
            "strength": strength,
            "growth": squared_gradients(engine, ensemble, step) / start,
        }
    )


def squared_gradients(engine: PlainEngine, ensemble: Ensemble, step: int) -> NDArray[np.float64]:
    """|∇R_k|² of the first run with respect to all parameters, (n_s,), on `measure`'s inputs.

    While f(k, x) = R_k g_k(k, x), gradient flow on skill k alone with rate ε raises R_k by
    2 ε P_k (S - R_k) |∇R_k|² a time.
    """
    task, network, positions = ensemble.task, engine.networks[0], ensemble.data["sparse_bits"][0]
    assert isinstance(task, SparseParity)
    backgrounds = measurement_backgrounds(
        task, ensemble.streams[0], step, ensemble.measurement_inputs
    )
    found = np.empty(task.n_skills)
    for skill, mask in enumerate(sparse_masks(positions)):
        bits = measurement_inputs(backgrounds, positions[skill]).ravel()
        inputs = torch.from_numpy(unpack(task, np.full(len(bits), skill), bits))
        strength = (torch.from_numpy(parity_sign(bits, mask)) * network(inputs)).mean()
        gradients = torch.autograd.grad(strength, list(network.parameters()))
        found[skill] = sum(g.square().sum().item() for g in gradients)
    return found
