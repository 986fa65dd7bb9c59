"""The engine lookup over any shape: float64 autograd, brute force, threads, instruction sets."""

from __future__ import annotations

import shutil
from dataclasses import dataclass

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from emergence.bench.engine_checks import (
    LEARNING_RATE,
    distance_to_kink,
    inputs_and_targets,
    make_ensemble,
    measure_in_float64,
    outputs,
    pre_activations,
    state_distance,
)
from emergence.tasks.sparse_parity.problem import SparseParity, draw_batch
from emergence.training.engines.lookup.compiler import compile_library
from emergence.training.engines.lookup.lookup import LookupEngine, library_build, plan_tables
from emergence.training.ensemble import Ensemble

UNIT_ROUNDOFF = 2.0**-24
DIVERGED = 50.0  # a parameter this large, of networks with targets of at most 5
EVERY_CHECK = list(HealthCheck)


def largest_slope(p: dict[str, torch.Tensor], inputs: torch.Tensor) -> float:
    """Largest sum of |df/dθ| over the parameters: how errors of parameters show in outputs."""
    with torch.no_grad():
        z = pre_activations(p, inputs)
        by_input_weights = (z > 0) * p["output_weights"].abs() * (1 + inputs.sum(1, keepdim=True))
        return (1 + (torch.relu(z) + by_input_weights).sum(1)).max().item()


@dataclass(frozen=True)
class Reference:
    """Float64 parameters after training by autograd; the last batch's loss and largest slope
    before its step."""

    parameters: dict[str, np.ndarray]
    loss: float
    slope: float


def train_by_autograd(
    ensemble: Ensemble, run: int, steps: int, clearance: float = 0.0
) -> Reference | None:
    """`steps` of torch.optim on autograd's gradients, in float64.

    None if a sample comes nearer than `clearance` to the kink of a ReLU: the gradient jumps there,
    so rounding can change the path. None, too, if training diverges, which multiplies rounding
    errors.
    """
    chosen, network = ensemble.optimizer, ensemble.initial.network
    parameters = {
        name: torch.tensor(array, dtype=torch.float64, requires_grad=True)
        for name, array in ensemble.initial.of_run(run).items()
    }
    choices = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}
    options = {"eps": chosen.epsilon} if chosen.name == "adam" else {}
    options |= {"lr": LEARNING_RATE[chosen.name], "weight_decay": chosen.weight_decay}
    optimise = choices[chosen.name](parameters.values(), **options)
    for step in range(steps):
        inputs, wanted = inputs_and_targets(ensemble, run, step)
        if distance_to_kink(parameters, inputs).min() < clearance:
            return None
        loss = (outputs(network, parameters, inputs) - wanted).square().mean()
        slope = largest_slope(parameters, inputs)
        optimise.zero_grad()
        loss.backward()
        optimise.step()
    final = {name: tensor.detach().numpy() for name, tensor in parameters.items()}
    if not all((np.abs(array) < DIVERGED).all() for array in final.values()):
        return None
    return Reference(final, loss.item(), slope)


