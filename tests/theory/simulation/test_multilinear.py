"""Gradient flow and gradient descent of the multilinear and the linear model."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emergence.randomness import Stream, stream_key
from emergence.tasks.sparse_parity.problem import SparseParity
from emergence.theory.closed_forms import linear_skill_strength, multilinear_skill_strength
from emergence.theory.simulation.linear_model import linear_gradient_descent
from emergence.theory.simulation.multilinear import (
    gradient_descent,
    gradient_flow,
    population_correlation,
    population_loss,
    sample_correlation,
    sample_points,
)

STREAM = Stream(stream_key(3, "multilinear"), 0)
SHARES = np.array([0.6, 0.3, 0.1])


@settings(deadline=None, max_examples=25)
@given(
    target_scale=st.floats(0.2, 10.0),
    relative_start=st.floats(1e-4, 0.5),
    learning_rate=st.floats(0.01, 1.0),
)
def test_gradient_flow_follows_the_closed_form(target_scale, relative_start, learning_rate):
    start = np.full(3, np.sqrt(relative_start * target_scale))
    times = np.linspace(0.0, 20.0 / (learning_rate * target_scale), 40)
    path = gradient_flow(
        population_correlation(SHARES, target_scale), start, start, learning_rate, times
    )
    expected = multilinear_skill_strength(
        times[:, None],
        SHARES,
        target_scale=target_scale,
        initial_strength=relative_start * target_scale,
        learning_rate=learning_rate,
    )
    np.testing.assert_allclose(path.strengths, expected, rtol=1e-6)


@settings(deadline=None, max_examples=25)
@given(first=st.floats(0.01, 2.0), second=st.floats(-2.0, 2.0))
def test_gradient_flow_conserves_the_difference_of_squares(first, second):
    path = gradient_flow(
        population_correlation([1.0], 2.0), [first], [second], 0.5, np.linspace(0.0, 20.0, 20)
    )
    np.testing.assert_allclose(path.conserved, first**2 - second**2, atol=1e-8)


@settings(deadline=None, max_examples=25)
@given(first=st.floats(0.01, 2.0), second=st.floats(-2.0, 2.0), rate=st.floats(0.01, 0.2))
def test_a_descent_step_shrinks_the_difference_of_squares_by_a_known_factor(first, second, rate):
    path = gradient_descent(population_correlation([0.7], 2.0), [first], [second], rate, 30)
    residual = rate * 0.7 * (2.0 - path.strengths[:-1])
    np.testing.assert_allclose(
        path.conserved[1:], path.conserved[:-1] * (1.0 - residual**2), rtol=1e-9, atol=1e-12
    )


def test_gradient_descent_is_first_order_in_its_step():
    start = np.full(3, 0.1)
    times = np.linspace(0.0, 40.0, 41)
    correlation = population_correlation(SHARES, 2.0)
    exact = gradient_flow(correlation, start, start, 0.2, times).strengths

    def error(steps_per_time):
        path = gradient_descent(
            correlation, start, start, 0.2, 40 * steps_per_time, steps_per_time, steps_per_time
        )
        np.testing.assert_allclose(path.times, times)
        return np.max(np.abs(path.strengths - exact))

    errors = [error(n) for n in (8, 16, 32)]
    assert errors[0] / errors[1] == pytest.approx(2.0, rel=0.1)
    assert errors[1] / errors[2] == pytest.approx(2.0, rel=0.1)


def test_descent_equals_descent_on_the_explicit_loss():
    """Against numerical gradients of ½ mean (f* - f)² over points, by central differences."""
    task = SparseParity(4, 16, 3, 0.6, 3.0)
    features, targets = sample_points(task, 25, STREAM)

    def loss(parameters):
        a, b = np.split(parameters, 2)
        return 0.5 * np.mean((targets - features @ (a * b)) ** 2)

    parameters = np.array([0.3, 0.2, 0.5, 0.1, 0.4, 0.6, -0.2, 0.3])
    path = gradient_descent(
        sample_correlation(features, targets), parameters[:4], parameters[4:], 0.05, 10
    )
    for _ in range(10):
        shifts = 1e-6 * np.eye(8)
        gradient = [
            (loss(parameters + shift) - loss(parameters - shift)) / 2e-6 for shift in shifts
        ]
        parameters = parameters - 0.05 * np.array(gradient)
    np.testing.assert_allclose(
        np.concatenate([path.first_layer[-1], path.second_layer[-1]]), parameters, atol=1e-8
    )


def test_points_reach_the_model_only_through_their_skill_counts():
    task = SparseParity(5, 32, 3, 0.6, 5.0)
    features, targets = sample_points(task, 40, STREAM)
    assert set(np.unique(features)) == {-1.0, 0.0, 1.0}
    np.testing.assert_array_equal(np.abs(features).sum(axis=1), 1.0)
    counts = np.abs(features).sum(axis=0)
    start = np.full(5, 0.1)
    on_points = gradient_descent(sample_correlation(features, targets), start, start, 0.1, 200)
    on_counts = gradient_descent(population_correlation(counts / 40, 5.0), start, start, 0.1, 200)
    np.testing.assert_allclose(on_points.strengths, on_counts.strengths, rtol=1e-10)


def test_unseen_skill_does_not_move():
    path = gradient_descent(
        population_correlation([1.0, 0.0], 5.0), [0.1, 0.1], [0.1, 0.1], 0.02, 400
    )
    np.testing.assert_array_equal(path.strengths[:, 1], path.strengths[0, 1])
    assert path.strengths[-1, 0] == pytest.approx(5.0)


def test_loss_counts_skills_without_parameters_as_unlearned():
    probabilities = np.array([0.5, 0.3, 0.2])
    assert population_loss(np.array([2.0, 1.0]), probabilities, 2.0) == pytest.approx(
        0.5 * (0.5 * 0.0 + 0.3 * 1.0 + 0.2 * 4.0)
    )


def test_linear_model_follows_its_exponential_to_first_order():
    times, coarse = linear_gradient_descent(
        population_correlation(SHARES, 2.0), np.zeros(3), 0.2, 400, 10, 10
    )
    _, fine = linear_gradient_descent(
        population_correlation(SHARES, 2.0), np.zeros(3), 0.2, 800, 20, 20
    )
    exact = linear_skill_strength(times[:, None], SHARES, target_scale=2.0, learning_rate=0.2)
    errors = [np.max(np.abs(path - exact)) for path in (coarse, fine)]
    assert errors[0] / errors[1] == pytest.approx(2.0, rel=0.05)
    # For step x the error of (1 - x)^n against e^{-nx} peaks at x/(2e).
    assert errors[0] / 2.0 == pytest.approx(0.02 * 0.6 / (2 * np.e), rel=0.05)
