"""Hours of each experiment of a configuration at the rates of this card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from emergence.bench.gpu.parts import Row, Unit
from emergence.jobs.planning import make_plan
from emergence.models.architectures import is_transformer
from emergence.tasks.experiments import swept_values, training_settings
from emergence.training.engines.choice import EngineUnavailable


def projection_units(config: Mapping[str, Any], engines: Sequence[str], device: str) -> list[Unit]:
    """One unit and row per engine and two-layer experiment: jobs, runs, steps, hours in turn."""
    units = []
    for engine in engines:
        for name, block in config["experiments"].items():
            if is_transformer(block):
                continue
            training = {**config["training"], "engine": engine, "device": device}
            changed = {**config, "training": training, "experiments": {name: block}}
            key = {"engine": engine, "case": name}
            units.append(Unit(key, partial(_experiment_rows, changed)))
    return units


def _experiment_rows(config: Mapping[str, Any]) -> list[Row]:
    row = make_plan(config).experiments.iloc[0]
    if not row["measured"]:
        raise EngineUnavailable("this engine cannot be used here: nothing was measured")
    counts = {key: int(row[key]) for key in ("jobs", "runs", "steps")}
    on_gpu = config["training"]["device"] == "cuda"
    return [{**counts, "hours": float(row["gpu_hours" if on_gpu else "core_hours"])}]


def transformer_settings(config: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Settings of each transformer experiment, with its width as "value"."""
    return {
        name: {**training_settings(config, name), "value": swept_values(block)[0]}
        for name, block in config["experiments"].items()
        if is_transformer(block)
    }
