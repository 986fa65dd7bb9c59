"""Extended models and one-shot learners against direct evaluation of their definitions."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from emergence.theory import extended_models
from emergence.theory.closed_forms import multilinear_skill_fraction

MODEL = {"target_scale": 5.0, "initial_strength": 0.01, "learning_rate": 0.7}


def test_extended_time_model_slows_the_flow_by_the_squared_coupling():
    grid, coupling = np.linspace(0, 200, 30), 1 / 22
    solution = solve_ivp(
        lambda _, strength: 2 * 0.7 * coupling * 0.4 * strength * (5.0 - strength), (0, 200),
        [0.01], "DOP853", grid, rtol=1e-11, atol=1e-13,
    )  # fmt: skip
    closed = extended_models.extended_time_skill_fraction(
        grid, 0.4, squared_coupling=coupling, **MODEL
    )
    np.testing.assert_allclose(closed, solution.y[0] / 5.0, rtol=1e-8)


@given(coupling=st.floats(0.01, 0.99), time=st.floats(0.0, 100.0))
def test_squared_coupling_is_a_change_of_clock(coupling, time):
    slowed = extended_models.extended_time_skill_fraction(
        time, 0.4, squared_coupling=coupling, **MODEL
    )
    np.testing.assert_allclose(
        slowed, multilinear_skill_fraction(coupling * time, 0.4, **MODEL), rtol=1e-10
    )


@pytest.mark.parametrize(
    ("samples", "critical", "expected"),
    [
        (0, 800, 0.0),
        (400, 800, 1 - math.sqrt(0.5)),
        (600, 800, 0.5),
        (800, 800, 1.0),
        (9000, 800, 1.0),
    ],
)
def test_data_model_at_chosen_counts(samples, critical, expected):
    computed = extended_models.extended_data_skill_fraction(samples, critical)
    np.testing.assert_allclose(computed, expected, rtol=1e-15)


@given(samples=st.floats(0.0, 5e3), critical=st.floats(1.0, 2e3))
def test_data_model_leaves_the_uncovered_share_as_squared_error(samples, critical):
    fraction = extended_models.extended_data_skill_fraction(samples, critical)
    np.testing.assert_allclose(
        (1 - fraction) ** 2, max(1 - samples / critical, 0.0), atol=1e-14, rtol=1e-12
    )
    assert 0 <= fraction <= 1


def test_data_model_is_accurate_for_few_samples():
    computed = extended_models.extended_data_skill_fraction(1e-12, 1.0)
    np.testing.assert_allclose(computed, 5e-13, rtol=1e-11)


@given(n_parameters=st.integers(1, 200), skill=st.integers(1, 60), critical=st.integers(1, 12))
def test_parameter_model_equals_the_definition_by_quotient_and_remainder(
    n_parameters, skill, critical
):
    quotient = (n_parameters - 1) // critical + 1
    remainder = n_parameters - (quotient - 1) * critical
    expected = 1.0 if skill < quotient else remainder / critical if skill == quotient else 0.0
    computed = extended_models.extended_parameter_skill_fraction(n_parameters, skill, critical)
    np.testing.assert_allclose(computed, expected, rtol=1e-12, atol=1e-12)


@given(n_parameters=st.integers(1, 40), critical=st.floats(0.5, 9.0))
def test_parameter_model_spends_every_parameter_once(n_parameters, critical):
    fractions = extended_models.extended_parameter_skill_fraction(
        n_parameters, np.arange(1, 200), critical
    )
    np.testing.assert_allclose(fractions.sum() * critical, n_parameters, rtol=1e-11)
    assert np.all(np.diff(fractions) <= 0)


def test_one_shot_learner_needs_one_sample():
    losses = extended_models.one_shot_skill_loss(
        [0, 1, 2, 0], target_scale=5.0, initial_strength=1.0
    )
    np.testing.assert_array_equal(losses, [8.0, 0.0, 0.0, 8.0])


def test_parameter_limited_skill_is_learned_up_to_n():
    losses = extended_models.parameter_limited_skill_loss([1, 3, 4], 3, target_scale=5.0)
    np.testing.assert_array_equal(losses, [0.0, 0.0, 12.5])


@pytest.mark.parametrize("coupling", [0.0, 1.0, -0.5, np.nan])
def test_squared_coupling_lies_between_zero_and_one(coupling):
    with pytest.raises(ValueError, match="squared_coupling"):
        extended_models.effective_learning_rate(0.1, coupling)


def test_counts_out_of_range_are_refused():
    with pytest.raises(ValueError, match="skill_samples"):
        extended_models.extended_data_skill_fraction(-1, 800)
    with pytest.raises(ValueError, match="critical_samples"):
        extended_models.extended_data_skill_fraction(1, 0)
    with pytest.raises(ValueError, match="n_parameters"):
        extended_models.extended_parameter_skill_fraction(0, 1, 4)
    with pytest.raises(ValueError, match="critical_parameters"):
        extended_models.extended_parameter_skill_fraction(1, 1, -4)
    with pytest.raises(ValueError, match="skill_samples"):
        extended_models.one_shot_skill_loss(0.5, target_scale=5.0, initial_strength=1.0)
    with pytest.raises(ValueError, match="initial_strength"):
        extended_models.one_shot_skill_loss(1, target_scale=5.0, initial_strength=6.0)
