"""The engine triton in Triton's interpreter: float64, other engines, and its exact laws."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emergence.bench.engine_checks import (
    LEARNING_RATE,
    check_engine,
    make_ensemble,
    measure_in_float64,
    state_distance,
    step_error,
    trajectory_difference,
)
from emergence.tasks.sparse_parity.problem import SparseParity, draw_batch
from emergence.training.engines.choice import create_engine, resolve_engine
from emergence.training.engines.lookup.lookup import LookupEngine
from emergence.training.engines.torch.torch_engine import TorchEngine
from emergence.training.ensemble import Optimizer

pytestmark = pytest.mark.usefixtures("triton_interpreter")
AIMED_STEP_ERROR = 2e-6
TASK = SparseParity(n_skills=2, skill_bits=12, sparse_bits=2, data_exponent=0.6, target_scale=2.0)
TASK_OF_40_BITS = SparseParity(2, 40, 3, 0.9, 1.0)
TASK_OF_64_BITS = SparseParity(12, 64, 5, 0.6, 5.0)
WIDE, NARROW = 40, 6
SHAPES = [
    {"width": NARROW, "batch_size": 90},
    {"width": NARROW, "batch_size": 40, "n_batches": 2},
    {"width": WIDE, "batch_size": 90},
    {"width": WIDE, "batch_size": 40, "n_batches": 2},
]
IDS = ["narrow", "narrow-fixed", "wide", "wide-fixed"]
OPTIMIZERS = pytest.mark.parametrize("optimizer", ["sgd", "adam"])
# An interpreted step takes a tenth to half a second: every shape once, every optimiser twice.
SHAPES_AND_OPTIMIZERS = pytest.mark.parametrize(
    ("shape", "optimizer"),
    list(zip(SHAPES, ["adam", "sgd", "sgd", "adam"], strict=True)),
    ids=IDS,
)


def make(task=TASK, **options):
    return make_ensemble(task, epsilon=1e-3, **options)


def engine_of(ensemble):
    return create_engine("triton", "cpu", ensemble, threads=1)


def everybody(ensemble):
    return np.ones(ensemble.n_runs, dtype=bool)


@st.composite
def ensembles(draw):
    n_skills = draw(st.integers(1, 9))
    sparse_bits = draw(st.integers(1, min(4, 64 // n_skills)))
    task = SparseParity(n_skills, draw(st.integers(n_skills * sparse_bits, 64)), sparse_bits, 0.6, 5.0)
    return make(
        task,
        width=draw(st.sampled_from([1, 2, 5, 16, 17, 32, 33, 64, 65, 130])),
        batch_size=draw(st.integers(1, 140)),
        optimizer=draw(st.sampled_from(["sgd", "adam"])),
        n_batches=draw(st.sampled_from([0, 1, 3])),
        weight_decay=draw(st.sampled_from([0.0, 1e-3])),
        initial_std=draw(st.sampled_from([0.01, 0.3])),
        measurement_inputs=draw(st.integers(1, 20)) << sparse_bits,
        seed=draw(st.integers(0, 2**32)),
    )


@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(ensembles())
def test_a_step_of_any_shape_is_as_exact_as_float32(ensemble):
    assert step_error(engine_of, ensemble) < AIMED_STEP_ERROR


@settings(max_examples=8, suppress_health_check=list(HealthCheck))
@given(ensembles(), st.integers(0, 2**31 - 1))
def test_measurement_equals_brute_force(ensemble, step):
    measured = engine_of(ensemble).measure(step)
    expected = measure_in_float64(ensemble.initial, ensemble, step)
    for found, wanted in (
        (measured.skill_strength, expected.skill_strength),
        (measured.skill_loss, expected.skill_loss),
    ):
        np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-5)


@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(ensembles(), st.integers(0, 2**31 - 1))
def test_kernels_draw_the_task_s_batches(ensemble, step):
    ensemble = replace(ensemble, fixed_batches=None)
    drawn = engine_of(ensemble).draw_batch(0, step)
    expected = draw_batch(ensemble.task, ensemble.streams[0], step, ensemble.batch_size)
    np.testing.assert_array_equal(drawn.skill_counts, expected.skill_counts)
    np.testing.assert_array_equal(drawn.skill_bits, expected.skill_bits)


def test_a_batch_of_several_rounds_of_philox_counters_is_the_task_s():
    ensemble = make_ensemble(batch_size=2500)
    drawn = engine_of(ensemble).draw_batch(0, 5)
    expected = draw_batch(ensemble.task, ensemble.streams[0], 5, 2500)
    np.testing.assert_array_equal(drawn.skill_counts, expected.skill_counts)
    np.testing.assert_array_equal(drawn.skill_bits, expected.skill_bits)


@SHAPES_AND_OPTIMIZERS
def test_engine_passes_the_checks_of_all_engines(shape, optimizer):
    ensemble = make(optimizer=optimizer, runs=(0, 3), **shape)
    for name, check in check_engine(engine_of, ensemble, steps=2).items():
        assert check.holds, (name, check)


@OPTIMIZERS
@pytest.mark.parametrize("shape", SHAPES, ids=IDS)
def test_steps_follow_the_reference_engine(shape, optimizer):
    ensemble = make(optimizer=optimizer, **shape)
    assert trajectory_difference(engine_of, TorchEngine, ensemble, 6) < 1e-4


@pytest.mark.parametrize("task", [TASK_OF_40_BITS, TASK_OF_64_BITS], ids=["40-bits", "64-bits"])
@pytest.mark.parametrize("shape", SHAPES[1:3], ids=IDS[1:3])
def test_more_than_32_bits(task, shape):
    ensemble = make(task, optimizer="adam", **shape)
    assert step_error(engine_of, ensemble, steps_before=2) < AIMED_STEP_ERROR
    assert trajectory_difference(engine_of, TorchEngine, ensemble, 2) < 1e-4


@pytest.mark.parametrize("width", [WIDE, 200])
def test_a_batch_of_several_parts_and_blocks(width):
    """More samples than one program of the backward kernel takes, more units than one block."""
    ensemble = make(width=width, batch_size=1300, optimizer="adam", initial_std=0.05)
    assert step_error(engine_of, ensemble) < AIMED_STEP_ERROR


@pytest.mark.parametrize("width", [NARROW, WIDE])
@pytest.mark.parametrize("scale", [1e-8, 1e8])
def test_weights_of_any_size_keep_their_precision(scale, width):
    """The parts of a weight are float16, whose range is small: the scale must follow the weights.

    Read-out weights shrink as the others grow, so that the outputs stay those of a network.
    """
    ensemble = make(width=width, batch_size=60, initial_std=0.3, weight_decay=0.0)
    initial = replace(
        ensemble.initial,
        input_weights=(ensemble.initial.input_weights * scale).astype(np.float32),
        hidden_biases=(ensemble.initial.hidden_biases * scale).astype(np.float32),
        output_weights=(ensemble.initial.output_weights / scale).astype(np.float32),
    )
    assert step_error(engine_of, replace(ensemble, initial=initial)) < AIMED_STEP_ERROR


@pytest.mark.parametrize("shape", SHAPES, ids=IDS)
def test_residuals_of_a_fitted_network_keep_their_precision(shape):
    """All residuals but one are tiny: the scale of float16 parts is that of a block's largest."""
    ensemble = make(initial_std=1e-4, weight_decay=0.0, **shape)
    ensemble = replace(ensemble, task=replace(TASK, target_scale=1e-6))
    assert step_error(engine_of, ensemble) < AIMED_STEP_ERROR


