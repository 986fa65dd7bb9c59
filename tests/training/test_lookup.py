"""The lookup engine against float64 autograd, and its exact laws: threads, packing, resuming."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from emergence.bench.engine_checks import (
    LEARNING_RATE,
    check_engine,
    distance_to_kink,
    inputs_and_targets,
    make_ensemble,
    measure_in_float64,
    outputs,
    pre_activations,
)
from emergence.models.two_layer import NetworkParameters
from emergence.tasks.sparse_parity.problem import SparseParity, draw_batch
from emergence.training.engines.lookup.compiler import compile_library
from emergence.training.engines.lookup.lookup import LookupEngine, library_build, plan_tables
from emergence.training.engines.torch.torch_engine import TorchEngine
from emergence.training.ensemble import Ensemble, Optimizer

UNIT_ROUNDOFF = 2.0**-24
DIVERGED = 50.0  # a parameter this large, of networks with targets of at most 5


@pytest.fixture(scope="session", autouse=True)
def single_torch_thread():
    torch.set_num_threads(1)


def train(engine: LookupEngine, ensemble: Ensemble, first: int, last: int) -> np.ndarray:
    active = np.ones(ensemble.n_runs, dtype=bool)
    return engine.advance(first, last, LEARNING_RATE[ensemble.optimizer.name], active)


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
    optimizer = ensemble.optimizer
    parameters = {
        name: torch.tensor(array[run], dtype=torch.float64, requires_grad=True)
        for name, array in ensemble.initial.arrays().items()
    }
    choices = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}
    options = {"eps": optimizer.epsilon} if optimizer.name == "adam" else {}
    optimise = choices[optimizer.name](
        parameters.values(),
        lr=LEARNING_RATE[optimizer.name],
        weight_decay=optimizer.weight_decay,
        **options,
    )
    for step in range(steps):
        inputs, wanted = inputs_and_targets(ensemble, run, step)
        if distance_to_kink(parameters, inputs).min() < clearance:
            return None
        loss = (outputs(parameters, inputs) - wanted).square().mean()
        slope = largest_slope(parameters, inputs)
        optimise.zero_grad()
        loss.backward()
        optimise.step()
    final = {name: tensor.detach().numpy() for name, tensor in parameters.items()}
    if not all((np.abs(array) < DIVERGED).all() for array in final.values()):
        return None
    return Reference(final, loss.item(), slope)


def assert_identical(a: NetworkParameters, b: NetworkParameters) -> None:
    for name, array in a.arrays().items():
        np.testing.assert_array_equal(array.view(np.uint32), b.arrays()[name].view(np.uint32))


@st.composite
def ensembles(draw, wide: bool | None = None, widest: int = 200) -> Ensemble:
    n_skills = draw(st.integers(1, 12))
    sparse_bits = draw(st.integers(1, min(5, 64 // n_skills)))
    skill_bits = draw(st.integers(n_skills * sparse_bits, 64))
    task = SparseParity(
        n_skills,
        skill_bits,
        sparse_bits,
        draw(st.sampled_from([0.3, 0.6, 1.5])),
        draw(st.sampled_from([1.0, 5.0])),
    )
    if wide is None:
        wide = draw(st.booleans())  # 8 blocks of 16 units and more sum their gradients differently
    return make_ensemble(
        task,
        width=draw(st.integers(113, widest) if wide else st.integers(1, 40)),
        batch_size=draw(st.integers(1, 30 if wide else 150)),
        optimizer=draw(st.sampled_from(["sgd", "adam"])),
        n_batches=draw(st.sampled_from([0, 1, 3])),
        weight_decay=draw(st.sampled_from([0.0, 1e-3])),
        initial_std=draw(st.sampled_from([0.05, 0.3])),
        measurement_inputs=draw(st.integers(1, 60)) << sparse_bits,
        seed=draw(st.integers(0, 2**32)),
        epsilon=1e-3,  # Adam's default divides by gradients as small as their rounding error
    )


def follow_autograd(ensemble: Ensemble, steps: int) -> bool:
    """Assert that the engine follows; False where it need not (see `train_by_autograd`)."""
    reference = train_by_autograd(ensemble, 0, steps, clearance=2.0**-20)
    if reference is None:
        return False
    engine = LookupEngine(ensemble)
    loss = train(engine, ensemble, 0, steps)[0]
    largest = max(np.abs(value).max() for value in reference.parameters.values())
    bound = 2 * UNIT_ROUNDOFF * steps * largest
    for name, array in engine.parameters().arrays().items():
        expected = reference.parameters[name]
        np.testing.assert_allclose(array[0], expected, rtol=0, atol=bound, err_msg=name)
    assert abs(np.sqrt(loss) - np.sqrt(reference.loss)) < bound * reference.slope
    return True


@pytest.mark.parametrize(
    ("steps", "drawn", "examples", "least_wide"),
    [(200, ensembles(), 25, 5), (10, ensembles(wide=True, widest=600), 25, 25)],
)
def test_training_follows_float64_autograd(steps, drawn, examples, least_wide):
    """Few wide networks keep clear of kinks for 200 steps, many for ten."""
    wide = []

    @settings(max_examples=examples, suppress_health_check=list(HealthCheck))
    @given(drawn)
    def follow(ensemble):
        assume(follow_autograd(ensemble, steps))
        wide.append(ensemble.initial.width > 112)

    follow()
    assert len(wide) == examples
    assert sum(wide) >= least_wide


@pytest.mark.parametrize("n_batches", [0, 2])
def test_several_thousand_units_follow_float64_autograd(n_batches):
    ensemble = make_ensemble(width=3000, batch_size=8, n_batches=n_batches, initial_std=0.02)
    assert follow_autograd(ensemble, 3)


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_one_step_of_the_paper_size_is_as_exact_as_float32(optimizer):
    ensemble = make_ensemble(width=1000, batch_size=4000, optimizer=optimizer, initial_std=0.1)
    reference = train_by_autograd(ensemble, 0, 1)
    engine = LookupEngine(ensemble, threads=2)
    loss = train(engine, ensemble, 0, 1)[0]
    assert loss == pytest.approx(reference.loss, rel=1e-5)
    for name, array in engine.parameters().arrays().items():
        expected = reference.parameters[name]
        bound = 8 * UNIT_ROUNDOFF * np.abs(expected).max()
        np.testing.assert_allclose(array[0], expected, rtol=0, atol=bound, err_msg=name)


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(ensembles(), st.integers(0, 2**32 - 1))
def test_measurement_equals_brute_force(ensemble, step):
    engine = LookupEngine(ensemble, threads=2)
    measured = engine.measure(step)
    expected = measure_in_float64(ensemble.initial, ensemble, step)
    bound = 64 * UNIT_ROUNDOFF * ensemble.task.target_scale**2
    np.testing.assert_allclose(measured.skill_strength, expected.skill_strength, rtol=0, atol=bound)
    np.testing.assert_allclose(measured.skill_loss, expected.skill_loss, rtol=0, atol=bound)


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(ensembles(), st.integers(0, 2**32 - 1))
def test_compiled_generator_draws_the_task_s_batches(ensemble, step):
    engine = LookupEngine(replace(ensemble, fixed_batches=None))
    drawn = engine.draw_batch(0, step)
    expected = draw_batch(ensemble.task, ensemble.streams[0], step, ensemble.batch_size)
    np.testing.assert_array_equal(drawn.skill_counts, expected.skill_counts)
    np.testing.assert_array_equal(drawn.skill_bits, expected.skill_bits)


def test_an_engine_with_fixed_batches_draws_none():
    with pytest.raises(ValueError, match="fixed batches"):
        LookupEngine(make_ensemble(n_batches=2)).draw_batch(0, 0)


@pytest.mark.parametrize("n_batches", [0, 2])
@pytest.mark.parametrize(
    ("width", "runs", "optimizer"), [(1100, 1, "sgd"), (200, 3, "adam"), (7, 4, "adam")]
)
def test_threads_do_not_change_a_bit(width, runs, optimizer, n_batches):
    ensemble = make_ensemble(
        width=width, runs=tuple(range(runs)), optimizer=optimizer, n_batches=n_batches
    )
    engines = [LookupEngine(ensemble, threads) for threads in (1, 2, 3, 5)]
    losses = [train(engine, ensemble, 0, 20) for engine in engines]
    measurements = [engine.measure(20) for engine in engines]
    for engine, loss, measurement in zip(engines[1:], losses[1:], measurements[1:], strict=True):
        np.testing.assert_array_equal(loss, losses[0])
        np.testing.assert_array_equal(measurement.skill_strength, measurements[0].skill_strength)
        np.testing.assert_array_equal(measurement.skill_loss, measurements[0].skill_loss)
        assert_identical(engine.parameters(), engines[0].parameters())


@pytest.mark.parametrize(
    ("width", "batch_size", "n_skills"), [(1000, 37, 21), (40, 4000, 5), (200, 301, 1)]
)
def test_batches_of_changing_length_are_no_race(width, batch_size, n_skills):
    """A batch's length depends on its draw: a thread ahead must not write over what others read."""
    task = SparseParity(n_skills, 64, 3, 0.6, 5.0)
    ensemble = make_ensemble(task, width, batch_size, initial_std=0.1)
    alone = LookupEngine(ensemble, 1)
    loss = train(alone, ensemble, 0, 150)
    for _ in range(3):
        team = LookupEngine(ensemble, 2)
        np.testing.assert_array_equal(train(team, ensemble, 0, 150), loss)
        assert_identical(team.parameters(), alone.parameters())


