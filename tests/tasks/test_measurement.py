"""Skill strength and loss: the inputs that they are estimated on, and the estimates."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emergence.randomness import Stream
from emergence.tasks.sparse_parity.measurement import measurement_backgrounds, measurement_inputs
from emergence.tasks.sparse_parity.problem import SparseParity, draw_sparse_bits

TASK = SparseParity(n_skills=2, skill_bits=20, sparse_bits=3, data_exponent=0.6, target_scale=5.0)
STREAM = Stream((1, 2), 0)


@given(
    st.lists(st.integers(0, 63), min_size=1, max_size=6, unique=True),
    st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=5),
)
def test_every_background_meets_every_pattern_once(positions, backgrounds):
    positions = np.array(sorted(positions))
    rows = measurement_inputs(np.array(backgrounds, dtype=np.uint64), positions)
    assert rows.shape == (2 ** len(positions), len(backgrounds))
    for pattern, row in enumerate(rows.tolist()):
        for background, word in zip(backgrounds, row, strict=True):
            written = [(word >> int(p)) & 1 for p in positions]
            assert written == [(pattern >> j) & 1 for j in range(len(positions))]
            mask = sum(1 << int(p) for p in positions)
            assert word | mask == background | mask  # nothing else changed


@pytest.mark.parametrize("inputs", [0, 12])
def test_incomplete_patterns_are_refused(inputs):
    with pytest.raises(ValueError, match=r"multiple of 2\^m = 8"):
        measurement_backgrounds(TASK, STREAM, 0, inputs)


def _made_up_network(n_inputs):
    """A function of the inputs that no skill is, and its value on one input."""
    weights = np.random.default_rng(0).normal(size=n_inputs)
    return lambda inputs: np.sin(inputs @ weights) + 0.3 * inputs[..., -1]


def test_measurement_is_the_mean_over_its_inputs_by_definition():
    data, network = {"sparse_bits": draw_sparse_bits(TASK, STREAM)}, _made_up_network(22)
    measured = TASK.measure(data, STREAM, 10, 64, network)
    backgrounds = measurement_backgrounds(TASK, STREAM, 10, 64)
    for skill, positions in enumerate(data["sparse_bits"]):
        products, errors = [], []
        for background in backgrounds:
            for pattern in range(8):
                bits = [(int(background) >> j) & 1 for j in range(20)]
                for j, position in enumerate(positions):
                    bits[position] = (pattern >> j) & 1
                f = network(np.array([float(k == skill) for k in range(2)] + bits))
                g = (-1) ** sum(bits[p] for p in positions)
                products.append(g * f)
                errors.append(0.5 * (5.0 * g - f) ** 2)
        assert len(products) == 64
        assert measured["strength"][skill] == pytest.approx(np.mean(products), abs=1e-6)
        assert measured["loss"][skill] == pytest.approx(np.mean(errors), abs=1e-5)


def test_strength_is_estimated_without_bias_and_better_than_from_independent_inputs():
    """Against the sum over all 2^12 inputs; the standard error comes from the steps themselves."""
    task, inputs = SparseParity(3, 12, 2, 0.6, 2.0), 64
    data, network = {"sparse_bits": draw_sparse_bits(task, STREAM)}, _made_up_network(15)
    bits = (np.arange(2**12)[:, None] >> np.arange(12)) & 1
    estimates = np.stack(
        [task.measure(data, STREAM, step, inputs, network)["strength"] for step in range(200)]
    )
    for skill, positions in enumerate(data["sparse_bits"]):
        f = network(np.concatenate([np.tile(np.eye(3)[skill], (2**12, 1)), bits], axis=1))
        g = 1 - 2 * (bits[:, positions].sum(axis=1) % 2)
        error = estimates[:, skill].std(ddof=1) / np.sqrt(200)
        assert estimates[:, skill].mean() == pytest.approx(np.mean(g * f), abs=4 * error + 1e-6)
        independent = np.std(g * f) / np.sqrt(inputs)
        assert estimates[:, skill].std() < 1.2 * independent  # stratified: never worse
