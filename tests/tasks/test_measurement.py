"""Inputs on which skill strengths are estimated."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emergence.randomness import Stream
from emergence.tasks.sparse_parity.measurement import measurement_backgrounds, measurement_inputs
from emergence.tasks.sparse_parity.problem import SparseParity

TASK = SparseParity(n_skills=2, skill_bits=20, sparse_bits=3, data_exponent=0.6, target_scale=5.0)


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


def test_backgrounds_are_as_many_as_asked_for_and_new_at_each_step():
    first, second = (measurement_backgrounds(TASK, Stream((1, 2), 0), s, 800) for s in (0, 50))
    assert first.shape == second.shape == (100,)
    assert (first != second).mean() > 0.9
    np.testing.assert_array_equal(first, measurement_backgrounds(TASK, Stream((1, 2), 0), 0, 800))


@pytest.mark.parametrize("inputs", [0, -8, 4, 12, 20001])
def test_incomplete_patterns_are_refused(inputs):
    with pytest.raises(ValueError, match=r"multiple of 2\^m = 8"):
        measurement_backgrounds(TASK, Stream((1, 2), 0), 0, inputs)
