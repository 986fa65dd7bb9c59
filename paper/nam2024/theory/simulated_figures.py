"""Tidy tables behind Figs. 5, 6, 8, 9 and 10: closed forms beside direct simulations.

Every time axis counts steps of size η. `steps_per_time` cuts one such step into that many gradient
descent steps, whose error against the closed form is of first order in their size. `n_times` points
sample a closed form, `n_markers` intervals a simulation. Strengths are relative to their final
value (S, or λ in Fig. 5). Column `source` is one of CLOSED_FORM, SIMULATION.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emergence.randomness import Stream
from emergence.tasks.sparse_parity.problem import skill_probabilities
from emergence.theory.closed_forms import (
    emergence_time,
    linear_network_mode_fraction,
    linear_skill_strength,
    multilinear_skill_fraction,
    saturation_time,
)
from emergence.theory.extended_models import extended_time_skill_fraction
from emergence.theory.model_loss import multilinear_loss
from emergence.theory.simulation.linear_model import linear_gradient_descent
from emergence.theory.simulation.linear_network import aligned_network, train_linear_network
from emergence.theory.simulation.multilinear import (
    Trajectory,
    gradient_descent,
    population_correlation,
    population_loss,
)
from emergence.theory.simulation.three_neuron import (
    INPUTS,
    PARITY,
    mode_strengths,
    neuron_outputs,
    train_three_neurons,
)

CLOSED_FORM, SIMULATION = "closed form", "gradient descent"


def _schedule(final_time: float, steps_per_time: int, n_markers: int) -> dict[str, int]:
    """Step counts that end at `final_time` and record `n_markers` equal intervals."""
    record_every = max(1, round(final_time * steps_per_time / n_markers))
    return {
        "n_steps": record_every * n_markers,
        "record_every": record_every,
        "steps_per_time": steps_per_time,
    }


def _long(
    times: NDArray[np.float64],
    values: NDArray[np.float64],
    name: str,
    labels: Sequence[object],
    **constants: str,
) -> pd.DataFrame:
    """One row per time and label from values of shape (n_times, n_labels)."""
    table = pd.DataFrame(
        {
            name: np.repeat(np.asarray(labels), len(times)),
            "time": np.tile(times, len(labels)),
            "relative_strength": np.asarray(values).T.ravel(),
        }
    )
    return table.assign(**constants)


def figure05_data(
    *,
    mode_strengths: Sequence[float],
    initial_strength: float,
    learning_rate: float,
    final_time: float,
    n_times: int,
    n_markers: int,
    steps_per_time: int,
    network_size: int,
    stream: Stream,
) -> pd.DataFrame:
    """a b(T)/λ of a two-layer linear network: Eq. 25, and its matrices under gradient descent.

    mode_strengths: the singular values λ, in decreasing order. Columns: mode_strength, time,
    relative_strength, source.
    """
    times = np.linspace(0.0, final_time, n_times)
    predicted = linear_network_mode_fraction(
        times[:, None],
        np.asarray(mode_strengths),
        initial_product=initial_strength,
        learning_rate=learning_rate,
    )
    network = aligned_network(mode_strengths, initial_strength, network_size, stream)
    measured_times, measured = train_linear_network(
        network, learning_rate, **_schedule(final_time, steps_per_time, n_markers)
    )
    measured = measured / np.asarray(mode_strengths)
    return pd.concat(
        [
            _long(times, predicted, "mode_strength", mode_strengths, source=CLOSED_FORM),
            _long(measured_times, measured, "mode_strength", mode_strengths, source=SIMULATION),
        ],
        ignore_index=True,
    )


class Figure06Data(NamedTuple):
    """strengths: skill, time, relative_strength, source. loss: time, loss, source.

    stages: skill, probability, emergence_time τ_e, saturation_time τ_s (a duration, Eq. 40),
    threshold ε, and loss_before, loss_after: S²/2 times the probability of the skills still to be
    learned before and after skill k.
    """

    strengths: pd.DataFrame
    loss: pd.DataFrame
    stages: pd.DataFrame


def figure06_data(
    *,
    data_exponent: float,
    n_skills: int,
    target_scale: float,
    initial_strength: float,
    learning_rate: float,
    threshold: float,
    final_time: float,
    n_times: int,
    n_markers: int,
    steps_per_time: int,
) -> Figure06Data:
    """Stage-like training of the multilinear model on fresh data (Eqs. 11, 12, 40)."""
    probabilities = skill_probabilities(data_exponent, n_skills)
    constants = {
        "target_scale": target_scale,
        "initial_strength": initial_strength,
        "learning_rate": learning_rate,
    }
    times = np.linspace(0.0, final_time, n_times)
    predicted = multilinear_skill_fraction(times[:, None], probabilities, **constants)
    path = _descend(probabilities, constants, **_schedule(final_time, steps_per_time, n_markers))
    measured = path.strengths / target_scale
    skills = range(1, n_skills + 1)
    loss = pd.concat(
        [
            pd.DataFrame(
                {
                    "time": times,
                    "loss": multilinear_loss(
                        times, data_exponent=data_exponent, n_skills=n_skills, **constants
                    ),
                    "source": CLOSED_FORM,
                }
            ),
            pd.DataFrame(
                {
                    "time": path.times,
                    "loss": population_loss(path.strengths, probabilities, target_scale),
                    "source": SIMULATION,
                }
            ),
        ],
        ignore_index=True,
    )
    unlearned = 0.5 * target_scale**2 * probabilities[::-1].cumsum()[::-1]
    stages = pd.DataFrame(
        {
            "skill": skills,
            "probability": probabilities,
            "emergence_time": emergence_time(probabilities, threshold=threshold, **constants),
            "saturation_time": saturation_time(probabilities, threshold=threshold, **constants),
            "threshold": threshold,
            "loss_before": unlearned,
            "loss_after": np.append(unlearned[1:], 0.0),
        }
    )
    strengths = pd.concat(
        [
            _long(times, predicted, "skill", skills, source=CLOSED_FORM),
            _long(path.times, measured, "skill", skills, source=SIMULATION),
        ],
        ignore_index=True,
    )
    return Figure06Data(strengths, loss, stages)


def _descend(
    frequencies: NDArray[np.float64], constants: dict[str, float], **schedule: int
) -> Trajectory:
    """Gradient descent on the multilinear model from a_k = b_k = sqrt(r)."""
    start = np.full(len(frequencies), np.sqrt(constants["initial_strength"]))
    correlation = population_correlation(frequencies, constants["target_scale"])
    return gradient_descent(correlation, start, start, constants["learning_rate"], **schedule)


class Figure08Data(NamedTuple):
    """outputs: input (the bits x1 x2 x3), projection u = x2 - x1 - x3, part, output in units of S.

    strengths: curve, time, relative_strength, squared_coupling B². figure08_data names
    parts and curves.
    """

    outputs: pd.DataFrame
    strengths: pd.DataFrame


def figure08_data(
    *,
    target_scale: float,
    initial_strength: float,
    learning_rate: float,
    squared_coupling: float,
    final_time: float,
    n_times: int,
) -> Figure08Data:
    """Modes of the three-neuron network on 3-bit parity, and Eq. 14 at B² = `squared_coupling`.

    Parts, at the exact fit: "neuron 1", "neuron 2", "neuron 3", "constant", their "sum", and the
    "target". Curves: the three neurons, their "sum", and the "multilinear" model of the same R(0).
    """
    neurons = [f"neuron {q}" for q in (1, 2, 3)]
    exact = np.array([np.sqrt(2.0 * target_scale)] * 3 + [-target_scale])
    added = neuron_outputs(exact) / target_scale
    parts = [*neurons, "constant", "sum", "target"]
    outputs = pd.DataFrame(
        {
            "input": np.tile(["".join(map(str, row)) for row in INPUTS], len(parts)),
            "projection": np.tile(INPUTS @ [-1, 1, -1], len(parts)),
            "part": np.repeat(parts, len(INPUTS)),
            "output": np.concatenate([added.ravel(), added.sum(axis=0), PARITY]),
        }
    )
    times = np.linspace(0.0, final_time, n_times)
    modes = mode_strengths(
        train_three_neurons(target_scale, initial_strength, learning_rate, times)
    )
    model = extended_time_skill_fraction(
        times,
        1.0,
        squared_coupling=squared_coupling,
        target_scale=target_scale,
        initial_strength=initial_strength,
        learning_rate=learning_rate,
    )
    curves = np.column_stack([modes, modes.sum(axis=1)]) / target_scale
    strengths = _long(
        times, np.column_stack([curves, model]), "curve", [*neurons, "sum", "multilinear"]
    ).assign(squared_coupling=squared_coupling)
    return Figure08Data(outputs, strengths)


def figure09_data(
    *,
    frequencies: Sequence[float],
    target_scale: float,
    initial_strength: float,
    learning_rate: float,
    final_time: float,
    n_times: int,
    n_markers: int,
    steps_per_time: int,
) -> pd.DataFrame:
    """R_k(T)/S of the multilinear model for given shares d_k/D of the data (Eq. 11).

    Columns: frequency, time, relative_strength, source.
    """
    shares = np.asarray(frequencies)
    constants = {
        "target_scale": target_scale,
        "initial_strength": initial_strength,
        "learning_rate": learning_rate,
    }
    times = np.linspace(0.0, final_time, n_times)
    predicted = multilinear_skill_fraction(times[:, None], shares, **constants)
    path = _descend(shares, constants, **_schedule(final_time, steps_per_time, n_markers))
    measured = path.strengths / target_scale
    return pd.concat(
        [
            _long(times, predicted, "frequency", frequencies, source=CLOSED_FORM),
            _long(path.times, measured, "frequency", frequencies, source=SIMULATION),
        ],
        ignore_index=True,
    )


def figure10_data(
    *,
    frequencies: Sequence[float],
    target_scale: float,
    initial_strength: float,
    learning_rate: float,
    final_time: float,
    n_times: int,
    n_markers: int,
    steps_per_time: int,
) -> pd.DataFrame:
    """Linear (Eq. 125) against multilinear (Eq. 11) dynamics at the same shares d_k/D.

    `initial_strength` is the multilinear model's; the linear model starts at zero.
    Columns: model ("linear" or "multilinear"), frequency, time, relative_strength, source.
    """
    times = np.linspace(0.0, final_time, n_times)
    shares = np.asarray(frequencies)
    predicted = linear_skill_strength(
        times[:, None], shares, target_scale=target_scale, learning_rate=learning_rate
    )
    measured_times, measured = linear_gradient_descent(
        population_correlation(shares, target_scale),
        np.zeros(len(shares)),
        learning_rate,
        **_schedule(final_time, steps_per_time, n_markers),
    )
    linear = pd.concat(
        [
            _long(times, predicted / target_scale, "frequency", frequencies, source=CLOSED_FORM),
            _long(
                measured_times, measured / target_scale, "frequency", frequencies, source=SIMULATION
            ),
        ]
    )
    multilinear = figure09_data(
        frequencies=frequencies,
        target_scale=target_scale,
        initial_strength=initial_strength,
        learning_rate=learning_rate,
        final_time=final_time,
        n_times=n_times,
        n_markers=n_markers,
        steps_per_time=steps_per_time,
    )
    return pd.concat(
        [linear.assign(model="linear"), multilinear.assign(model="multilinear")],
        ignore_index=True,
    )
