"""Pilots behind the sizes of the default transformer: emergence times and exponents of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from emergence.analysis.emergence_times import (
    emergence_exponent,
    run_emergence_times,
)

TASK_KEYS = ("n_skills", "skill_bits", "sparse_bits", "data_exponent", "target_scale")
KEYS = ("heads", "mlp_factor", "batch_size", "learning_rate", "precision", "steps", "root_seed")
RESULT_KEYS = ("expected", "exponent", "low", "high", "confidence", "skills", "runs")


class Pilots(NamedTuple):
    """times: of `run_emergence_times`. exponents: a row a pilot."""

    times: pd.DataFrame
    exponents: pd.DataFrame


def transformer_pilots(
    settings: Sequence[Mapping[str, Any]],
    runs: Sequence[pd.DataFrame],
    threshold: float,
    confidence: float,
) -> Pilots:
    """Times of every run (as `run_emergence_times`), and exponents beside the pilots' sizes.

    settings, runs: of each pilot, in the same order. Column stability_fraction is the learning rate
    over (1 + momentum)/(d L), from which a read-out of d L features of unit variance is unstable;
    d is the width, L = n_s + n_b.
    """
    times, exponents = [], []
    for one, table in zip(settings, runs, strict=True):
        found = run_emergence_times(one, table, threshold)
        times.append(found)
        exponent = emergence_exponent(one, found, confidence)
        width, task = int(table["value"].iloc[0]), one["task"]
        n_tokens = task["n_skills"] + task["skill_bits"]
        exponents.append(
            {
                "experiment": one["experiment"],
                "width": width,
                **{key: task[key] for key in TASK_KEYS},
                **{key: one[key] for key in KEYS},
                "stability_fraction": one["learning_rate"]
                * width
                * n_tokens
                / (1.0 + one["momentum"]),
                **{key: exponent[key] for key in RESULT_KEYS},
            }
        )
    return Pilots(pd.concat(times, ignore_index=True), pd.DataFrame(exponents))
