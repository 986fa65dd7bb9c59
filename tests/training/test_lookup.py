"""The engine lookup: large networks, threads, and machines of other instruction sets."""

import shutil

import numpy as np
import pytest
from engine_checks import make_ensemble, state_distance, step_error
from hypothesis import given
from hypothesis import strategies as st

from emergence.tasks.sparse_parity.problem import SparseParity
from emergence.training.engines.lookup.compiler import compile_library
from emergence.training.engines.lookup.lookup import LookupEngine, library_build, plan_tables

SKILLS_21 = SparseParity(21, 64, 3, 0.6, 5.0)
SKILLS_100 = SparseParity(100, 32, 3, 0.6, 5.0, shared_bits=1)


@pytest.mark.parametrize(
    "options",
    [
        {"width": 1000, "batch_size": 4000, "initial_std": 0.1},  # the paper's
        {"width": 200, "task": SKILLS_100, "batch_size": 2000, "initial_std": 0.1},
        {"width": 3000, "batch_size": 8, "n_batches": 2, "initial_std": 0.02, "optimizer": "adam"},
    ],
)
def test_a_step_of_large_networks_is_as_exact_as_float32(options):
    ensemble = make_ensemble(epsilon=1e-3, **options)
    assert step_error(lambda ensemble: LookupEngine(ensemble, threads=2), ensemble) < 1e-5


def assert_same_bits(train, engines, ensemble, steps=20):
    """Train and measure with all of them."""
    first, *others = engines
    loss, measured = train(first, ensemble, 0, steps), first.measure(steps)
    assert np.isfinite(loss).all()
    for other in others:
        np.testing.assert_array_equal(train(other, ensemble, 0, steps), loss)
        for name, values in other.measure(steps).items():
            np.testing.assert_array_equal(values, measured[name])
        assert state_distance(first.state(), other.state()) == 0


@pytest.mark.parametrize(
    ("options", "steps"),
    [
        ({"width": 1100, "n_batches": 2}, 20),
        ({"width": 200, "runs": (0, 1, 2), "optimizer": "adam"}, 20),
        ({"width": 7, "runs": (0, 1, 2, 3), "optimizer": "adam", "n_batches": 2}, 20),
        # a batch's length changes with its draw: a thread ahead must not overwrite what others read
        ({"task": SKILLS_21, "width": 1000, "batch_size": 37, "initial_std": 0.1}, 100),
    ],
)
def test_threads_do_not_change_a_bit(train, options, steps):
    ensemble = make_ensemble(**options)
    engines = [LookupEngine(ensemble, threads=threads) for threads in (1, 2, 2, 5)]
    assert_same_bits(train, engines, ensemble, steps)


# Widths, patterns, backgrounds and bits that fill no vector, tile or set of units together.
UNEVEN = (
    {"width": 140, "measurement_inputs": 100 << 3},
    {"width": 43, "optimizer": "adam", "measurement_inputs": 1 << 3},
    {"width": 67, "n_batches": 2, "measurement_inputs": 61 << 3},
    {
        "width": 150,
        "task": SparseParity(3, 50, 4, 0.6, 5.0),
        "optimizer": "adam",
        "measurement_inputs": 61 << 4,
    },
    {"width": 3, "task": SparseParity(2, 17, 5, 0.6, 5.0), "measurement_inputs": 97 << 5},
)


@pytest.fixture(scope="module")
def builds(tmp_path_factory):
    """builds(*flags): a library for other machines."""
    folder = tmp_path_factory.mktemp("builds")
    return lambda *flags: compile_library(folder, machine_flags=flags)


def test_instruction_sets_with_fused_multiply_add_round_alike(train, builds, monkeypatch):
    """So a result made on one such machine is found again, bit for bit, on another."""
    if "AVX" not in library_build()["instruction_set"]:
        pytest.skip("this machine has no AVX2")
    libraries = [
        compile_library(),
        builds("-march=haswell"),
        builds("-march=haswell", "-DPORTABLE"),
    ]
    if shutil.which("clang"):
        monkeypatch.setenv("CC", "clang")
        libraries.append(builds("-march=native"))
    for options in UNEVEN:
        ensemble = make_ensemble(**options)
        engines = [LookupEngine(ensemble, library=library) for library in libraries]
        assert_same_bits(train, engines, ensemble)


def test_tiny_residuals_keep_their_bits(train, builds):
    """AVX2 sums residuals times small powers of two, where they are large enough for that."""
    if "AVX" not in library_build()["instruction_set"]:
        pytest.skip("this machine has no AVX2")
    task = SparseParity(5, 32, 3, 0.6, 1e-20)
    options = {"width": 150, "initial_std": 1e-20, "weight_decay": 0.0, "optimizer": "adam"}
    ensemble = make_ensemble(task, **options)
    libraries = [builds("-march=haswell"), builds("-march=haswell", "-DPORTABLE")]
    engines = [LookupEngine(ensemble, library=library) for library in libraries]
    assert_same_bits(train, engines, ensemble, steps=1)  # the moments are of the first gradient


def test_machines_without_fused_multiply_add_round_alike_and_agree_with_this_one(train, builds):
    """With vectors (SSE2 on x86-64) and with plain loops; with this machine to rounding."""
    libraries = [builds("-ffp-contract=off", *more) for more in ((), ("-DPORTABLE",))]
    for options in UNEVEN:
        ensemble = make_ensemble(**options)
        engines = [LookupEngine(ensemble, library=library) for library in libraries]
        assert_same_bits(train, engines, ensemble)
        here = LookupEngine(ensemble)
        train(here, ensemble, 0, 20)
        assert state_distance(engines[0].state(), here.state()) < 1e-4


@given(
    st.integers(1, 700),
    st.integers(1, 64),
    st.integers(1, 10**5),
    st.integers(1, 100),
    st.booleans(),
)
def test_plans_use_every_bit_once(n_skills, skill_bits, batch_size, blocks, reused):
    prefix_bits, chunks = plan_tables(n_skills, skill_bits, batch_size, blocks, reused)
    covered = list(range(prefix_bits))
    for word, shift, bits in chunks:
        assert shift + bits <= 32
        covered += range(32 * word + shift, 32 * word + shift + bits)
    assert covered == list(range(skill_bits))
    assert 1 <= len(chunks) <= 16
    assert 64 * max(sum(1 << bits for *_, bits in chunks), n_skills << prefix_bits) < 2**16
