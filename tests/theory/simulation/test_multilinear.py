"""Gradient flow and gradient descent of the multilinear and the linear model."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emergence.theory.closed_forms import linear_skill_strength, multilinear_skill_fraction
from emergence.theory.setting import Setting
from emergence.theory.simulation.integration import Schedule
from emergence.theory.simulation.multilinear import (
    gradient_descent,
    gradient_flow,
    linear_gradient_descent,
    population_correlation,
    population_loss,
    sample_correlation,
)

SHARES = np.array([0.6, 0.3, 0.1])
# Each point has one skill: rows of ±1 and zeros, as the skill functions of the parity task.
SKILLS, SIGNS = [0, 0, 2, 1, 0, 0, 2, 0], [1, -1, 1, 1, 1, -1, -1, -1]
FEATURES = np.eye(4)[SKILLS] * np.array(SIGNS)[:, None]
TARGETS = 3.0 * FEATURES.sum(axis=1)


@settings(max_examples=15)
@given(scale=st.floats(0.2, 10.0), fraction=st.floats(1e-4, 0.5), rate=st.floats(0.01, 1.0))
def test_gradient_flow_follows_the_closed_form(scale, fraction, rate):
    setting = Setting(scale, fraction * scale, rate)
    start = np.full(3, np.sqrt(setting.initial_strength))
    times = np.linspace(0.0, 20.0 / setting.rate, 40)
    path = gradient_flow(population_correlation(SHARES, scale), start, start, rate, times)
    expected = setting.target_scale * multilinear_skill_fraction(times[:, None], SHARES, setting)
    np.testing.assert_allclose(path.strengths, expected, rtol=1e-6)


@settings(max_examples=15)
@given(first=st.floats(0.01, 2.0), second=st.floats(-2.0, 2.0), rate=st.floats(0.01, 0.2))
def test_flow_conserves_the_difference_of_squares_and_a_step_shrinks_it_by_a_known_factor(
    first, second, rate
):
    correlation = population_correlation([0.7], 2.0)
    flow = gradient_flow(correlation, [first], [second], rate, np.linspace(0.0, 20.0, 20))
    np.testing.assert_allclose(flow.conserved, first**2 - second**2, atol=1e-8)
    path = gradient_descent(correlation, [first], [second], rate, Schedule(30))
    residual = rate * 0.7 * (2.0 - path.strengths[:-1])
    np.testing.assert_allclose(
        path.conserved[1:], path.conserved[:-1] * (1.0 - residual**2), rtol=1e-9, atol=1e-12
    )


def test_gradient_descent_is_first_order_in_its_step():
    start, times = np.full(3, 0.1), np.linspace(0.0, 40.0, 41)
    correlation = population_correlation(SHARES, 2.0)
    exact = gradient_flow(correlation, start, start, 0.2, times).strengths
    errors = []
    for steps in (8, 16, 32):
        schedule = Schedule(40 * steps, record_every=steps, steps_per_time=steps)
        path = gradient_descent(correlation, start, start, 0.2, schedule)
        np.testing.assert_allclose(path.times, times)
        errors.append(np.max(np.abs(path.strengths - exact)))
    np.testing.assert_allclose(np.divide(errors[:-1], errors[1:]), 2.0, rtol=0.1)


def test_descent_equals_descent_on_the_explicit_loss():
    """Against numerical gradients of ½ mean (f* - f)² over points, by central differences."""

    def loss(parameters):
        a, b = np.split(parameters, 2)
        return 0.5 * np.mean((TARGETS - FEATURES @ (a * b)) ** 2)

    parameters = np.array([0.3, 0.2, 0.5, 0.1, 0.4, 0.6, -0.2, 0.3])
    correlation = sample_correlation(FEATURES, TARGETS)
    path = gradient_descent(correlation, parameters[:4], parameters[4:], 0.05, Schedule(10))
    for _ in range(10):
        gradient = [
            (loss(parameters + shift) - loss(parameters - shift)) / 2e-6
            for shift in 1e-6 * np.eye(8)
        ]
        parameters = parameters - 0.05 * np.array(gradient)
    final = np.concatenate([path.first_layer[-1], path.second_layer[-1]])
    np.testing.assert_allclose(final, parameters, atol=1e-8)


def test_points_reach_the_model_only_through_their_skill_counts():
    shares = np.bincount(SKILLS, minlength=4) / len(SKILLS)
    start = np.full(4, 0.1)
    on_points, on_counts = (
        gradient_descent(correlation, start, start, 0.1, Schedule(400)).strengths
        for correlation in (
            sample_correlation(FEATURES, TARGETS),
            population_correlation(shares, 3.0),
        )
    )
    np.testing.assert_allclose(on_points, on_counts, rtol=1e-10)
    np.testing.assert_array_equal(on_points[:, 3], on_points[0, 3])  # unseen: does not move
    assert on_points[-1, 0] == pytest.approx(3.0)


def test_loss_counts_skills_without_parameters_as_unlearned():
    loss = population_loss(np.array([2.0, 1.0]), np.array([0.5, 0.3, 0.2]), 2.0)
    assert loss == pytest.approx(0.5 * (0.5 * 0.0 + 0.3 * 1.0 + 0.2 * 4.0))


def test_linear_model_follows_its_exponential_to_first_order():
    errors = []
    for steps in (10, 20):
        schedule = Schedule(40 * steps, record_every=steps, steps_per_time=steps)
        times, path = linear_gradient_descent(
            population_correlation(SHARES, 2.0), np.zeros(3), 0.2, schedule
        )
        exact = linear_skill_strength(times[:, None], SHARES, Setting(2.0, 1.0, 0.2))
        errors.append(np.max(np.abs(path - exact)))
    assert errors[0] / errors[1] == pytest.approx(2.0, rel=0.05)
    # For step x the error of (1 - x)^n against e^{-nx} peaks at x/(2e).
    assert errors[0] / 2.0 == pytest.approx(0.02 * 0.6 / (2 * np.e), rel=0.05)
