"""Time of a training step on a GPU: engines, a plain PyTorch loop, and the card's own limits.

Methods are timed in turns (see `benchmarking.interleave`); medians are reported. A step's floors
(see `floors`) are taken from the rates at which the card multiplies large matrices and copies.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import torch

from emergence.bench.engines import (
    MEASUREMENT_INPUTS,
    Repeat,
    Shape,
    interleave,
    make_ensemble,
    make_plain_loop,
    repetitions,
)
from emergence.bench.gpu.floors import CardRates, shape_floors
from emergence.bench.gpu.parts import Row, Unit, describe
from emergence.store.provenance import versions
from emergence.tasks.experiments import generate
from emergence.training.engines.choice import create_engine
from emergence.training.engines.plain import PlainEngine
from emergence.training.ensemble import build_ensemble
from emergence.training.protocol import measurement_steps

PLAIN = "plain"
SHAPES = (
    Shape("time", 4000, 1000, "sgd", n_runs=10),
    Shape("time, one run", 4000, 1000, "sgd", n_runs=1),
    Shape("data", 2000, 1000, "sgd", fixed=True, n_runs=10),
    Shape("parameters", 4000, 20, "adam", n_runs=1000),
    Shape("parameters, N = 10", 4000, 10, "adam", n_runs=1000),
    Shape("parameters, N = 20, one job", 4000, 20, "adam", n_runs=50),
)
PRECISIONS = ("float32", "tf32", "bfloat16")
# Steps that are timed together, so that engines do them as they do in a training, many at once.
STEPS = 100
TINY_SHAPES = (
    Shape("time", 30, 40, "sgd", n_runs=2),
    Shape("data", 30, 40, "sgd", fixed=True, n_runs=2),
    Shape("parameters", 30, 3, "adam", n_runs=3),
)
_WARM_UP_CALLS = 2  # kernels are compiled in the first, CUDA graphs recorded by the second
_MATRIX_TYPES = {"bfloat16": torch.bfloat16, "float16": torch.float16, "float32": torch.float32}


def machine_rows(device: str) -> Iterator[Row]:
    """One row: the card, its memory, versions."""
    on_gpu = device == "cuda"
    yield {
        "card": torch.cuda.get_device_name() if on_gpu else "none",
        "memory_bytes": torch.cuda.get_device_properties(0).total_memory if on_gpu else None,
        "torch": torch.__version__,
        "cuda": torch.version.cuda,
        "triton": versions(["triton"])["triton"],
    }


def rate_rows(
    device: str, repeats: int, size: int = 8192, copied_bytes: int = 2**30
) -> Iterator[Row]:
    """Rates of large products, operations a second by type, and of copies, bytes a second.

    A copy's bytes count twice: they are read and written.
    """
    cases: list[tuple[tuple[str], float, Callable[[], Any]]] = []
    for name, dtype in _MATRIX_TYPES.items():
        a, b = (torch.randn(size, size, device=device).to(dtype) for _ in range(2))
        multiply = partial(torch.matmul, a, b, out=torch.empty_like(a))
        cases.append(((f"matrix {name}",), 2.0 * size**3, multiply))
    source = torch.zeros(copied_bytes, dtype=torch.uint8, device=device)
    target = torch.empty_like(source)
    cases.append((("copy",), 2.0 * copied_bytes, partial(target.copy_, source)))
    torch.backends.cuda.matmul.allow_tf32 = False
    timed = interleave([(key, 1, _repeated(f, device)) for key, _, f in cases], repeats)
    for key, amount, _ in cases:
        yield {"what": key[0], "per_second": amount / float(np.median(timed[key]))}


def step_units(
    engines: Sequence[str],
    device: str,
    shapes: Sequence[Shape],
    repeats: int,
    steps: int = STEPS,
    measurement_inputs: int = MEASUREMENT_INPUTS,
) -> list[Unit]:
    """One unit per shape, one row per method: milliseconds per run and step, quartiles, ratios.

    steps: that are timed together. times_faster_than_plain: against the plain loop, which trains
    one run. measure_ms: one measurement of R_k of one run. A method that fails gives a row with its
    error.
    """
    return [
        Unit(
            {"shape": shape.name},
            partial(_shape_rows, engines, device, shape, repeats, steps, measurement_inputs),
        )
        for shape in shapes
    ]


def _shape_rows(
    engines: Sequence[str],
    device: str,
    shape: Shape,
    repeats: int,
    steps: int,
    measurement_inputs: int,
) -> Iterator[Row]:
    cases = {PLAIN: _Guarded(partial(_plain, shape, device, steps))}
    for name in engines:
        build = partial(_engine, name, shape, device, steps, measurement_inputs)
        cases[name] = _Guarded(build)
    runs = {name: 1 if name == PLAIN else shape.n_runs for name in cases}
    working = [n for n, case in cases.items() if case.error is None]
    slices = [((name,), runs[name], cases[name].step) for name in working]
    timed = interleave(slices, repeats)
    measured = interleave(
        [((n,), runs[n], cases[n].measure) for n in working if n != PLAIN], max(3, repeats // 3)
    )
    plain = np.median(timed[PLAIN,]) if cases[PLAIN].error is None else np.nan
    for name, case in cases.items():
        row = {
            "batch_size": shape.batch_size,
            "width": shape.width,
            "optimizer": shape.optimizer,
            "data": "fixed" if shape.fixed else "fresh",
            "n_runs": runs[name],
            "method": name,
        }
        if case.error is not None:
            yield {**row, "error": case.error}
            continue
        lower, median, upper = 1e3 / steps * np.percentile(timed[name,], [25, 50, 75])
        row |= {"ms_per_run_step": median, "ms_lower": lower, "ms_upper": upper}
        if np.isfinite(plain):
            row["times_faster_than_plain"] = 1e3 / steps * float(plain) / median
        if name != PLAIN:
            row["measure_ms"] = 1e3 * float(np.median(measured[name,]))
        yield row


def floor_rows(
    shapes: Sequence[Shape], rates: Sequence[Row], steps: Sequence[Row]
) -> Iterator[Row]:
    """One row per shape and engine: the shape's floors at the card's rates, and the time over them.

    rates, steps: rows of `rate_rows` and `step_units`.
    """
    per_second = {row["what"]: row["per_second"] for row in rates}
    card = CardRates(per_second["matrix bfloat16"], per_second["copy"])
    for shape in shapes:
        floors = shape_floors(shape, card)
        larger = max(floors["operations_ms"], floors["bytes_ms"])
        for row in steps:
            if row["shape"] == shape.name and row.get("method") != PLAIN and not row.get("error"):
                over = row["ms_per_run_step"] / larger
                key = {"shape": shape.name, "method": row["method"]}
                yield {**key, **floors, "times_larger_floor": over}


def transformer_units(
    experiments: Mapping[str, Mapping[str, Any]], device: str, steps: int
) -> list[Unit]:
    """One row per transformer experiment and precision: seconds of a step, hours of a run.

    experiments: settings (see `experiments.training_settings`) and width by name. Hours are the
    experiment's steps and measurements at the measured rates.
    """
    return [
        Unit(
            {"experiment": name, "case": precision},
            partial(_transformer_rows, {**settings, "precision": precision}, device, steps),
        )
        for name, settings in experiments.items()
        for precision in PRECISIONS
    ]


def _transformer_rows(settings: Mapping[str, Any], device: str, steps: int) -> Iterator[Row]:
    settings = dict(settings)
    value = settings.pop("value")
    ensemble = build_ensemble(settings, value, 0, generate(settings, value, 0, 1))
    engine = PlainEngine(ensemble, device)
    active, rate = np.ones(1, dtype=bool), settings["learning_rate"]
    engine.advance(0, 2, rate, active)
    engine.measure(0)
    seconds = _seconds(lambda: engine.advance(2, 2 + steps, rate, active)) / steps
    measuring = _seconds(lambda: engine.measure(0))
    n_measured = len(measurement_steps(settings["steps"], settings["measure_every"]))
    total = settings["steps"] * seconds + n_measured * measuring
    yield {
        "batch_size": settings["batch_size"],
        "width": value,
        "step_seconds": seconds,
        "measure_seconds": measuring,
        "hours_per_run": total / 3600.0,
    }


class _Guarded:
    """A method's functions of a number of repetitions; after an exception they do nothing."""

    def __init__(self, build: Callable[[], tuple[Repeat, Repeat | None]]) -> None:
        self.error: str | None = None
        self._step: Repeat | None = None
        self._measure: Repeat | None = None
        try:
            self._step, self._measure = build()
            self._step(_WARM_UP_CALLS)
        except Exception as error:
            self.error = describe(error)

    def step(self, count: int) -> None:
        """Do so many times the steps that are timed together."""
        self._call(self._step, count)

    def measure(self, count: int) -> None:
        """Take so many measurements."""
        self._call(self._measure, count)

    def _call(self, function: Repeat | None, count: int) -> None:
        if function is None or self.error is not None:
            return
        try:
            function(count)
        except Exception as error:
            self.error = describe(error)


def _plain(shape: Shape, device: str, steps: int) -> tuple[Repeat, None]:
    advance = make_plain_loop(shape, device)
    return lambda count: advance(count * steps), None


def _engine(
    name: str, shape: Shape, device: str, steps: int, measurement_inputs: int
) -> tuple[Repeat, Repeat]:
    ensemble = replace(make_ensemble(shape), measurement_inputs=measurement_inputs)
    return repetitions(create_engine(name, device, ensemble, threads=1), shape, steps)


def _repeated(function: Callable[[], Any], device: str) -> Repeat:
    """A function of a number of repetitions that returns when the device is done."""

    def call(times: int) -> None:
        for _ in range(times):
            function()
        if device == "cuda":
            torch.cuda.synchronize()

    return call


def _seconds(function: Callable[[], Any]) -> float:
    started = time.perf_counter()
    function()
    return time.perf_counter() - started
