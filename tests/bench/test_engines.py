"""The benchmark's tables: complete, consistent, and about the same training."""

from __future__ import annotations

import numpy as np
import pytest

from emergence.bench import engines
from emergence.bench.engines import (
    METHODS,
    SHAPES,
    Shape,
    compare_instruction_sets,
    compare_methods,
    make_ensemble,
)
from emergence.training.engines.lookup.compiler import compile_library

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


def test_shapes_are_those_of_the_paper():
    ensemble = make_ensemble(SHAPES["cpu"][0])
    assert ensemble.initial.arrays["input_weights"].shape == (1, 1000, 37)
    assert ensemble.n_batches == 0
    fixed = make_ensemble(SHAPES["cpu"][1])
    assert (fixed.n_batches, len(fixed.batch(0, 3).targets)) == (1, 2000)
