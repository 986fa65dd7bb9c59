"""Dense two-layer linear networks against Eq. 25."""

import numpy as np
import pytest

from emergence.randomness import Stream, stream_key
from emergence.theory.simulation.integration import Schedule
from emergence.theory.simulation.linear_network import (
    LinearNetwork,
    aligned_network,
    train_linear_network,
)

STREAM = Stream(stream_key(6, "linear network"), 0)
VALUES = np.array([1.0, 0.5, 0.25])


def test_aligned_network_has_the_modes_it_was_asked_for():
    network = aligned_network(VALUES, 0.01, 7, STREAM)
    np.testing.assert_allclose(np.linalg.svd(network.correlation)[1][:3], VALUES, atol=1e-12)
    start = np.linalg.svd(network.second @ network.first)[1]
    np.testing.assert_allclose(start, [0.01] * 3 + [0.0] * 4, atol=1e-15)
    np.testing.assert_allclose(
        network.first @ network.first.T, network.second.T @ network.second, atol=1e-15
    )


def test_descent_equals_descent_on_sampled_white_inputs():
    """Against explicit gradients of ½ mean |y - W2 W1 x|² over inputs with <x xᵀ> = 1."""
    size = 5
    gaussian = STREAM.normal(8, 99, 3 * size * size).reshape(3, size, size)
    inputs = np.sqrt(size) * np.linalg.qr(gaussian[0])[0]  # columns are the points
    outputs = gaussian[1]
    first, second = 0.3 * gaussian[2], 0.3 * gaussian[1].T
    correlation = outputs @ inputs.T / size
    network = LinearNetwork(correlation, first, second)
    _, strengths = train_linear_network(network, 0.02, Schedule(25, record_every=25))
    for _ in range(25):
        error = outputs - second @ first @ inputs
        gradient_first = -second.T @ error @ inputs.T / size
        gradient_second = -error @ (first @ inputs).T / size
        first, second = first - 0.02 * gradient_first, second - 0.02 * gradient_second
    left, _, right = np.linalg.svd(correlation)
    expected = np.diagonal(left.T @ second @ first @ right.T)
    assert strengths[-1] == pytest.approx(expected, rel=1e-8)
