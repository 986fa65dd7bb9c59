"""Extended models on explicit orthonormal bases."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from emergence.randomness import Stream, stream_key
from emergence.theory.extended_models import (
    extended_data_skill_fraction,
    extended_parameter_skill_fraction,
)
from emergence.theory.setting import Setting
from emergence.theory.simulation.bases import equal_weights, random_orthonormal_basis
from emergence.theory.simulation.extended_data import (
    limit_of_gradient_flow,
    outcome,
    strength_from_loss,
)
from emergence.theory.simulation.extended_parameters import functions_per_skill

STREAM = Stream(stream_key(5, "extended"), 0)


@settings(max_examples=20)
@given(n_functions=st.integers(1, 20), extra=st.integers(0, 20), draw=st.integers(0, 1000))
def test_basis_is_orthonormal(n_functions, extra, draw):
    basis = random_orthonormal_basis(n_functions + extra, n_functions, STREAM, draw)
    np.testing.assert_allclose(
        basis.T @ basis / (n_functions + extra), np.eye(n_functions), atol=1e-12
    )
    assert np.mean((basis @ equal_weights(n_functions)) ** 2) == pytest.approx(1.0)


def test_limit_is_the_least_norm_interpolant_and_all_data_teach_the_skill():
    basis = random_orthonormal_basis(24, 8, STREAM, 1)
    targets = 2.0 * basis[:5] @ equal_weights(8)
    least_norm = np.linalg.lstsq(basis[:5], targets, rcond=None)[0]
    limit = limit_of_gradient_flow(basis, 5, Setting(2.0, 1e-20, 1.0))
    np.testing.assert_allclose(limit, least_norm, atol=1e-9)
    learned = outcome(basis, limit_of_gradient_flow(basis, 8, Setting(2.0, 0.01, 1.0)), 2.0)
    assert learned.strength == pytest.approx(2.0)
    assert learned.loss == pytest.approx(0.0, abs=1e-20)


@pytest.mark.parametrize("n_observed", [2, 6, 12])
def test_strength_obeys_the_beta_law_and_the_one_read_off_the_loss_the_square_root(n_observed):
    n_functions, draws = 16, 400
    bases = [random_orthonormal_basis(40, n_functions, STREAM, draw) for draw in range(draws)]
    setting = Setting(3.0, 1e-20, 1.0)
    results = [
        outcome(basis, limit_of_gradient_flow(basis, n_observed, setting), 3.0) for basis in bases
    ]
    strengths = np.array([result.strength for result in results]) / 3.0
    law = stats.beta(n_observed / 2, (n_functions - n_observed) / 2)
    assert stats.kstest(strengths, law.cdf).pvalue > 1e-3
    error = law.std() / np.sqrt(draws)
    assert abs(np.mean(strengths) - n_observed / n_functions) < 4 * error
    square_root = extended_data_skill_fraction(n_observed, n_functions)
    assert abs(np.mean(strengths) - square_root) > 10 * error
    from_loss = strength_from_loss(np.mean([result.loss for result in results]), 3.0) / 3.0
    slope = 0.5 / np.sqrt(1.0 - n_observed / n_functions)
    assert abs(from_loss - square_root) < 4 * slope * error


@given(n_parameters=st.integers(1, 60), n_skills=st.integers(1, 8), needed=st.integers(1, 9))
def test_functions_are_handed_out_in_order_as_eq_21_says(n_parameters, n_skills, needed):
    counts = functions_per_skill(n_parameters, n_skills, needed)
    expected = extended_parameter_skill_fraction(n_parameters, np.arange(1, n_skills + 1), needed)
    np.testing.assert_allclose(counts / needed, expected)
