"""The forest of distinct prefixes against sets of tuples."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from emergence.models.prefixes import distinct_prefixes


@st.composite
def batches(draw):
    """Batches of bit strings with many or few repetitions."""
    n_tokens, size = draw(st.integers(1, 70)), draw(st.integers(1, 30))
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return (generator.random((size, n_tokens)) < draw(st.sampled_from([0.0, 0.1, 0.5]))).astype(
        np.float32
    )


@given(batches())
def test_every_prefix_has_one_row(inputs):
    found = distinct_prefixes(inputs)
    rows = found.ancestors[found.sample]  # (batch, L)
    prefixes = {}
    for bits, row in zip(inputs.astype(int).tolist(), rows.tolist(), strict=True):
        for j in range(inputs.shape[1]):
            assert (found.values[row[j]], found.positions[row[j]]) == (bits[j], j)
            assert prefixes.setdefault(tuple(bits[: j + 1]), row[j]) == row[j]
    assert sorted(prefixes.values()) == list(range(len(found.values)))
    owned = found.ancestors.ravel()[found.owners]
    np.testing.assert_array_equal(owned, np.arange(len(found.values)))
    np.testing.assert_array_equal(np.unique(found.sample), np.arange(len(found.ancestors)))
    assert len(found.ancestors) == len({tuple(row) for row in inputs.tolist()})
