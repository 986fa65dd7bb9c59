"""Time of a training step: the engines, and only the dense products of a step.

All cases are timed on the same machine in short slices, one after the other, over and over, so that
a disturbance hits all of them; medians over the slices are reported.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

from emergence.bench.bound import Arithmetic
from emergence.models.network import initial_parameters
from emergence.models.two_layer import TwoLayer
from emergence.randomness import Stream, stream_key
from emergence.tasks.experiments import draw_runs
from emergence.tasks.sparse_parity.problem import SparseParity
from emergence.training.engines.choice import create_engine
from emergence.training.engines.lookup.compiler import compile_library
from emergence.training.engines.lookup.lookup import LookupEngine, library_build
from emergence.training.ensemble import Engine, Ensemble, Optimizer

_LOGGER = logging.getLogger(__name__)

Repeat = Callable[[int], Any]  # a function of a number of repetitions

TASK = SparseParity(n_skills=5, skill_bits=32, sparse_bits=3, data_exponent=0.6, target_scale=5.0)
MEASUREMENT_INPUTS = 20_000
MEASURED_EVERY = 50  # steps, as in the time experiment
DENSE = "dense products"
METHODS = {"cpu": ("lookup", "torch", "plain", DENSE), "cuda": ("triton", "torch", "plain", DENSE)}
_OF_ONE_RUN = ("plain", DENSE)
# Steps of a repetition: a GPU gets many at once in a training.
_STEPS = {"cpu": 1, "cuda": 100}
# Flags for machines that can do less than this one, where this one has AVX2 or AVX-512.
_THIS_MACHINE = ("-march=native",)
_LESSER_MACHINES = (("-march=haswell",), ("-march=x86-64",))
_SLICE_SECONDS = 0.1


@dataclass(frozen=True)
class Shape:
    """What is trained: a name, sizes, optimiser, and whether the data are fixed or fresh."""

    shape: str
    batch_size: int
    width: int
    optimizer: str
    data: str = "fresh"
    n_runs: int = 1


SHAPES = {
    "cpu": (
        Shape("time", 4000, 1000, "sgd"),
        Shape("data", 2000, 1000, "sgd", "fixed"),
        Shape("parameters", 4000, 10, "adam", n_runs=16),
    ),
    "cuda": (
        Shape("time", 4000, 1000, "sgd", n_runs=10),
        Shape("time, one run", 4000, 1000, "sgd"),
        Shape("data", 2000, 1000, "sgd", "fixed", n_runs=10),
        Shape("parameters", 4000, 20, "adam", n_runs=1000),
        Shape("parameters, 50 runs", 4000, 20, "adam", n_runs=50),
    ),
}


@dataclass(frozen=True)
class Case:
    """What is timed: labels of its row, functions that do steps and measurements, for so many runs.

    steps: of a repetition.
    """

    labels: Mapping[str, Any]
    advance: Repeat
    measure: Repeat | None = None
    n_runs: int = 1
    steps: int = 1


def time_cases(cases: Sequence[Case], repeats: int) -> pd.DataFrame:
    """One row for each case: its labels and its times, which are those of one run.

    Columns ms_per_run_step (median over `repeats` slices) with its quartiles ms_lower, ms_upper;
    for engines measure_ms, of one measurement, and measurement_share of the time when R_k is
    measured every 50 steps.
    """
    measuring = [case.measure for case in cases if case.measure]
    timed = iter(_interleave([*(case.advance for case in cases), *measuring], repeats))
    stepped = [next(timed) for _ in cases]
    rows = []
    for case, seconds in zip(cases, stepped, strict=True):
        quartiles = 1e3 * np.percentile(seconds, [25, 50, 75]) / (case.n_runs * case.steps)
        times = dict(zip(("ms_lower", "ms_per_run_step", "ms_upper"), quartiles, strict=True))
        measure_ms = 1e3 * np.median(next(timed)) / case.n_runs if case.measure else np.nan
        rows.append({**case.labels, **times, "measure_ms": measure_ms})
    table = pd.DataFrame(rows)
    steps_ms = MEASURED_EVERY * table["ms_per_run_step"]
    return table.assign(measurement_share=table["measure_ms"] / (table["measure_ms"] + steps_ms))


def compare_methods(
    threads: Iterable[int],
    repeats: int,
    shapes: Sequence[Shape] | None = None,
    device: str = "cpu",
) -> pd.DataFrame:
    """Time per step of one run for every shape, method and number of threads.

    shapes: by default the device's `SHAPES`. threads: one number where a GPU does the work.
    The table has columns shape, batch_size, width, optimizer, data, n_runs, method, threads, those
    of `time_cases`, and times_faster_than_plain (the ordinary engine), times_faster_than_dense
    (only the two products), both at equal threads. The ordinary engine and the products are of one
    run.
    """
    shapes = SHAPES[device] if shapes is None else shapes
    table = time_cases(
        [
            _case(method, shape, count, device)
            for shape in shapes
            for count in threads
            for method in METHODS[device]
        ],
        repeats,
    )
    for name, method in (("plain", "plain"), ("dense", DENSE)):
        baseline = table["ms_per_run_step"].where(table["method"] == method)
        baseline = baseline.groupby([table["shape"], table["threads"]]).transform("first")
        table[f"times_faster_than_{name}"] = baseline / table["ms_per_run_step"]
    return table


def compare_instruction_sets(repeats: int, shapes: Sequence[Shape] = SHAPES["cpu"]) -> pd.DataFrame:
    """Times of the lookup engine's library as built for this machine and for lesser ones.

    Columns instruction_set (this machine's first), shape, those of `time_cases` for one thread,
    times_slower_than_here, and for wide networks with AVX2 or AVX-512 bound_ms, the time of a
    step's arithmetic on registers (`bound.Arithmetic`), and bound_reached, that over the measured
    time.

    Raises LibraryUnavailable if a library cannot be built.
    """
    cases, bounds = [], []
    for instruction_set, (flags, library) in _libraries().items():
        for shape in shapes:
            engine = LookupEngine(make_ensemble(shape), library=library)
            labels = {"instruction_set": instruction_set, "shape": shape.shape}
            cases.append(_engine_case(labels, engine, shape))
            if "AVX" in instruction_set:
                arithmetic = Arithmetic(TASK, shape.batch_size, shape.width, flags)
                if arithmetic.is_wide:
                    bounds.append((labels, arithmetic))
    parts = [Case({}, part) for _, one in bounds for part in (one.forward, one.backward)]
    timed = time_cases([*cases, *parts], repeats)
    table, rounds = timed.iloc[: len(cases)], timed["ms_per_run_step"].iloc[len(cases) :]
    pairs = zip(bounds, rounds.iloc[::2], rounds.iloc[1::2], strict=True)
    found = pd.DataFrame(
        [{**labels, "bound_ms": one.step(forth, back)} for (labels, one), forth, back in pairs],
        columns=["instruction_set", "shape", "bound_ms"],
    )
    here = table.groupby("shape")["ms_per_run_step"].transform("first")
    table = table.assign(times_slower_than_here=table["ms_per_run_step"] / here)
    table = table.merge(found, how="left")
    return table.assign(bound_reached=table["bound_ms"] / table["ms_per_run_step"])


def _libraries() -> dict[str, tuple[tuple[str, ...], Path]]:
    """Flags and library for this machine and for lesser ones, by instruction set."""
    here = compile_library()
    libraries: dict[str, tuple[tuple[str, ...], Path]] = {
        library_build(here)["instruction_set"]: (_THIS_MACHINE, here)
    }
    if "AVX" in next(iter(libraries)):
        for flags in _LESSER_MACHINES:
            lesser = compile_library(machine_flags=flags)
            libraries.setdefault(library_build(lesser)["instruction_set"], (flags, lesser))
    return libraries


def make_ensemble(shape: Shape) -> Ensemble:
    """The shape's runs as an ensemble with the paper's task."""
    streams = tuple(Stream(stream_key(0, "benchmark"), run) for run in range(shape.n_runs))
    network = TwoLayer(TASK.input_size, shape.width, initial_std=0.01)
    return Ensemble(
        task=TASK,
        streams=streams,
        data=draw_runs(TASK, streams, [shape.batch_size] if shape.data == "fixed" else []),
        initial=initial_parameters(network, streams),
        batch_size=shape.batch_size,
        measurement_inputs=MEASUREMENT_INPUTS,
        optimizer=Optimizer(shape.optimizer),
    )


def _case(method: str, shape: Shape, threads: int, device: str) -> Case:
    """A method on a shape."""
    labels, steps = {**asdict(shape), "method": method, "threads": threads}, _STEPS[device]
    if method in _OF_ONE_RUN:
        shape = replace(shape, n_runs=1)
    if method == DENSE:
        return Case(labels, _dense_products(shape, steps, device, threads), steps=steps)
    engine = create_engine(method, device, make_ensemble(shape), threads)
    return _engine_case(labels, engine, shape, threads, steps)


def _engine_case(
    labels: Mapping[str, Any], engine: Engine, shape: Shape, threads: int = 1, steps: int = 1
) -> Case:
    active = np.ones(shape.n_runs, dtype=bool)

    def advance(times: int) -> None:
        torch.set_num_threads(threads)
        engine.advance(0, times * steps, 0.01, active)

    def measure(times: int) -> None:
        torch.set_num_threads(threads)
        for step in range(times):
            engine.measure(step)

    return Case(labels, advance, measure, shape.n_runs, steps)


def _dense_products(shape: Shape, steps: int, device: str, threads: int) -> Repeat:
    """X Wᵀ and Eᵀ X, with X of shape (batch, n_s + n_b) and E of shape (batch, width)."""
    inputs = torch.randn(shape.batch_size, TASK.input_size, device=device)
    weights = torch.randn(shape.width, TASK.input_size, device=device)
    signal = torch.randn(shape.batch_size, shape.width, device=device)
    hidden, gradient = torch.empty_like(signal), torch.empty_like(weights)

    def multiply(times: int) -> None:
        torch.set_num_threads(threads)
        for _ in range(times * steps):
            torch.matmul(inputs, weights.T, out=hidden)
            torch.matmul(signal.T, inputs, out=gradient)
        gradient[0, 0].item()  # waits for the device

    return multiply


def _interleave(functions: Sequence[Repeat], repeats: int) -> list[list[float]]:
    """Seconds per repetition of each function in `repeats` slices, taking turns."""
    lengths = []
    for function in functions:
        function(1)
        start = time.perf_counter()
        function(2)
        lengths.append(max(1, int(2 * _SLICE_SECONDS / (time.perf_counter() - start))))
    timed: list[list[float]] = [[] for _ in functions]
    for done in range(1, repeats + 1):
        for function, length, seconds in zip(functions, lengths, timed, strict=True):
            start = time.perf_counter()
            function(length)
            seconds.append((time.perf_counter() - start) / length)
        _LOGGER.info("%d cases: slice %d of %d timed", len(functions), done, repeats)
    return timed
