"""Eq. 56 against numerical integration and the model's own loss."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from emergence.theory import finite_skills
from emergence.theory.model_loss import multilinear_loss_by_direct_sum
from emergence.theory.skill_sums import skill_normaliser

SETTING = {"n_skills": 2000, "data_exponent": 0.3, "target_scale": 5.0}


def test_solution_satisfies_the_differential_equation():
    grid = np.geomspace(3.0, 3e3, 25)

    def slope(time, loss):
        return finite_skills.finite_skills_loss_derivative(time, loss, **SETTING)

    solution = solve_ivp(slope, (3.0, 3e3), [6.0], "DOP853", grid, rtol=1e-11, atol=1e-12)
    closed = finite_skills.finite_skills_loss(
        grid, reference_time=3.0, reference_loss=6.0, **SETTING
    )
    np.testing.assert_allclose(closed, solution.y[0], rtol=1e-8)


def test_derivative_is_the_one_of_the_paper():
    skills, alpha, scale = 2000, 0.3, 5.0
    amplitude = 1.0 / sum(k ** -(alpha + 1.0) for k in range(1, skills + 1))
    constant = scale**2 * amplitude * skills**-alpha / (2 * alpha)
    expected = -alpha / (alpha + 1) * (6.0 + constant) / 30.0
    computed = finite_skills.finite_skills_loss_derivative(30.0, 6.0, **SETTING)
    np.testing.assert_allclose(computed, expected, rtol=1e-12)


def test_solution_passes_through_its_matching_point():
    loss = finite_skills.finite_skills_loss(
        70.0, reference_time=70.0, reference_loss=2.5, **SETTING
    )
    np.testing.assert_allclose(loss, 2.5, rtol=1e-14)


def test_missing_skills_are_the_tail_of_the_power_law():
    """L_C is (S²/2) A ∫_N^∞ k^-(α+1) dk, close to the sum over the skills that are not there."""
    skills = np.arange(2001, 2_000_001)
    tail = np.sum(skills**-1.3) + (2_000_000.5) ** -0.3 / 0.3
    expected = 12.5 * tail / skill_normaliser(0.3, 2000)
    np.testing.assert_allclose(finite_skills.missing_skills_loss(**SETTING), expected, rtol=2e-4)
    unlimited = SETTING | {"n_skills": np.inf}
    assert finite_skills.missing_skills_loss(**unlimited) == 0.0


@pytest.mark.parametrize("alpha", [0.1, 0.3])
def test_corrected_law_follows_the_loss_where_the_plain_law_does_not(alpha):
    setting = {"n_skills": 50_000, "data_exponent": alpha, "target_scale": 5.0}
    times = np.geomspace(20.0, 2e4, 20)
    loss = multilinear_loss_by_direct_sum(
        times, initial_strength=0.01, learning_rate=1.0, **setting
    )
    matching = {"reference_time": times[0], "reference_loss": loss[0]}
    corrected = finite_skills.finite_skills_loss(times, **matching, **setting)
    plain = finite_skills.finite_skills_loss(times, **matching, **setting | {"n_skills": np.inf})
    assert np.max(np.abs(corrected / loss - 1)) < 0.01
    assert np.max(np.abs(plain / loss - 1)) > 0.25


@pytest.mark.parametrize(
    "wrong", [{"n_skills": 0}, {"data_exponent": -0.3}, {"target_scale": 0.0}, {"time": 0.0}]
)
def test_arguments_out_of_range_are_named(wrong):
    arguments = SETTING | {"time": 2.0, "reference_time": 1.0, "reference_loss": 1.0} | wrong
    with pytest.raises(ValueError, match=next(iter(wrong))):
        finite_skills.finite_skills_loss(**arguments)