@pytest.mark.parametrize("width", [33, 130])
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("n_batches", [0, 2])
def test_runs_do_not_depend_on_their_neighbours(optimizer, n_batches, width):
    options = {"width": width, "optimizer": optimizer, "n_batches": n_batches}
    packed = make_ensemble(runs=(4, 0, 9), **options)
    engine = LookupEngine(packed, threads=2)
    losses = train(engine, packed, 0, 20)
    strengths = engine.measure(20).skill_strength
    for place, run in enumerate((4, 0, 9)):
        alone = make_ensemble(runs=(run,), **options)
        single = LookupEngine(alone)
        assert train(single, alone, 0, 20)[0] == losses[place]
        np.testing.assert_array_equal(single.measure(20).skill_strength[0], strengths[place])
        for name, array in single.parameters().arrays().items():
            np.testing.assert_array_equal(array[0], engine.parameters().arrays()[name][place])


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("n_batches", [0, 3])
def test_resumed_training_is_bit_for_bit_the_unbroken_one(optimizer, n_batches, tmp_path):
    ensemble = make_ensemble(runs=(0, 1), optimizer=optimizer, n_batches=n_batches)
    unbroken = LookupEngine(ensemble)
    train(unbroken, ensemble, 0, 13)
    np.savez(tmp_path / "state.npz", **unbroken.state())
    expected_loss = train(unbroken, ensemble, 13, 30)
    resumed = LookupEngine(ensemble)
    with np.load(tmp_path / "state.npz", allow_pickle=False) as state:
        resumed.load_state(dict(state))
    np.testing.assert_array_equal(train(resumed, ensemble, 13, 30), expected_loss)
    assert unbroken.state().keys() == resumed.state().keys()
    for name, array in unbroken.state().items():
        assert array.tobytes() == resumed.state()[name].tobytes(), name


