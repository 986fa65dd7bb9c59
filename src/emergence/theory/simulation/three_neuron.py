"""Three ReLU neurons with shared weights on 3-bit parity (App. on modes, Fig. 8).

With u = x2 - x1 - x3 on x in {0, 1}³ and relu(z) = max(z, 0),
    f(x) = -2α relu(α u) + β relu(β (u + 1)) + γ relu(γ (-u - 1)) + c,   α, β, γ > 0,
16 network parameters of which four are free. The target is S (-1)^(x1+x2+x3), even → +S, and f
equals it at α = β = γ = sqrt(2S), c = -S. Neuron q adds the mode strength R^(q) = <g f_q>:
    R^(1) = α²/4,   R^(2) = β²/8,   R^(3) = γ²/8;   the constant adds none.
"""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray

from emergence.theory.setting import Setting
from emergence.theory.simulation.integration import integrate_flow

INPUTS = np.array(list(product([0, 1], repeat=3)))  # shape (8, 3)
PARITY = 1 - 2 * (INPUTS.sum(axis=1) % 2)  # g(x), shape (8,), even → +1
STRENGTH_PER_SQUARE = np.array([1 / 4, 1 / 8, 1 / 8])  # R^(q) over α², β², γ²


def neuron_outputs(parameters: NDArray[np.float64]) -> NDArray[np.float64]:
    """What each neuron, and the constant, adds to f on the eight inputs.

    parameters: (α, β, γ, c). Returns shape (4, 8), in the order of the parameters; f is the sum.
    """
    alpha, beta, gamma, constant = parameters
    x1, x2, x3 = INPUTS.T
    return np.stack(
        [
            -2 * alpha * np.maximum(alpha * (x2 - x1 - x3), 0.0),
            beta * np.maximum(beta * (x2 - x1 - x3 + 1), 0.0),
            gamma * np.maximum(gamma * (x1 - x2 + x3 - 1), 0.0),
            np.full(8, constant),
        ]
    )


def parity_loss(parameters: NDArray[np.float64], target_scale: float) -> float:
    """L = ½<(S g - f)²> over the eight inputs."""
    residual = target_scale * PARITY - neuron_outputs(parameters).sum(axis=0)
    return float(0.5 * np.mean(residual**2))


def gradient_flow_velocity(
    parameters: NDArray[np.float64], target_scale: float
) -> NDArray[np.float64]:
    """-∂L/∂(α, β, γ, c) for positive α, β, γ (the role of Eqs. 120-123), worked out by hand:

    dα/dT = α (S + c + 2β² - 2α²)/2,         dβ/dT = β (S - 5c - 7β² + 4α²)/4,
    dγ/dT = γ (S - c - γ²)/4,                dc/dT = -c + α²/4 - 5β²/8 - γ²/8   (times η).

    Returns shape (4,).
    """
    alpha, beta, gamma, constant = parameters
    return np.array(
        [
            alpha * (target_scale + constant + 2 * beta**2 - 2 * alpha**2) / 2,
            beta * (target_scale - 5 * constant - 7 * beta**2 + 4 * alpha**2) / 4,
            gamma * (target_scale - constant - gamma**2) / 4,
            -constant + alpha**2 / 4 - 5 * beta**2 / 8 - gamma**2 / 8,
        ]
    )


def mode_strengths(parameters: NDArray[np.float64]) -> NDArray[np.float64]:
    """R^(q) of the three neurons, shape (..., 3), from parameters of shape (..., 4)."""
    return STRENGTH_PER_SQUARE * parameters[..., :3] ** 2


def train_three_neurons(setting: Setting, times: NDArray[np.float64]) -> NDArray[np.float64]:
    """Gradient flow of (α, β, γ, c) from α = β = γ > 0, c = 0; shape (n_times, 4).

    The setting's r is the summed mode strength at T = 0, R(0) = α²/2. `times` increase from zero.
    """
    start = np.zeros(4)
    start[:3] = np.sqrt(setting.initial_strength / STRENGTH_PER_SQUARE.sum())

    def velocity(_: float, parameters: NDArray[np.float64]) -> NDArray[np.float64]:
        return setting.learning_rate * gradient_flow_velocity(parameters, setting.target_scale)

    return integrate_flow(velocity, start, times[-1], "LSODA", times).T
