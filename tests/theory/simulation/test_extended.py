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
    extended_time_skill_fraction,
)
from emergence.theory.setting import Setting
from emergence.theory.simulation.bases import equal_weights, random_orthonormal_basis
from emergence.theory.simulation.extended_data import (
    gradient_flow_coefficients,
    limit_of_gradient_flow,
    outcome,
    strength_from_loss,
)
from emergence.theory.simulation.extended_parameters import functions_per_skill, train_blocks
from emergence.theory.simulation.extended_time import split_skill_strength

STREAM = Stream(stream_key(5, "extended"), 0)


@settings(max_examples=20)
@given(n_functions=st.integers(1, 20), extra=st.integers(0, 20), draw=st.integers(0, 1000))
def test_basis_is_orthonormal(n_functions, extra, draw):
    basis = random_orthonormal_basis(n_functions + extra, n_functions, STREAM, draw)
    np.testing.assert_allclose(
        basis.T @ basis / (n_functions + extra), np.eye(n_functions), atol=1e-12
    )
    assert np.mean((basis @ equal_weights(n_functions)) ** 2) == pytest.approx(1.0)


@settings(max_examples=10)
@given(
    n_observed=st.integers(1, 7),
    initial_strength=st.floats(1e-4, 0.3),
    target_scale=st.floats(0.5, 4.0),
    draw=st.integers(0, 50),
)
def test_gradient_flow_ends_at_the_projection_formula(
    n_observed, initial_strength, target_scale, draw
):
    basis = random_orthonormal_basis(24, 8, STREAM, draw)
    setting = Setting(target_scale, initial_strength, 1.0)
    flow = gradient_flow_coefficients(basis, n_observed, setting, 1e5)
    limit = limit_of_gradient_flow(basis, n_observed, setting)
    np.testing.assert_allclose(flow, limit, atol=1e-6)


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


@pytest.mark.parametrize("n_parameters", [1, 4, 6])
def test_trained_blocks_reach_the_share_of_functions_they_hold(n_parameters):
    bases = np.stack([random_orthonormal_basis(12, 4, STREAM, 10 + k) for k in range(2)])
    setting = Setting(2.0, 1e-6, 1.0)
    results = train_blocks(bases, n_parameters, np.array([0.7, 0.3]), setting, 500.0)
    expected = extended_parameter_skill_fraction(n_parameters, np.array([1, 2]), 4)
    # A skill without a function keeps R = 0 exactly; one with n of N_c ends at n/N_c.
    strengths = np.array([result.strength for result in results]) / 2.0
    np.testing.assert_allclose(strengths, expected, atol=1e-6)
    losses = [result.loss for result in results]
    np.testing.assert_allclose(losses, 2.0 * (1.0 - expected), atol=1e-5)


@pytest.mark.parametrize("n_modes", [2, 7])
def test_split_skill_rises_at_the_rate_of_eq_14(n_modes):
    basis = random_orthonormal_basis(20, n_modes, STREAM, 4)
    times, setting = np.linspace(0.0, 100.0, 60), Setting(2.0, 0.01, 0.2)
    measured = split_skill_strength(basis, setting, times)
    expected = extended_time_skill_fraction(times, 1.0, setting, squared_coupling=1.0 / n_modes)
    np.testing.assert_allclose(measured / 2.0, expected, atol=1e-7)