def test_slices_do_not_change_a_bit():
    ensemble = make_ensemble(width=50, optimizer="adam")
    whole, sliced = LookupEngine(ensemble, threads=2), LookupEngine(ensemble, threads=2)
    train(whole, ensemble, 0, 25)
    for first, last in ((0, 1), (1, 8), (8, 25)):
        train(sliced, ensemble, first, last)
    assert_identical(whole.parameters(), sliced.parameters())


def test_inactive_runs_stay_as_they_are():
    ensemble = make_ensemble(runs=(0, 1, 2), optimizer="adam")
    engine, everybody = LookupEngine(ensemble), LookupEngine(ensemble)
    loss = engine.advance(0, 5, 0.002, np.array([True, False, True]))
    train(everybody, ensemble, 0, 5)
    np.testing.assert_array_equal(np.isnan(loss), [False, True, False])
    for name, array in engine.parameters().arrays().items():
        np.testing.assert_array_equal(array[1], ensemble.initial.arrays()[name][1])
        np.testing.assert_array_equal(array[2], everybody.parameters().arrays()[name][2])
    np.testing.assert_array_equal(engine.state()["steps_done"], [5, 0, 5])


def test_divergence_shows_in_the_loss():
    ensemble = make_ensemble(width=40)
    loss = LookupEngine(ensemble).advance(0, 60, 50.0, np.array([True]))
    assert not np.isfinite(loss[0])


AVX2 = ("-march=haswell",)  # with fused multiply-add
BUILDS = {
    "portable": ("-DPORTABLE",),
    "AVX2": AVX2,
    "without fused multiply-add": ("-ffp-contract=off",),
}


