"""Every engine's checks at the sizes of the paper, and at the edges of what the engines take."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from emergence.bench.engine_checks import PAPER_TASK, Check, check_engine, make_ensemble
from emergence.bench.gpu.parts import Row, Unit
from emergence.tasks.sparse_parity.problem import SparseParity
from emergence.training.engines.choice import create_engine
from emergence.training.ensemble import Engine, Ensemble

# Other packing changes float32 rounding of this engine: its documentation says so.
_PACKING_BOUND = {"torch": 1e-4}
_WIDE = {"width": 1000, "batch_size": 4000, "initial_std": 0.05}
_FIXED = {"width": 1000, "batch_size": 2000, "initial_std": 0.05}
_NARROW = {"batch_size": 4000, "optimizer": "adam"}

CASES: dict[str, dict[str, Any]] = {
    "time": {**_WIDE, "runs": tuple(range(10))},
    "data": {**_FIXED, "runs": (0, 1, 2), "n_batches": 1},
    "data, many batches": {**_FIXED, "runs": (3, 7), "n_batches": 5},
    "parameters, N = 20": {**_NARROW, "width": 20, "runs": tuple(range(50))},
    "parameters, N = 1": {**_NARROW, "width": 1, "runs": (0, 1, 2)},
    "parameters, N = 7": {**_NARROW, "width": 7, "runs": tuple(range(9))},
    "one skill": {**_WIDE, "task": replace(PAPER_TASK, n_skills=1), "runs": (0, 1)},
    "wide, Adam": {**_WIDE, "optimizer": "adam", "runs": (0, 1)},
    "odd sizes": {"width": 333, "batch_size": 1237, "runs": (0, 5), "optimizer": "adam"},
    "40 bits": {**_WIDE, "task": replace(PAPER_TASK, skill_bits=40), "runs": (0, 1)},
    "64 bits, narrow": {
        **_NARROW,
        "width": 12,
        "task": replace(PAPER_TASK, skill_bits=64, n_skills=8),
        "runs": (0, 1),
    },
    "40 bits, fixed": {
        **_FIXED,
        "task": replace(PAPER_TASK, skill_bits=40),
        "runs": (0, 1),
        "n_batches": 2,
    },
}
QUICK_CASES = ("time", "data", "parameters, N = 7", "40 bits")
MEASUREMENT_INPUTS = 4000


_TINY_TASK = SparseParity(
    n_skills=2, skill_bits=8, sparse_bits=2, data_exponent=0.6, target_scale=1.0
)
_TINY = {"batch_size": 30, "task": _TINY_TASK, "runs": (0, 1), "measurement_inputs": 64}
TINY_CASES: dict[str, dict[str, Any]] = {  # the same kinds
    "narrow, fixed": {**_TINY, "width": 6, "n_batches": 2, "optimizer": "adam"},
    "wide": {**_TINY, "width": 40},
}


def check_units(
    engines: Sequence[str],
    device: str,
    cases: Mapping[str, Mapping[str, Any]],
    steps: int,
    exact_steps: int,
) -> list[Unit]:
    """One unit per engine and case, one row per check: error, bound, passed.

    See `engine_checks.check_engine`. The path of `torch` on the device is compared with its path on
    a CPU, that of other engines with `torch` on the device.
    """
    return [
        Unit(
            {"engine": engine, "case": name},
            partial(_rows, engine, device, case, steps, exact_steps),
        )
        for name, case in cases.items()
        for engine in engines
    ]


def _rows(
    engine: str, device: str, case: Mapping[str, Any], steps: int, exact_steps: int
) -> list[Row]:
    ensemble = make_ensemble(**{"measurement_inputs": MEASUREMENT_INPUTS, **case})
    reference = _factory("torch", "cpu" if engine == "torch" else device)
    checks = check_engine(_factory(engine, device), ensemble, steps, reference, exact_steps)
    return [_row(check, engine) for check in checks]


def _row(check: Check, engine: str) -> Row:
    if check.name == "runs alone" and engine in _PACKING_BOUND:
        check = replace(check, bound=_PACKING_BOUND[engine])
    error = check.error if math.isfinite(check.error) else None  # JSON has no infinity
    return {"check": check.name, "deviation": error, "bound": check.bound, "passed": check.passed}


def _factory(engine: str, device: str) -> Callable[[Ensemble], Engine]:
    return lambda ensemble: create_engine(engine, device, ensemble, threads=1)
