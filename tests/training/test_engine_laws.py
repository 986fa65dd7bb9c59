"""What every engine must do: follow float64 autograd, keep runs apart, save its whole state."""

from dataclasses import replace

import numpy as np
import pytest
from engine_checks import (
    check_engine,
    make_ensemble,
    measure_in_float64,
    state_distance,
    step_error,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emergence.tasks.sparse_parity.problem import SparseParity, draw_batch
from emergence.training.engines.choice import create_engine

TASK = SparseParity(n_skills=2, skill_bits=12, sparse_bits=2, data_exponent=0.6, target_scale=2.0)
# Widths on both sides of the kernels' switches: 32 units in triton, 112 in lookup.
SHAPES = {
    "narrow": {"width": 7, "batch_size": 90, "optimizer": "adam"},
    "narrow, fixed": {"width": 7, "batch_size": 40, "n_batches": 2},
    "wide": {"width": 40, "batch_size": 50},
    "wide, fixed": {"width": 40, "batch_size": 20, "n_batches": 2, "optimizer": "adam"},
    "wider": {"width": 130, "batch_size": 30},
    "one unit, one sample": {"width": 1, "batch_size": 1},
}
# In Triton's interpreter a step takes up to half a second; autograd is the same for any shape.
CHECKED = {
    "plain": ("narrow", "narrow, fixed"),
    "torch": SHAPES,
    "lookup": SHAPES,
    "triton": ("narrow, fixed", "wide"),
}
STEPS = {"plain": 20, "torch": 20, "lookup": 20, "triton": 2}
EXAMPLES = {"torch": 25, "lookup": 50, "triton": 6}


def make(shape, **options):
    options = {"task": TASK, "epsilon": 1e-3, "runs": (0, 3), **SHAPES[shape], **options}
    return make_ensemble(**options)


def engine_of(name):
    return lambda ensemble: create_engine(name, "cpu", ensemble, threads=1)


@pytest.fixture(params=CHECKED)
def name(request):
    if request.param == "triton":
        request.getfixturevalue("triton_interpreter")
    return request.param


@pytest.fixture
def engine(name):
    """engine(ensemble): the engine on a CPU."""
    return engine_of(name)


@pytest.mark.parametrize(
    ("name", "shape"),
    [(name, shape) for name, shapes in CHECKED.items() for shape in shapes],
    indirect=["name"],
)
def test_an_engine_passes_every_check_and_follows_another(engine, name, shape):
    other = engine_of("torch" if name == "plain" else "plain")
    checks = check_engine(engine, make(shape), STEPS[name], reference=other)
    tolerances = {"training by the reference engine": 1e-5}
    if name == "torch":  # sums of batched products are in another order than those of one run's
        tolerances["runs alone"] = 1e-4
    for what, tolerance in tolerances.items():
        checks[what] = replace(checks[what], tolerance=tolerance)
    assert not {what: check for what, check in checks.items() if not check.holds}


@st.composite
def ensembles(draw, interpreted):
    n_skills = draw(st.integers(1, 12))
    sparse_bits = draw(st.integers(1, min(5, 64 // n_skills)))
    shared_bits = draw(st.integers(0, sparse_bits - 1))
    least = 5 + sparse_bits if shared_bits == sparse_bits - 1 else n_skills * sparse_bits
    skill_bits = draw(st.integers(least if shared_bits else n_skills * sparse_bits, 64))
    scale = draw(st.sampled_from([1.0, 5.0]))
    return make_ensemble(
        SparseParity(n_skills, skill_bits, sparse_bits, 0.6, scale, shared_bits),
        width=draw(st.integers(1, 40 if interpreted else 140)),
        batch_size=draw(st.integers(1, 40 if interpreted else 140)),
        optimizer=draw(st.sampled_from(["sgd", "adam"])),
        n_batches=draw(st.sampled_from([0, 1, 3])),
        weight_decay=draw(st.sampled_from([0.0, 1e-3])),
        initial_std=draw(st.sampled_from([0.01, 0.3])),
        measurement_inputs=draw(st.integers(1, 4 if interpreted else 40)) << sparse_bits,
        seed=draw(st.integers(0, 2**32)),
        epsilon=1e-3,  # Adam's default divides by gradients as small as their rounding error
    )


@pytest.mark.parametrize("name", EXAMPLES, indirect=True)
def test_step_measurement_and_batch_of_any_shape_are_those_of_the_definition(engine, name):
    @settings(max_examples=EXAMPLES[name], suppress_health_check=list(HealthCheck))
    @given(ensembles(interpreted=name == "triton"), st.integers(0, 2**31 - 1))
    def check(ensemble, step):
        # in means of both signs, which some draws make, float32 loses a digit
        assert step_error(engine, ensemble) < 1e-4
        started = engine(ensemble)
        # a mean of both signs is as inexact as the sum of the absolute terms of an output
        terms = [np.abs(array) for array in ensemble.initial.arrays.values()]
        outputs = float((terms[0].sum(axis=-1) + terms[1]).ravel() @ terms[2].ravel())
        measured = started.measure(step)
        smallest = 2e-6 * ensemble.task.target_scale + 2.0**-24 * outputs
        for quantity, expected in measure_in_float64(ensemble.initial, ensemble, step).items():
            np.testing.assert_allclose(measured[quantity], expected, rtol=2e-6, atol=smallest)
        if name == "lookup" and not ensemble.n_batches:
            drawn = started.draw_batch(0, step)
            batch = draw_batch(ensemble.task, ensemble.streams[0], step, ensemble.batch_size)
            np.testing.assert_array_equal(drawn.skill_counts, batch.skill_counts)
            np.testing.assert_array_equal(drawn.skill_bits, batch.skill_bits)

    check()


@pytest.mark.parametrize("shape", ["narrow", "wide, fixed"])
def test_inactive_runs_stay_as_they_are_and_do_not_touch_the_others(engine, train, shape):
    ensemble = make(shape)
    some, everybody = engine(ensemble), engine(ensemble)
    train(some, ensemble, 0, 1)
    before = some.state()
    loss = train(some, ensemble, 1, 2, [True, False])
    expected = train(everybody, ensemble, 0, 2)
    assert np.isnan(loss[1])
    assert loss[0] == pytest.approx(expected[0], rel=1e-5)
    after, of_all = some.state(), everybody.state()
    for name, array in after.items():
        np.testing.assert_array_equal(array[1], before[name][1], err_msg=name)
        assert (array[0] != before[name][0]).any(), name
        np.testing.assert_allclose(array[0], of_all[name][0], rtol=1e-4, atol=1e-6)
    # Adam's bias corrections then differ between the runs: each goes on where it is
    train(some, ensemble, 2, 3)
    resumed = engine(ensemble)
    resumed.load_state(after)
    train(resumed, ensemble, 2, 3)
    assert state_distance(some.state(), resumed.state()) == 0


def test_slices_change_nothing_and_the_loss_is_that_of_the_last_batch(engine, train):
    ensemble = make("narrow")
    whole, sliced = engine(ensemble), engine(ensemble)
    losses = [train(sliced, ensemble, first, last) for first, last in ((0, 1), (1, 3), (3, 4))]
    np.testing.assert_array_equal(train(whole, ensemble, 0, 4), losses[-1])
    assert (losses[-1].dtype, losses[-1].shape) == (np.float64, (2,))
    assert state_distance(whole.state(), sliced.state()) == 0


def test_states_and_parameters_are_copies(engine, train):
    ensemble = make("narrow")
    trained = engine(ensemble)
    for name, array in trained.parameters().arrays.items():
        np.testing.assert_array_equal(array, ensemble.initial.arrays[name])
        array[...] = 0
    train(trained, ensemble, 0, 2)
    state = trained.state()
    kept = {name: array.copy() for name, array in state.items()}
    for name, array in trained.parameters().arrays.items():
        np.testing.assert_array_equal(array, kept[f"parameters/{name}"])
    train(trained, ensemble, 2, 3)
    assert state_distance(state, kept) == 0
    assert state_distance(trained.state(), kept) > 0
    trained.load_state(state)
    for array in state.values():
        array[...] = 0
    assert state_distance(trained.state(), kept) == 0
    fresh = make("narrow").initial.arrays
    assert all((array == fresh[name]).all() for name, array in ensemble.initial.arrays.items())


@pytest.mark.filterwarnings("ignore:overflow encountered", "ignore:invalid value encountered")
@pytest.mark.parametrize("width", [7, 40])
def test_divergence_shows_in_the_loss(engine, width):
    ensemble = make("narrow", width=width, optimizer="sgd")
    loss = engine(ensemble).advance(0, 3, 1e3, np.array([True, True]))
    assert not (loss < 1e4 * TASK.loss_scale).any()


@pytest.mark.usefixtures("triton_interpreter")
@pytest.mark.parametrize("shape", ["narrow", "wide, fixed"])
@pytest.mark.parametrize(("first", "second"), [("torch", "lookup"), ("lookup", "triton")])
def test_fast_engines_exchange_their_states(train, first, second, shape):
    ensemble = make(shape)
    giving, whole, taking = (engine_of(name)(ensemble) for name in (first, first, second))
    train(whole, ensemble, 0, 3)
    train(giving, ensemble, 0, 2)
    taking.load_state(giving.state())
    assert state_distance(taking.state(), giving.state()) == 0
    train(taking, ensemble, 2, 3)
    assert state_distance(taking.state(), whole.state()) < 1e-3
