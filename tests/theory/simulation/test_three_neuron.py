"""The three-neuron network on 3-bit parity."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

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


def network_output(alpha, beta, gamma, constant):
    """The 16-parameter network itself: three hidden units with weights, biases and a read-out."""
    inputs = torch.tensor(INPUTS, dtype=torch.float64)
    directions = torch.tensor([[-1, 1, -1], [-1, 1, -1], [1, -1, 1]], dtype=torch.float64)
    biases = torch.stack([0 * alpha, beta, -gamma])
    hidden = inputs @ (directions * torch.stack([alpha, beta, gamma])[:, None]).T + biases
    return torch.relu(hidden) @ torch.stack([-2 * alpha, beta, gamma]) + constant


@settings(deadline=None)
@given(target_scale=st.floats(0.1, 20.0))
def test_the_paper_s_parameters_fit_the_parity_exactly(target_scale):
    exact = np.array([np.sqrt(2 * target_scale)] * 3 + [-target_scale])
    np.testing.assert_allclose(
        neuron_outputs(exact).sum(axis=0), target_scale * PARITY, atol=1e-12 * target_scale
    )
    np.testing.assert_allclose(
        mode_strengths(exact), target_scale * np.array([0.5, 0.25, 0.25]), rtol=1e-12
    )
    assert parity_loss(exact, target_scale) < 1e-25 * target_scale**2
    np.testing.assert_allclose(
        gradient_flow_velocity(exact, target_scale), 0.0, atol=1e-12 * target_scale**1.5
    )


def test_even_inputs_have_positive_sign():
    assert PARITY[0] == 1
    assert [PARITY[row] for row, bits in enumerate(INPUTS) if bits.sum() == 1] == [-1] * 3


@settings(deadline=None, max_examples=50)
@given(
    parameters=st.tuples(POSITIVE, POSITIVE, POSITIVE, st.floats(-3.0, 3.0)),
    target_scale=st.floats(0.1, 5.0),
)
def test_velocity_is_minus_the_gradient_of_the_network_s_loss(parameters, target_scale):
    tensors = [torch.tensor(value, dtype=torch.float64, requires_grad=True) for value in parameters]
    output = network_output(*tensors)
    np.testing.assert_allclose(
        neuron_outputs(np.array(parameters)).sum(axis=0), output.detach().numpy(), atol=1e-12
    )
    loss = 0.5 * torch.mean(
        (target_scale * torch.tensor(PARITY, dtype=torch.float64) - output) ** 2
    )
    assert parity_loss(np.array(parameters), target_scale) == pytest.approx(loss.item())
    gradient = torch.autograd.grad(loss, tensors)
    np.testing.assert_allclose(
        gradient_flow_velocity(np.array(parameters), target_scale),
        [-value.item() for value in gradient],
        atol=1e-11,
    )


@settings(deadline=None, max_examples=50)
@given(parameters=st.tuples(POSITIVE, POSITIVE, POSITIVE, st.floats(-3.0, 3.0)))
def test_mode_strengths_are_correlations_with_the_parity(parameters):
    added = neuron_outputs(np.array(parameters)) @ PARITY / 8
    np.testing.assert_allclose(mode_strengths(np.array(parameters)), added[:3], atol=1e-12)
    assert added[3] == pytest.approx(0.0, abs=1e-15)


def test_training_ends_at_the_exact_fit_and_never_raises_the_loss():
    times = np.linspace(0.0, 1500.0, 400)
    path = train_three_neurons(1.0, 0.01, 0.05, times)
    assert mode_strengths(path[0]).sum() == pytest.approx(0.01)
    losses = [parity_loss(point, 1.0) for point in path]
    assert np.all(np.diff(losses) < 1e-12)
    np.testing.assert_allclose(path[-1], [np.sqrt(2)] * 3 + [-1.0], atol=1e-4)
