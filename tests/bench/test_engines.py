"""The benchmark's tables: complete, consistent, and about the same training."""

from __future__ import annotations

import numpy as np
import pytest

from emergence.bench import engines
from emergence.bench.bound import Arithmetic
from emergence.bench.engines import (
    METHODS,
    SHAPES,
    TASK,
    Shape,
    compare_instruction_sets,
    compare_methods,
    make_ensemble,
)
from emergence.training.engines.lookup.compiler import compile_library
from emergence.training.engines.lookup.lookup import library_build

TINY = (
    Shape("fresh", 64, 20, "sgd", n_runs=2),
    Shape("fixed", 64, 3, "adam", "fixed"),
)


@pytest.fixture(autouse=True)
def short_slices(monkeypatch):
    monkeypatch.setattr("emergence.bench.engines._SLICE_SECONDS", 1e-3)
    monkeypatch.setattr("emergence.bench.engines.MEASUREMENT_INPUTS", 64)


def test_every_method_width_and_thread_count_is_timed_and_shown():
    table = compare_methods([1, 2], repeats=3, shapes=TINY)
    assert len(table) == len(TINY) * len(METHODS["cpu"]) * 2
    assert not table.duplicated(["shape", "method", "threads"]).any()
    assert (table["ms_lower"] <= table["ms_per_run_step"]).all()
    assert (table["ms_per_run_step"] <= table["ms_upper"]).all()
    for _, group in table.groupby(["shape", "threads"]):
        times = group.set_index("method")["ms_per_run_step"]
        ratios = group.set_index("method")["times_faster_than_plain"]
        np.testing.assert_allclose(ratios, times["plain"] / times)
    measured = table["method"] != "dense products"
    assert table.loc[measured, "measurement_share"].between(0, 1).all()
    assert table.loc[~measured, "measurement_share"].isna().all()


def test_libraries_for_lesser_machines_are_timed_beside_this_one_s(monkeypatch):
    here, build = compile_library(), {"instruction_set": "AVX-512"}
    other = {"instruction_set": "x86-64"}
    monkeypatch.setattr(engines, "compile_library", lambda machine_flags=(): here)
    builds = iter([build, build, other])
    monkeypatch.setattr(engines, "library_build", lambda path: next(builds))
    table = compare_instruction_sets(repeats=3, shapes=TINY)
    assert list(table["instruction_set"]) == ["AVX-512"] * 2 + ["x86-64"] * 2
    assert list(table["shape"]) == [shape.shape for shape in TINY] * 2
    assert table["measurement_share"].between(0, 1).all()
    of_fresh = table[table["shape"] == "fresh"]
    slower = of_fresh["ms_per_run_step"] / of_fresh["ms_per_run_step"].iloc[0]
    np.testing.assert_allclose(of_fresh["times_slower_than_here"], slower)


@pytest.mark.skipif(
    "AVX" not in library_build(compile_library())["instruction_set"], reason="needs AVX2"
)
def test_wide_networks_have_a_bound():
    """Also in a build for lesser machines; narrow networks have another way back."""
    wide, narrow = Shape("wide", 1000, 200, "sgd"), Shape("narrow", 64, 3, "sgd")
    table = compare_instruction_sets(repeats=3, shapes=(wide, narrow))
    bounded = table["shape"].eq("wide") & table["instruction_set"].str.contains("AVX")
    assert bounded.any()
    assert table["bound_reached"].notna().tolist() == bounded.tolist()
    ratios = table.loc[bounded, "bound_ms"] / table.loc[bounded, "ms_per_run_step"]
    np.testing.assert_allclose(table.loc[bounded, "bound_reached"], ratios)
    assert (ratios > 0).all()


def test_the_bound_counts_quads_sets_and_chunks():
    """Of 1,000 units 63 blocks in 16 sets; 4 chunks and the skills are summed on the way back."""
    arithmetic = Arithmetic(TASK, 4000, 1000, ("-O1",))
    assert arithmetic.step(1.0, 0.0) == pytest.approx(1000 * 63 / 10_000)
    assert arithmetic.step(0.0, 1.0) == pytest.approx(4000 * 16 * 5 / 10_000)


def test_shapes_are_those_of_the_paper():
    ensemble = make_ensemble(SHAPES["cpu"][0])
    assert ensemble.initial.arrays["input_weights"].shape == (1, 1000, 37)
    assert ensemble.n_batches == 0
    fixed = make_ensemble(SHAPES["cpu"][1])
    assert (fixed.n_batches, len(fixed.batch(0, 3).targets)) == (1, 2000)
