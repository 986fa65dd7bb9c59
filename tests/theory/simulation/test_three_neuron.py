"""The three-neuron network on 3-bit parity."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emergence.theory.setting import Setting
from emergence.theory.simulation.three_neuron import (
    INPUTS,
    PARITY,
    gradient_flow_velocity,
    mode_strengths,
    neuron_outputs,
    parity_loss,
    train_three_neurons,
)

POSITIVE = st.floats(0.01, 3.0)
PARAMETERS = st.tuples(POSITIVE, POSITIVE, POSITIVE, st.floats(-3.0, 3.0)).map(np.array)


def network_output(parameters):
    """Output of the 16-parameter network: weights, biases and read-outs of three ReLU units."""
    alpha, beta, gamma, constant = parameters
    directions = np.array([[-1, 1, -1], [-1, 1, -1], [1, -1, 1]]) * parameters[:3, None]
    hidden = INPUTS @ directions.T + np.array([0.0, beta, -gamma])
    return np.where(hidden.real > 0, hidden, 0.0) @ [-2 * alpha, beta, gamma] + constant


def network_loss(parameters, target_scale):
    return 0.5 * np.mean((target_scale * PARITY - network_output(parameters)) ** 2)


@given(parameters=PARAMETERS, target_scale=st.floats(0.1, 5.0))
def test_velocity_is_minus_the_gradient_of_the_network_s_loss(parameters, target_scale):
    """By complex steps, which are exact to rounding."""
    outputs = neuron_outputs(parameters).sum(axis=0)
    np.testing.assert_allclose(outputs, network_output(parameters), atol=1e-12)
    loss = network_loss(parameters, target_scale)
    assert parity_loss(parameters, target_scale) == pytest.approx(loss)
    gradient = [network_loss(parameters + 1e-30j * e, target_scale).imag / 1e-30 for e in np.eye(4)]
    velocity = gradient_flow_velocity(parameters, target_scale)
    np.testing.assert_allclose(velocity, -np.array(gradient), atol=1e-11)


@given(parameters=PARAMETERS)
def test_mode_strengths_are_correlations_with_the_parity(parameters):
    added = neuron_outputs(parameters) @ PARITY / 8
    np.testing.assert_allclose(mode_strengths(parameters), added[:3], atol=1e-12)
    assert added[3] == pytest.approx(0.0, abs=1e-15)


def test_training_ends_at_the_exact_fit_and_never_raises_the_loss():
    path = train_three_neurons(Setting(1.0, 0.01, 0.05), np.linspace(0.0, 1500.0, 400))
    assert mode_strengths(path[0]).sum() == pytest.approx(0.01)
    losses = [parity_loss(point, 1.0) for point in path]
    assert np.all(np.diff(losses) < 1e-12)
    np.testing.assert_allclose(path[-1], [np.sqrt(2)] * 3 + [-1.0], atol=1e-4)
