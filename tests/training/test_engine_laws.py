"""What every engine must do: follow float64 autograd, keep runs apart, save its whole state."""

from dataclasses import replace

import numpy as np
import pytest

from emergence.bench.engine_checks import (
    check_engine,
    inputs_and_targets,
    make_ensemble,
    outputs,
    state_distance,
    trajectory_difference,
)
from emergence.tasks.sparse_parity.problem import SparseParity
from emergence.training.engines.choice import create_engine

TASK = SparseParity(n_skills=2, skill_bits=12, sparse_bits=2, data_exponent=0.6, target_scale=2.0)
BITS_40 = SparseParity(2, 40, 3, 0.9, 1.0)
ENGINES = ("plain", "torch", "lookup", "triton")
# Widths on both sides of the kernels' switches: 32 units in triton, 112 in lookup.
SHAPES = {
    "narrow": {"width": 7, "batch_size": 90, "optimizer": "adam"},
    "narrow, fixed": {"width": 7, "batch_size": 40, "n_batches": 2},
    "wide": {"width": 40, "batch_size": 50},
    "wide, fixed": {"width": 40, "batch_size": 20, "n_batches": 2, "optimizer": "adam"},
    "wider": {"width": 130, "batch_size": 30},
    "one unit, one sample": {"width": 1, "batch_size": 1},
    "40 bits": {"task": BITS_40, "width": 7, "batch_size": 50, "optimizer": "adam"},
}
# In Triton's interpreter a step takes up to half a second.
STEPS = {"plain": 20, "torch": 20, "lookup": 20, "triton": 2}
NOT_INTERPRETED = {("triton", "wider"), ("triton", "narrow")}
# Sums of batched products are in another order than those of one run's.
PACKING_TOLERANCE = {"torch": 1e-4}


def make(shape, **options):
    options = {"task": TASK, "epsilon": 1e-3, "runs": (0, 3), **SHAPES[shape], **options}
    return make_ensemble(**options)


@pytest.fixture(params=ENGINES)
def name(request):
    if request.param == "triton":
        request.getfixturevalue("triton_interpreter")
    return request.param


@pytest.fixture
def engine(name):
    """engine(ensemble): the engine on a CPU."""
    return lambda ensemble: create_engine(name, "cpu", ensemble, threads=1)


@pytest.mark.parametrize("shape", SHAPES)
def test_an_engine_passes_every_check(engine, name, shape):
    if (name, shape) in NOT_INTERPRETED:
        pytest.skip("slow in the interpreter, and other shapes run the same kernels")
    checks = check_engine(engine, make(shape), STEPS[name])
    if name in PACKING_TOLERANCE:
        checks["runs alone"] = replace(checks["runs alone"], tolerance=PACKING_TOLERANCE[name])
    assert not {what: check for what, check in checks.items() if not check.holds}


@pytest.mark.parametrize("shape", ["narrow", "wide, fixed"])
def test_engines_follow_each_other(engine, name, shape):
    def other(ensemble):
        return create_engine("torch" if name == "plain" else "plain", "cpu", ensemble, threads=1)

    assert trajectory_difference(engine, other, make(shape), STEPS[name]) < 1e-4


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


def test_slices_change_nothing(engine, train):
    ensemble = make("narrow")
    whole, sliced = engine(ensemble), engine(ensemble)
    losses = [train(sliced, ensemble, first, last) for first, last in ((0, 1), (1, 4), (4, 5))]
    np.testing.assert_array_equal(train(whole, ensemble, 0, 5), losses[-1])
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


@pytest.mark.parametrize("shape", ["narrow", "narrow, fixed"])
def test_the_loss_is_that_of_the_last_batch_before_its_update(engine, train, shape):
    ensemble = make(shape)
    trained = engine(ensemble)
    train(trained, ensemble, 0, 3)
    before = trained.parameters()
    loss = train(trained, ensemble, 3, 4)
    assert (loss.dtype, loss.shape) == (np.float64, (2,))
    for run in range(2):
        inputs, targets = inputs_and_targets(ensemble, run, 3)
        p = {name: inputs.new_tensor(array) for name, array in before.of_run(run).items()}
        f = outputs(before.network, p, inputs)
        assert loss[run] == pytest.approx((f - targets).square().mean().item(), rel=1e-5)


@pytest.mark.filterwarnings("ignore:overflow encountered", "ignore:invalid value encountered")
@pytest.mark.parametrize("width", [7, 40])
def test_divergence_shows_in_the_loss(engine, width):
    ensemble = make("narrow", width=width, optimizer="sgd")
    loss = engine(ensemble).advance(0, 4, 1e3, np.array([True, True]))
    assert not (loss < 1e4 * TASK.loss_scale).any()


def test_a_skill_s_loss_and_strength_obey_their_inequality(engine, train):
    # L_k ≥ ½(S - R_k)²: discrepancy 16 rests on it
    ensemble = make("narrow")
    trained = engine(ensemble)
    train(trained, ensemble, 0, 3)
    measured = trained.measure(3)
    bound = 0.5 * (TASK.target_scale - measured["strength"]) ** 2
    assert (measured["loss"] >= bound - 1e-6).all()


@pytest.mark.usefixtures("triton_interpreter")
@pytest.mark.parametrize("shape", ["narrow", "wide, fixed"])
@pytest.mark.parametrize(("first", "second"), [("torch", "lookup"), ("lookup", "triton")])
def test_fast_engines_exchange_their_states(train, first, second, shape):
    ensemble = make(shape)
    giving, whole, taking = (
        create_engine(name, "cpu", ensemble, threads=1) for name in (first, first, second)
    )
    train(whole, ensemble, 0, 4)
    train(giving, ensemble, 0, 3)
    taking.load_state(giving.state())
    assert state_distance(taking.state(), giving.state()) == 0
    train(taking, ensemble, 3, 4)
    assert state_distance(taking.state(), whole.state()) < 1e-3
