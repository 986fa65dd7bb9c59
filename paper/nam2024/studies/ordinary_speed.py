"""Time of a training step as most networks are trained: modules, autograd and torch.optim."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from emergence.bench.engines import Shape, compare_methods
from emergence.config.settings import swept_values
from emergence.verify.manifest import processor_name


def ordinary_speed(
    settings: Sequence[Mapping[str, Any]],
    experiments: Mapping[str, Mapping[str, Any]],
    repeats: int,
) -> pd.DataFrame:
    """Milliseconds a step of one run on one core of this machine, for each two-layer experiment.

    settings: of the experiments. experiments: their blocks; the widest network is timed. repeats:
    timed slices of each engine (`compare_methods`), which take turns. The task is the paper's five
    skills, also for calibrations.

    Columns experiment, batch_size, width, optimizer, data, method ("plain": the ordinary way;
    "lookup": this project's), ms_lower, ms_per_run_step, ms_upper, processor.
    """
    shapes = []
    for one in settings:
        data = "fixed" if one["resource"] == "data" else "fresh"
        block = experiments[one["experiment"]]
        width = max(block["widths"] if data == "fixed" else swept_values(block))
        shapes.append(Shape(one["experiment"], one["batch_size"], width, one["optimizer"], data))
    timed = compare_methods([1], repeats, shapes).rename(columns={"shape": "experiment"})
    columns = ["experiment", "batch_size", "width", "optimizer", "data", "method"]
    columns += ["ms_lower", "ms_per_run_step", "ms_upper"]
    kept = timed["method"].isin(["plain", "lookup"])
    found = timed.loc[kept, columns].reset_index(drop=True)
    return found.assign(processor=processor_name())
