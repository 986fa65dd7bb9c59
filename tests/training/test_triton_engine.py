"""The engine triton in Triton's interpreter: large shapes, precision of its float16 parts."""

from dataclasses import replace

import numpy as np
import pytest
from engine_checks import (
    make_ensemble,
    state_distance,
    step_error,
)

from emergence.tasks.sparse_parity.problem import SparseParity
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


@pytest.mark.parametrize(
    "options",
    [
        {"task": BITS_64, "width": NARROW, "batch_size": 40, "n_batches": 2},
        {"task": BITS_64, "width": WIDE, "batch_size": 40},
        {"width": 1, "batch_size": 2500},  # several rounds of counters
        # more samples than a program of the backward kernel takes, more units than a block
        {"width": 200, "batch_size": 1100, "initial_std": 0.05},
    ],
)
def test_large_shapes(options):
    assert step_error(engine_of, make(optimizer="adam", **options)) < AIMED_STEP_ERROR


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