@SHAPES_AND_OPTIMIZERS
def test_inactive_runs_stay_as_they_are(shape, optimizer):
    ensemble = make(optimizer=optimizer, runs=(0, 1), **shape)
    engine, together = engine_of(ensemble), engine_of(ensemble)
    before = engine.state()
    rate = LEARNING_RATE[optimizer]
    loss = engine.advance(0, 2, rate, np.array([False, True]))
    expected = together.advance(0, 2, rate, everybody(ensemble))
    np.testing.assert_array_equal(loss, [np.nan, expected[1]])
    after, of_all = engine.state(), together.state()
    for name, array in after.items():
        np.testing.assert_array_equal(array[0], before[name][0], err_msg=name)
        np.testing.assert_array_equal(array[1], of_all[name][1], err_msg=name)
    np.testing.assert_array_equal(after["steps_done"], [0, 2])
    # the bias corrections of Adam then differ between the runs
    engine.advance(2, 3, rate, everybody(ensemble))
    other = engine_of(ensemble)
    other.load_state(after)
    other.advance(2, 3, rate, everybody(ensemble))
    assert state_distance(engine.state(), other.state()) == 0


@OPTIMIZERS
@pytest.mark.parametrize("shape", SHAPES, ids=IDS)
@pytest.mark.parametrize("other", [TorchEngine, LookupEngine], ids=["torch", "lookup"])
def test_states_are_exchanged_with_other_engines(shape, optimizer, other):
    ensemble = make(optimizer=optimizer, **shape)
    rate, active = LEARNING_RATE[optimizer], everybody(ensemble)
    first, second, whole = other(ensemble), engine_of(ensemble), other(ensemble)
    whole.advance(0, 4, rate, active)
    first.advance(0, 3, rate, active)
    second.load_state(first.state())
    assert state_distance(second.state(), first.state()) == 0
    second.advance(3, 4, rate, active)
    assert state_distance(second.state(), whole.state()) < 1e-3


