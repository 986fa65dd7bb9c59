"""The engine triton in Triton's interpreter: any shape, and the precision of its float16 parts."""

from dataclasses import replace

import numpy as np
import pytest
from engine_checks import (
    make_ensemble,
    measure_in_float64,
    state_distance,
    step_error,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emergence.tasks.sparse_parity.problem import SparseParity, draw_batch
from emergence.training.engines.choice import create_engine

pytestmark = pytest.mark.usefixtures("triton_interpreter")
AIMED_STEP_ERROR = 2e-6
TASK = SparseParity(n_skills=2, skill_bits=12, sparse_bits=2, data_exponent=0.6, target_scale=2.0)
BITS_64 = SparseParity(12, 64, 5, 0.6, 5.0)
WIDE, NARROW = 40, 6


def make(task=TASK, **options):
    return make_ensemble(task, epsilon=1e-3, **options)


def engine_of(ensemble):
    return create_engine("triton", "cpu", ensemble, threads=1)


@st.composite
def ensembles(draw):
    n_skills = draw(st.integers(1, 9))
    sparse_bits = draw(st.integers(1, min(4, 64 // n_skills)))
    skill_bits = draw(st.integers(n_skills * sparse_bits, 64))
    return make(
        SparseParity(n_skills, skill_bits, sparse_bits, 0.6, 5.0),
        width=draw(st.sampled_from([1, 2, 5, 16, 17, 32, 33, 64, 65, 130])),
        batch_size=draw(st.integers(1, 140)),
        optimizer=draw(st.sampled_from(["sgd", "adam"])),
        n_batches=draw(st.sampled_from([0, 1, 3])),
        weight_decay=draw(st.sampled_from([0.0, 1e-3])),
        initial_std=draw(st.sampled_from([0.01, 0.3])),
        measurement_inputs=draw(st.integers(1, 20)) << sparse_bits,
        seed=draw(st.integers(0, 2**32)),
    )


@settings(max_examples=10, suppress_health_check=list(HealthCheck))
@given(ensembles())
def test_a_step_of_any_shape_is_as_exact_as_float32(ensemble):
    assert step_error(engine_of, ensemble) < AIMED_STEP_ERROR


@settings(max_examples=6, suppress_health_check=list(HealthCheck))
@given(ensembles(), st.integers(0, 2**31 - 1))
def test_measurement_equals_brute_force(ensemble, step):
    measured = engine_of(ensemble).measure(step)
    for name, expected in measure_in_float64(ensemble.initial, ensemble, step).items():
        np.testing.assert_allclose(measured[name], expected, rtol=0, atol=1e-5, err_msg=name)


@settings(max_examples=10, suppress_health_check=list(HealthCheck))
@given(ensembles(), st.integers(0, 2**31 - 1), st.sampled_from([None, None, None, 2500]))
def test_kernels_draw_the_task_s_batches(ensemble, step, batch_size):
    """Also where a batch takes several rounds of Philox counters."""
    data = {"sparse_bits": ensemble.data["sparse_bits"]}
    ensemble = replace(ensemble, data=data, batch_size=batch_size or ensemble.batch_size)
    drawn = engine_of(ensemble).draw_batch(0, step)
    expected = draw_batch(ensemble.task, ensemble.streams[0], step, ensemble.batch_size)
    np.testing.assert_array_equal(drawn.skill_counts, expected.skill_counts)
    np.testing.assert_array_equal(drawn.skill_bits, expected.skill_bits)


@pytest.mark.parametrize("options", [{"width": NARROW, "n_batches": 2}, {"width": WIDE}])
def test_64_bits(options):
    ensemble = make(BITS_64, optimizer="adam", batch_size=40, **options)
    assert step_error(engine_of, ensemble, steps_before=1) < AIMED_STEP_ERROR


def test_a_batch_of_several_parts_and_blocks():
    """More samples than one program of the backward kernel takes, more units than one block."""
    ensemble = make(width=200, batch_size=1100, optimizer="adam", initial_std=0.05)
    assert step_error(engine_of, ensemble) < AIMED_STEP_ERROR


@pytest.mark.parametrize("width", [NARROW, WIDE])
@pytest.mark.parametrize("scale", [1e-8, 1e8])
def test_weights_of_any_size_keep_their_precision(scale, width):
    """The parts of a weight are float16, whose range is small: the scale must follow the weights.

    Read-out weights shrink as the others grow, so that the outputs stay those of a network.
    """
    ensemble = make(width=width, batch_size=60, initial_std=0.3, weight_decay=0.0)
    factors = {"input_weights": scale, "hidden_biases": scale, "output_weights": 1 / scale}
    arrays = {
        name: (array * factors.get(name, 1.0)).astype(np.float32)
        for name, array in ensemble.initial.arrays.items()
    }
    ensemble = replace(ensemble, initial=replace(ensemble.initial, arrays=arrays))
    assert step_error(engine_of, ensemble) < AIMED_STEP_ERROR


@pytest.mark.parametrize("n_batches", [0, 2])
@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_residuals_of_a_fitted_network_keep_their_precision(width, n_batches):
    """All residuals but one are tiny: the scale of float16 parts is that of a block's largest."""
    task = replace(TASK, target_scale=1e-6)
    ensemble = make(
        task, width=width, batch_size=60, n_batches=n_batches, initial_std=1e-4, weight_decay=0.0
    )
    assert step_error(engine_of, ensemble) < AIMED_STEP_ERROR


@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_steps_are_grouped_into_launches_without_a_trace(train, width, monkeypatch):
    from emergence.training.engines.triton import engine as triton_engine

    ensemble = make(width=width, batch_size=40, optimizer="adam")
    states, losses = [], []
    for group in (2, 1):
        monkeypatch.setattr(triton_engine, "_GRAPH_STEPS", group)
        monkeypatch.setattr(triton_engine, "_LAUNCH_STEPS", group)
        engine = engine_of(ensemble)
        losses.append(train(engine, ensemble, 0, 3))
        states.append(engine.state())
    np.testing.assert_array_equal(*losses)
    assert state_distance(*states) == 0