def skip_without_avx2():
    if "AVX" not in library_build()["instruction_set"]:
        pytest.skip("this machine has no AVX2")


def assert_same_bits(engine: LookupEngine, other: LookupEngine, ensemble: Ensemble) -> None:
    """Train and measure with both."""
    losses = [train(one, ensemble, 0, 20) for one in (engine, other)]
    assert np.isfinite(losses[0]).all()
    np.testing.assert_array_equal(*losses)
    measured, again = engine.measure(20), other.measure(20)
    np.testing.assert_array_equal(measured.skill_strength, again.skill_strength)
    np.testing.assert_array_equal(measured.skill_loss, again.skill_loss)
    assert_identical(engine.parameters(), other.parameters())
    for (name, array), its in zip(engine.state().items(), other.state().values(), strict=True):
        np.testing.assert_array_equal(array, its, err_msg=name)


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


@pytest.mark.parametrize("build", BUILDS)
def test_builds_for_other_machines_agree(build, tmp_path):
    if build == "AVX2":
        skip_without_avx2()
    other = compile_library(tmp_path, machine_flags=BUILDS[build])
    for options in ({"width": 140}, {"width": 40, "optimizer": "adam", "runs": (0, 1)}):
        ensemble = make_ensemble(**options, measurement_inputs=100 << 3)
        engines = [LookupEngine(ensemble, 2), LookupEngine(ensemble, 2, library=other)]
        losses = [train(engine, ensemble, 0, 10) for engine in engines]
        np.testing.assert_allclose(losses[0], losses[1], rtol=1e-6)
        strengths = [engine.measure(10).skill_strength for engine in engines]
        np.testing.assert_allclose(strengths[0], strengths[1], atol=1e-5)
        drawn, expected = (engine.draw_batch(0, 3) for engine in engines)
        np.testing.assert_array_equal(drawn.skill_bits, expected.skill_bits)
        np.testing.assert_array_equal(drawn.skill_counts, expected.skill_counts)


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_instruction_sets_with_fused_multiply_add_round_alike(compiler, tmp_path, monkeypatch):
    """So a result made on one such machine is found again, bit for bit, on another."""
    skip_without_avx2()
    if not shutil.which(compiler):
        pytest.skip(f"{compiler} is not installed")
    here = compile_library()
    monkeypatch.setenv("CC", compiler)
    flags = ("-march=native",), AVX2, (*AVX2, "-DPORTABLE")
    libraries = [compile_library(tmp_path, machine_flags=chosen) for chosen in flags]
    for options in UNEVEN:
        ensemble = make_ensemble(**options)
        for library in libraries:
            engine = LookupEngine(ensemble, library=here)
            assert_same_bits(engine, LookupEngine(ensemble, 2, library=library), ensemble)


def test_sse2_and_portable_code_round_alike(tmp_path):
    """Both without fused multiply-add, as x86-64 has it at the least."""
    skip_without_avx2()  # so this is x86-64
    flags = ("-march=x86-64",), ("-march=x86-64", "-DPORTABLE")
    libraries = [compile_library(tmp_path, machine_flags=chosen) for chosen in flags]
    for options in UNEVEN:
        ensemble = make_ensemble(**options)
        engines = (LookupEngine(ensemble, library=library) for library in libraries)
        assert_same_bits(*engines, ensemble)


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


def test_bad_arguments_are_refused():
    with pytest.raises(ValueError, match="threads"):
        LookupEngine(make_ensemble(), threads=0)
    with pytest.raises(ValueError, match="optimizer"):
        LookupEngine(make_ensemble(optimizer="lion"))
    momentum = replace(make_ensemble(), optimizer=Optimizer("sgd", momentum=0.9))
    with pytest.raises(ValueError, match="momentum"):
        LookupEngine(momentum)
    with pytest.raises(ValueError, match="bfloat16"):
        LookupEngine(replace(make_ensemble(), precision="bfloat16"))
    with pytest.raises(ValueError, match="measurement_inputs"):
        LookupEngine(make_ensemble(measurement_inputs=12))


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("shape", [{"width": 150}, {"width": 9, "n_batches": 2}])
def test_engine_passes_the_checks_of_all_engines(shape, optimizer):
    ensemble = make_ensemble(optimizer=optimizer, runs=(0, 3), epsilon=1e-3, **shape)
    for name, check in check_engine(LookupEngine, ensemble, reference=TorchEngine).items():
        assert check.holds, (name, check)
