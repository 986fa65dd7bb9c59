"""Checks of the two solvable networks: three ReLU neurons, two linear layers."""

from __future__ import annotations

import numpy as np

from emergence.randomness import Stream
from emergence.theory.closed_forms import linear_network_mode_fraction
from emergence.theory.simulation.linear_network import aligned_network, train_linear_network
from emergence.theory.simulation.three_neuron import parity_loss
from paper.nam2024.theory.checks.check_table import SETTING, Check, CheckSizes

PARITY_SCALE = 1.0  # S of the three-neuron network
SINGULAR_VALUES = np.array([1.0, 0.5, 0.25])  # λ of Eq. 25
NETWORK_SIZE = 12


def three_neuron_check() -> Check:
    """The exact fit of the three-neuron network."""
    exact = np.array([np.sqrt(2.0 * PARITY_SCALE)] * 3 + [-PARITY_SCALE])
    return Check(
        id="three-neurons-exact-fit",
        source="App. on modes",
        statement="loss of the three-neuron network at α = β = γ = sqrt(2S), c = -S, over S²",
        expected=0.0,
        measured=parity_loss(exact, PARITY_SCALE) / PARITY_SCALE**2,
        tolerance=1e-15,
        tolerance_reason="rounding of float64",
    )


def linear_network_check(sizes: CheckSizes, stream: Stream) -> Check:
    """Eq. 25 on dense matrices with a balanced, aligned start."""
    initial, rate = SETTING.initial_strength, SETTING.learning_rate
    network = aligned_network(SINGULAR_VALUES, initial, NETWORK_SIZE, stream)
    times, measured = train_linear_network(network, rate, sizes.schedule)
    predicted = linear_network_mode_fraction(
        times[:, None], SINGULAR_VALUES, initial_product=initial, learning_rate=rate
    )
    step = rate * SINGULAR_VALUES[0] / sizes.steps_per_time
    return Check(
        id="eq25-linear-network",
        source="Eq. 25",
        statement="largest |u'W2W1v/λ - Eq. 25| of a two-layer linear network under gradient"
        " descent",
        expected=0.0,
        measured=float(np.max(np.abs(measured / SINGULAR_VALUES - predicted))),
        tolerance=float(step * np.log(SINGULAR_VALUES[0] / initial)),
        tolerance_reason="h ln(λ/s), h = ηλ per step: first order of gradient descent",
    )
