"""Initial parameters of network ensembles."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from emergence.models.two_layer import NetworkParameters, initial_parameters
from emergence.randomness import Stream
from emergence.tasks.sparse_parity.problem import SparseParity

TASK = SparseParity(n_skills=3, skill_bits=10, sparse_bits=2, data_exponent=0.6, target_scale=5.0)


def _streams(runs):
    return [Stream((11, 12), run) for run in runs]


@given(st.integers(1, 20), st.integers(1, 5))
def test_shapes_and_types(width, n_runs):
    p = initial_parameters(TASK, width, 0.1, _streams(range(n_runs)))
    assert p.input_weights.shape == (n_runs, width, TASK.input_size)
    assert p.hidden_biases.shape == p.output_weights.shape == (n_runs, width)
    assert p.output_biases.shape == (n_runs,)
    assert {array.dtype for array in p.arrays().values()} == {np.dtype(np.float32)}
    assert (p.n_runs, p.width) == (n_runs, width)


@given(st.lists(st.integers(0, 50), min_size=1, max_size=5, unique=True))
def test_a_run_starts_the_same_alone_and_in_any_ensemble(runs):
    together = initial_parameters(TASK, 7, 0.3, _streams(runs))
    for i, run in enumerate(runs):
        alone = initial_parameters(TASK, 7, 0.3, _streams([run]))
        for name, array in together.arrays().items():
            np.testing.assert_array_equal(array[i], alone.arrays()[name][0])


@pytest.mark.parametrize("sigma", [1e-3, 0.01, 2.0])
def test_every_kind_of_parameter_is_normal_with_standard_deviation_sigma(sigma):
    p = initial_parameters(TASK, 200, sigma, _streams(range(50)))
    for name, array in p.arrays().items():
        if array.size > 50:
            assert stats.kstest(array.ravel() / sigma, "norm").pvalue > 1e-3, name
    assert stats.kstest(p.output_biases / sigma, "norm").pvalue > 1e-3
    assert len(np.unique(np.concatenate([a.ravel() for a in p.arrays().values()]))) > 100_000


def test_zeros_like_and_astype_keep_shapes():
    p = initial_parameters(TASK, 4, 1.0, _streams([0]))
    double, zeros = p.astype(np.float64), p.zeros_like()
    for name, array in p.arrays().items():
        assert double.arrays()[name].dtype == np.float64
        np.testing.assert_array_equal(double.arrays()[name], array)
        assert zeros.arrays()[name].shape == array.shape
        assert not zeros.arrays()[name].any()
    assert isinstance(double, NetworkParameters)