@st.composite
def ensembles(draw, widths: tuple[int, int] = (1, 200)) -> Ensemble:
    n_skills = draw(st.integers(1, 12))
    sparse_bits = draw(st.integers(1, min(5, 64 // n_skills)))
    task = SparseParity(
        n_skills,
        draw(st.integers(n_skills * sparse_bits, 64)),
        sparse_bits,
        draw(st.sampled_from([0.3, 0.6, 1.5])),
        draw(st.sampled_from([1.0, 5.0])),
    )
    width = draw(st.integers(*widths))
    return make_ensemble(
        task,
        width=width,
        batch_size=draw(st.integers(1, 150 if width <= 40 else 30)),
        optimizer=draw(st.sampled_from(["sgd", "adam"])),
        n_batches=draw(st.sampled_from([0, 1, 3])),
        weight_decay=draw(st.sampled_from([0.0, 1e-3])),
        initial_std=draw(st.sampled_from([0.05, 0.3])),
        measurement_inputs=draw(st.integers(1, 60)) << sparse_bits,
        seed=draw(st.integers(0, 2**32)),
        epsilon=0.01,  # a smaller one divides by gradients as small as their rounding error
    )


def follow_autograd(train, ensemble: Ensemble, steps: int) -> bool:
    """Assert that the engine follows; False where it need not (see `train_by_autograd`)."""
    reference = train_by_autograd(ensemble, 0, steps, clearance=2.0**-20)
    if reference is None:
        return False
    engine = LookupEngine(ensemble)
    loss = train(engine, ensemble, 0, steps)[0]
    largest = max(np.abs(value).max() for value in reference.parameters.values())
    bound = 2 * UNIT_ROUNDOFF * steps * largest
    for name, array in engine.parameters().of_run(0).items():
        expected = reference.parameters[name]
        np.testing.assert_allclose(array, expected, rtol=0, atol=bound, err_msg=name)
    assert abs(np.sqrt(loss) - np.sqrt(reference.loss)) < bound * reference.slope
    return True


@pytest.mark.parametrize(
    ("steps", "widths", "examples"),
    # 8 blocks of 16 units and more sum their gradients differently
    [(200, (1, 40), 10), (100, (113, 200), 5), (10, (113, 600), 15)],
)
def test_training_follows_float64_autograd(train, steps, widths, examples):
    """Few wide networks keep clear of kinks for long, many for ten steps."""
    followed = []

    @settings(max_examples=examples, suppress_health_check=EVERY_CHECK)
    @given(ensembles(widths))
    def follow(ensemble):
        assume(follow_autograd(train, ensemble, steps))
        followed.append(ensemble)

    follow()
    assert len(followed) == examples


@pytest.mark.parametrize("n_batches", [0, 2])
def test_several_thousand_units_follow_float64_autograd(train, n_batches):
    ensemble = make_ensemble(width=3000, batch_size=8, n_batches=n_batches, initial_std=0.02)
    assert follow_autograd(train, ensemble, 3)


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_one_step_of_the_paper_size_is_as_exact_as_float32(train, optimizer):
    ensemble = make_ensemble(width=1000, batch_size=4000, optimizer=optimizer, initial_std=0.1)
    reference = train_by_autograd(ensemble, 0, 1)
    engine = LookupEngine(ensemble, threads=2)
    assert train(engine, ensemble, 0, 1)[0] == pytest.approx(reference.loss, rel=1e-5)
    for name, array in engine.parameters().of_run(0).items():
        expected = reference.parameters[name]
        bound = 8 * UNIT_ROUNDOFF * np.abs(expected).max()
        np.testing.assert_allclose(array, expected, rtol=0, atol=bound, err_msg=name)


@settings(max_examples=30, suppress_health_check=EVERY_CHECK)
@given(ensembles(), st.integers(0, 2**32 - 1))
def test_measurement_equals_brute_force(ensemble, step):
    measured = LookupEngine(ensemble, threads=2).measure(step)
    bound = 64 * UNIT_ROUNDOFF * ensemble.task.loss_scale
    for name, expected in measure_in_float64(ensemble.initial, ensemble, step).items():
        np.testing.assert_allclose(measured[name], expected, rtol=0, atol=bound, err_msg=name)


@settings(max_examples=30, suppress_health_check=EVERY_CHECK)
@given(ensembles(), st.integers(0, 2**32 - 1))
def test_compiled_generator_draws_the_task_s_batches(ensemble, step):
    engine = LookupEngine(ensemble)
    if ensemble.n_batches:
        with pytest.raises(ValueError, match="fixed batches"):
            engine.draw_batch(0, step)
        return
    drawn = engine.draw_batch(0, step)
    expected = draw_batch(ensemble.task, ensemble.streams[0], step, ensemble.batch_size)
    np.testing.assert_array_equal(drawn.skill_counts, expected.skill_counts)
    np.testing.assert_array_equal(drawn.skill_bits, expected.skill_bits)


def assert_same_bits(train, engines: list[LookupEngine], ensemble: Ensemble, steps=20) -> None:
    """Train and measure with all of them."""
    first, *others = engines
    loss, measured = train(first, ensemble, 0, steps), first.measure(steps)
    assert np.isfinite(loss).all()
    for other in others:
        np.testing.assert_array_equal(train(other, ensemble, 0, steps), loss)
        for name, values in other.measure(steps).items():
            np.testing.assert_array_equal(values, measured[name])
        assert state_distance(first.state(), other.state()) == 0


@pytest.mark.parametrize("n_batches", [0, 2])
@pytest.mark.parametrize(
    ("width", "runs", "optimizer"), [(1100, 1, "sgd"), (200, 3, "adam"), (7, 4, "adam")]
)
def test_threads_do_not_change_a_bit(train, width, runs, optimizer, n_batches):
    ensemble = make_ensemble(
        width=width, runs=tuple(range(runs)), optimizer=optimizer, n_batches=n_batches
    )
    engines = [LookupEngine(ensemble, threads=threads) for threads in (1, 2, 3, 5)]
    assert_same_bits(train, engines, ensemble)


@pytest.mark.parametrize(
    ("width", "batch_size", "n_skills"), [(1000, 37, 21), (40, 4000, 5), (200, 301, 1)]
)
def test_batches_of_changing_length_are_no_race(train, width, batch_size, n_skills):
    """A batch's length depends on its draw: a thread ahead must not write over what others read."""
    ensemble = make_ensemble(
        SparseParity(n_skills, 64, 3, 0.6, 5.0), width, batch_size, initial_std=0.1
    )
    engines = [LookupEngine(ensemble, threads=threads) for threads in (1, 2, 2)]
    assert_same_bits(train, engines, ensemble, 100)


def test_more_threads_than_none_are_needed():
    with pytest.raises(ValueError, match="threads must be at least 1"):
        LookupEngine(make_ensemble(), threads=0)


AVX2 = ("-march=haswell",)  # with fused multiply-add
# As every machine can run it, on x86-64 with SSE2; and with loops in place of vectors.
UNFUSED = ("-ffp-contract=off",), ("-ffp-contract=off", "-DPORTABLE")
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


def skip_without_avx2():
    if "AVX" not in library_build()["instruction_set"]:
        pytest.skip("this machine has no AVX2")


@pytest.mark.parametrize("flags", UNFUSED)
def test_builds_for_other_machines_agree(train, builds, flags):
    """To rounding."""
    other = compile_library(builds, machine_flags=flags)
    for options in ({"width": 140}, {"width": 40, "optimizer": "adam", "runs": (0, 1)}):
        ensemble = make_ensemble(**options, measurement_inputs=100 << 3)
        engines = [LookupEngine(ensemble), LookupEngine(ensemble, threads=2, library=other)]
        losses = [train(engine, ensemble, 0, 10) for engine in engines]
        np.testing.assert_allclose(losses[0], losses[1], rtol=1e-6)
        strengths = [engine.measure(10)["strength"] for engine in engines]
        np.testing.assert_allclose(strengths[0], strengths[1], atol=1e-5)
        drawn, expected = (engine.draw_batch(0, 3) for engine in engines)
        np.testing.assert_array_equal(drawn.skill_bits, expected.skill_bits)
        np.testing.assert_array_equal(drawn.skill_counts, expected.skill_counts)


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_instruction_sets_with_fused_multiply_add_round_alike(train, builds, compiler, monkeypatch):
    """So a result made on one such machine is found again, bit for bit, on another."""
    skip_without_avx2()
    if not shutil.which(compiler):
        pytest.skip(f"{compiler} is not installed")
    here = compile_library()
    monkeypatch.setenv("CC", compiler)
    flags = [AVX2, (*AVX2, "-DPORTABLE") if compiler == "gcc" else ("-march=native",)]
    libraries = [here, *(compile_library(builds, machine_flags=chosen) for chosen in flags)]
    for options in UNEVEN:
        ensemble = make_ensemble(**options)
        engines = [LookupEngine(ensemble, library=library) for library in libraries]
        assert_same_bits(train, engines, ensemble)


def test_vectors_and_portable_code_round_alike(train, builds):
    libraries = [compile_library(builds, machine_flags=chosen) for chosen in UNFUSED]
    for options in UNEVEN:
        ensemble = make_ensemble(**options)
        engines = [LookupEngine(ensemble, library=library) for library in libraries]
        assert_same_bits(train, engines, ensemble)


@given(
    st.integers(1, 64),
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
