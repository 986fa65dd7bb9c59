"""Time of a training step: the engines, the plain PyTorch loop, and dense products alone.

All methods are timed on the same machine in short slices, one after the other, over and over, so
that a disturbance hits all of them; medians over the slices are reported.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

from emergence.bench import engine_checks
from emergence.bench.engine_checks import PAPER_TASK, parity
from emergence.training.engines.choice import create_engine
from emergence.training.engines.lookup.compiler import compile_library
from emergence.training.engines.lookup.lookup import LookupEngine, library_build
from emergence.training.engines.plain import PlainEngine
from emergence.training.ensemble import Engine, Ensemble

_LOGGER = logging.getLogger(__name__)

Repeat = Callable[[int], Any]  # a function of a number of repetitions

MEASUREMENT_INPUTS = 20_000
MEASURED_EVERY = 50  # steps, as in the time experiment
METHODS = {
    "cpu": ("lookup", "torch", "plain", "dense products"),
    "cuda": ("triton", "torch", "plain", "dense products"),
}
_OF_ONE_RUN = ("plain", "dense products")
# Steps of a repetition: a GPU gets many at once in a training.
_STEPS = {"cpu": 1, "cuda": 100}
# Flags for machines that can do less than this one, where this one has AVX2 or AVX-512.
_LESSER_MACHINES = (("-march=haswell",), ("-march=x86-64",))
_SLICE_SECONDS = 0.1


@dataclass(frozen=True)
class Shape:
    """What is trained: a name, sizes, optimiser, and whether the batch is fixed or fresh."""

    name: str
    batch_size: int
    width: int
    optimizer: str
    fixed: bool = False
    n_runs: int = 1
    learning_rate: float = 0.01
    initial_std: float = 0.01


SHAPES = {
    "cpu": (
        Shape("time", 4000, 1000, "sgd"),
        Shape("data", 2000, 1000, "sgd", fixed=True),
        Shape("parameters", 4000, 10, "adam", n_runs=16),
    ),
    "cuda": (
        Shape("time", 4000, 1000, "sgd", n_runs=10),
        Shape("time, one run", 4000, 1000, "sgd"),
        Shape("data", 2000, 1000, "sgd", fixed=True, n_runs=10),
        Shape("parameters", 4000, 20, "adam", n_runs=1000),
        Shape("parameters, 50 runs", 4000, 20, "adam", n_runs=50),
    ),
}
WIDTHS = (1, 2, 5, 10, 16, 20, 50, 100, 200, 500, 1000)
RUN_COUNTS = (1, 2, 4, 8, 16, 32, 64)


def compare_methods(
    threads: Iterable[int],
    repeats: int,
    shapes: Sequence[Shape] | None = None,
    device: str = "cpu",
) -> pd.DataFrame:
    """Time per step of one run for every shape, method and number of threads.

    shapes: by default the device's `SHAPES`. threads: one number where a GPU does the work.
    The table has columns shape, batch_size, width, optimizer, data, n_runs, method, threads;
    ms_per_run_step (median over `repeats` slices) with its quartiles ms_lower, ms_upper;
    times_faster_than_plain, times_faster_than_dense (the two products alone), both at equal
    threads; thread_speedup (against the smallest number of threads); and, for engines, measure_ms
    (one measurement of one run) and measurement_share of the time when R_k is measured every 50
    steps. The plain loop and the products are of one run.
    """
    shapes, threads = SHAPES[device] if shapes is None else shapes, tuple(threads)
    cases = [(s, count, m) for s in shapes for count in threads for m in METHODS[device]]
    slices, measures = [], []
    for shape, count, method in cases:
        key = (shape.name, method, count)
        advance, measure = _build(method, shape, count, device)
        slices.append((key, 1 if method in _OF_ONE_RUN else shape.n_runs, advance))
        if measure:
            measures.append((key, shape.n_runs, measure))
    timed = interleave(slices, repeats)
    measured = interleave(measures, max(3, repeats // 3))
    scale = 1e3 / _STEPS[device]
    medians = {key: scale * np.median(seconds) for key, seconds in timed.items()}
    rows = []
    for shape, count, method in cases:
        key = (shape.name, method, count)
        lower, median, upper = scale * np.percentile(timed[key], [25, 50, 75])
        measure_ms = 1e3 * np.median(measured[key]) if key in measured else np.nan
        rows.append(
            {
                "shape": shape.name,
                "batch_size": shape.batch_size,
                "width": shape.width,
                "optimizer": shape.optimizer,
                "data": "fixed" if shape.fixed else "fresh",
                "n_runs": shape.n_runs,
                "method": method,
                "threads": count,
                "ms_per_run_step": median,
                "ms_lower": lower,
                "ms_upper": upper,
                "times_faster_than_plain": medians[shape.name, "plain", count] / median,
                "times_faster_than_dense": medians[shape.name, "dense products", count] / median,
                "thread_speedup": medians[shape.name, method, min(threads)] / median,
                "measure_ms": measure_ms,
                "measurement_share": _measurement_share(measure_ms, median),
            }
        )
    return pd.DataFrame(rows)


def scale_costs(
    threads: Iterable[int],
    repeats: int,
    widths: Sequence[int] = WIDTHS,
    run_counts: Sequence[int] = RUN_COUNTS,
) -> pd.DataFrame:
    """Time per step of one run of the lookup engine against width (one run per thread) and runs.

    Columns varied ("width" or "n_runs"), width, n_runs, threads, ms_per_run_step (median).
    """
    narrow = next(shape for shape in SHAPES["cpu"] if shape.name == "parameters")
    cases = []
    for count in threads:
        cases += [("width", replace(narrow, width=n, n_runs=count), count) for n in widths]
        cases += [("n_runs", replace(narrow, n_runs=n), count) for n in run_counts]
    slices = [
        (
            (varied, shape.width, shape.n_runs, count),
            shape.n_runs,
            _build("lookup", shape, count, "cpu")[0],
        )
        for varied, shape, count in cases
    ]
    timed = interleave(slices, repeats)
    columns = ["varied", "width", "n_runs", "threads"]
    table = pd.DataFrame(list(timed), columns=columns)
    table["ms_per_run_step"] = [1e3 * np.median(seconds) for seconds in timed.values()]
    return table


def compare_instruction_sets(repeats: int, shapes: Sequence[Shape] = SHAPES["cpu"]) -> pd.DataFrame:
    """Time per step of the lookup engine's library as built for this machine and for lesser ones.

    Columns instruction_set (this machine's first), shape; of one thread, as in `compare_methods`,
    ms_per_run_step, measure_ms and measurement_share; times_slower_than_here.

    Raises LibraryUnavailable if a library cannot be built.
    """
    libraries = _libraries()
    slices, measures = [], []
    for instruction_set, library in libraries.items():
        for shape in shapes:
            engine = LookupEngine(make_ensemble(shape), library=library)
            advance, measure = repetitions(engine, shape)
            slices.append(((instruction_set, shape.name), shape.n_runs, advance))
            measures.append(((instruction_set, shape.name), shape.n_runs, measure))
    timed, measured = interleave(slices, repeats), interleave(measures, max(3, repeats // 3))
    table = pd.DataFrame(list(timed), columns=["instruction_set", "shape"])
    table["ms_per_run_step"] = [1e3 * np.median(seconds) for seconds in timed.values()]
    table["measure_ms"] = [1e3 * np.median(seconds) for seconds in measured.values()]
    table["measurement_share"] = _measurement_share(table["measure_ms"], table["ms_per_run_step"])
    here = table.groupby("shape")["ms_per_run_step"].transform("first")
    table["times_slower_than_here"] = table["ms_per_run_step"] / here
    return table


def _measurement_share(measure_ms: Any, step_ms: Any) -> Any:
    return measure_ms / (measure_ms + MEASURED_EVERY * step_ms)


def _libraries() -> dict[str, Path]:
    """The library for this machine and those for lesser ones, by instruction set."""
    here = compile_library()
    libraries = {library_build(here)["instruction_set"]: here}
    if "AVX" in next(iter(libraries)):
        for flags in _LESSER_MACHINES:
            lesser = compile_library(machine_flags=flags)
            libraries.setdefault(library_build(lesser)["instruction_set"], lesser)
    return libraries


def make_ensemble(shape: Shape) -> Ensemble:
    """The shape's runs as an ensemble with the paper's task."""
    return engine_checks.make_ensemble(
        width=shape.width,
        batch_size=shape.batch_size,
        optimizer=shape.optimizer,
        runs=tuple(range(shape.n_runs)),
        n_batches=int(shape.fixed),
        weight_decay=0.0,
        initial_std=shape.initial_std,
        measurement_inputs=MEASUREMENT_INPUTS,
    )


class PlainLoop(PlainEngine):
    """The baseline: the ordinary engine, its data drawn as one would first write it in PyTorch.

    By PyTorch's generator, on the device; a fixed training set is one batch that is kept.
    """

    def __init__(self, ensemble: Ensemble, device: str = "cpu") -> None:
        super().__init__(ensemble, device)
        torch.manual_seed(0)
        self._task, self._kept = parity(ensemble), None
        self._probabilities = torch.from_numpy(self._task.probabilities).to(self._device)
        self._positions = torch.from_numpy(ensemble.data["sparse_bits"][0]).to(self._device)
        self._kept = self._batch(0, 0) if ensemble.n_batches else None

    def _batch(self, run: int, step: int) -> tuple[torch.Tensor, torch.Tensor]:
        if self._kept:
            return self._kept
        task, size = self._task, self._ensemble.batch_size
        skills = torch.multinomial(self._probabilities, size, replacement=True)
        bits = torch.randint(0, 2, (size, task.skill_bits), device=self._device)
        odd = bits.gather(1, self._positions[skills]).sum(1) % 2
        control = torch.nn.functional.one_hot(skills, task.n_skills)
        return torch.cat([control, bits], dim=1).float(), task.target_scale * (1.0 - 2 * odd)


def make_plain_loop(shape: Shape, device: str, steps: int = 1) -> Repeat:
    """A function of a number: so many times `steps` steps of one run in the plain loop."""
    one = replace(shape, n_runs=1)
    return repetitions(PlainLoop(make_ensemble(one), device), one, steps)[0]


def _build(method: str, shape: Shape, threads: int, device: str) -> tuple[Repeat, Repeat | None]:
    """Functions of a number of repetitions: do the steps of each; take that many measurements."""

    def with_threads(function: Repeat) -> Repeat:
        def call(n: int) -> None:
            torch.set_num_threads(threads)
            function(n)

        return call

    steps = _STEPS[device]
    if method == "plain":
        return with_threads(make_plain_loop(shape, device, steps)), None
    if method == "dense products":
        return with_threads(_dense_products(shape, steps, device)), None
    engine = create_engine(method, device, make_ensemble(shape), threads)
    advance, measure = repetitions(engine, shape, steps)
    return with_threads(advance), with_threads(measure)


def repetitions(engine: Engine, shape: Shape, steps: int = 1) -> tuple[Repeat, Repeat]:
    """Functions of a number: do that many times `steps` steps; take that many measurements."""
    active = np.ones(shape.n_runs, dtype=bool)

    def advance(times: int) -> None:
        engine.advance(0, times * steps, shape.learning_rate, active)

    def measure(times: int) -> None:
        for step in range(times):
            engine.measure(step)

    return advance, measure


def _dense_products(shape: Shape, steps: int, device: str) -> Repeat:
    """X Wᵀ and Eᵀ X, with X of shape (batch, n_s + n_b) and E of shape (batch, width)."""
    generator = torch.Generator(device).manual_seed(0)

    def draw(*sizes: int) -> torch.Tensor:
        return torch.randn(*sizes, generator=generator, device=device)

    inputs = draw(shape.batch_size, PAPER_TASK.input_size)
    weights = draw(shape.width, PAPER_TASK.input_size)
    signal = draw(shape.batch_size, shape.width)
    hidden, gradient = torch.empty_like(signal), torch.empty_like(weights)

    def multiply(times: int) -> None:
        for _ in range(times * steps):
            torch.matmul(inputs, weights.T, out=hidden)
            torch.matmul(signal.T, inputs, out=gradient)
        gradient[0, 0].item()  # waits for the device

    return multiply


def interleave(
    cases: Sequence[tuple[tuple, int, Repeat]], repeats: int
) -> dict[tuple, list[float]]:
    """Seconds per repetition and run of each case in `repeats` slices, taking turns."""
    lengths = {}
    for key, _, function in cases:
        function(1)
        start = time.perf_counter()
        function(2)
        lengths[key] = max(1, int(2 * _SLICE_SECONDS / (time.perf_counter() - start)))
    timed: dict[tuple, list[float]] = {key: [] for key, _, _ in cases}
    for done in range(1, repeats + 1):
        for key, runs, function in cases:
            start = time.perf_counter()
            function(lengths[key])
            timed[key].append((time.perf_counter() - start) / (lengths[key] * runs))
        _LOGGER.info("%d cases: slice %d of %d timed", len(cases), done, repeats)
    return timed