@pytest.mark.parametrize("shape", SHAPES[::2], ids=IDS[::2])
def test_steps_are_grouped_into_launches_without_a_trace(shape, monkeypatch):
    from emergence.training.engines.choice.triton import engine as triton_engine

    monkeypatch.setattr(triton_engine, "_GRAPH_STEPS", 3)
    monkeypatch.setattr(triton_engine, "_LAUNCH_STEPS", 3)
    ensemble = make(optimizer="adam", **shape)
    grouped = engine_of(ensemble)
    loss = grouped.advance(0, 5, 0.002, everybody(ensemble))
    monkeypatch.setattr(triton_engine, "_GRAPH_STEPS", 1)
    monkeypatch.setattr(triton_engine, "_LAUNCH_STEPS", 1)
    single = engine_of(ensemble)
    np.testing.assert_array_equal(single.advance(0, 5, 0.002, everybody(ensemble)), loss)
    assert state_distance(grouped.state(), single.state()) == 0


@pytest.mark.filterwarnings("ignore:overflow encountered", "ignore:invalid value encountered")
@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_divergence_shows_in_the_loss(width):
    ensemble = make(width=width, batch_size=50)
    loss = engine_of(ensemble).advance(0, 6, 1e3, everybody(ensemble))
    assert not loss[0] < 1e4 * TASK.target_scale**2


def test_a_state_is_a_copy():
    ensemble = make(optimizer="adam", width=NARROW, batch_size=20)
    engine = engine_of(ensemble)
    engine.advance(0, 2, 0.002, everybody(ensemble))
    state = engine.state()
    kept = {name: array.copy() for name, array in state.items()}
    engine.advance(2, 3, 0.002, everybody(ensemble))
    assert state_distance(state, kept) == 0
    engine.load_state(state)
    for array in state.values():
        array[...] = 0
    assert state_distance(engine.state(), kept) == 0


def test_bad_arguments_are_refused():
    with pytest.raises(ValueError, match="optimizer"):
        engine_of(make(optimizer="lion"))
    with pytest.raises(ValueError, match="momentum"):
        engine_of(replace(make(), optimizer=Optimizer("sgd", momentum=0.9)))
    with pytest.raises(ValueError, match="bfloat16"):
        engine_of(replace(make(), precision="bfloat16"))
    with pytest.raises(ValueError, match="measurement_inputs"):
        engine_of(make(measurement_inputs=10))


def test_the_interpreter_is_chosen_by_its_variable_alone(monkeypatch):
    assert resolve_engine("triton", "auto") == ("triton", "cpu")
    monkeypatch.delenv("TRITON_INTERPRET")
    from emergence.training.engines.choice import choice as engines

    monkeypatch.setattr(engines, "_cuda_available", lambda: False)
    with pytest.raises(engines.EngineUnavailable, match="needs a GPU"):
        resolve_engine("triton", "cpu")


@pytest.fixture(scope="module", autouse=True)
def single_torch_thread():
    torch.set_num_threads(1)
