"""Tidy tables behind Figs. 5, 6, 8, 9 and 10: closed forms beside direct simulations.

Every time axis counts steps of size η. `steps_per_time` cuts one such step into that many gradient
descent steps, whose error against the closed form is of first order in their size. `n_times` points
sample a closed form, `n_markers` intervals a simulation. Strengths are relative to their final
value (S, or λ in Fig. 5). Column `source` is one of CLOSED_FORM, SIMULATION.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

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
from emergence.theory.setting import Setting
from emergence.theory.simulation import three_neuron
from emergence.theory.simulation.integration import Schedule
from emergence.theory.simulation.linear_network import aligned_network, train_linear_network
from emergence.theory.simulation.multilinear import (
    Trajectory,
    gradient_descent,
    linear_gradient_descent,
    population_correlation,
    population_loss,
)

CLOSED_FORM, SIMULATION = "closed form", "gradient descent"


class _Axis(NamedTuple):
    """The time axis of a figure."""

    final_time: float
    n_times: int
    n_markers: int
    steps_per_time: int

    @property
    def times(self) -> NDArray[np.float64]:
        """Where a closed form is sampled, shape (n_times,)."""
        return np.linspace(0.0, self.final_time, self.n_times)

    @property
    def schedule(self) -> Schedule:
        """Steps that end at `final_time`, recorded at `n_markers` equal intervals."""
        record_every = max(1, round(self.final_time * self.steps_per_time / self.n_markers))
        return Schedule(record_every * self.n_markers, record_every, self.steps_per_time)


def _long(
    times: NDArray[np.float64],
    values: NDArray[np.float64],
    name: str,
    labels: Sequence[object],
    **constants: Any,
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


def _both(
    closed_form: tuple[NDArray[np.float64], NDArray[np.float64]],
    simulation: tuple[NDArray[np.float64], NDArray[np.float64]],
    name: str,
    labels: Sequence[object],
) -> pd.DataFrame:
    """Times and relative strengths of the closed form above those of the simulation."""
    return pd.concat(
        [
            _long(*closed_form, name, labels, source=CLOSED_FORM),
            _long(*simulation, name, labels, source=SIMULATION),
        ],
        ignore_index=True,
    )


def _multilinear(
    frequencies: NDArray[np.float64],
    setting: Setting,
    axis: _Axis,
    name: str,
    labels: Sequence[object],
) -> tuple[pd.DataFrame, Trajectory]:
    """R_k/S of the multilinear model by Eq. 11 and by descent from a_k = b_k = sqrt(r)."""
    predicted = multilinear_skill_fraction(axis.times[:, None], frequencies, setting)
    start = np.full(len(frequencies), np.sqrt(setting.initial_strength))
    correlation = population_correlation(frequencies, setting.target_scale)
    path = gradient_descent(correlation, start, start, setting.learning_rate, axis.schedule)
    measured = path.strengths / setting.target_scale
    return _both((axis.times, predicted), (path.times, measured), name, labels), path


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

    Parameters
    ----------
    mode_strengths: the singular values λ, in decreasing order.
    initial_strength, learning_rate: (a b)(0) of every mode, and η.
    network_size: rows of the network's matrices, drawn from `stream`.

    Returns
    -------
    DataFrame with columns mode_strength, time, relative_strength, source.
    """
    axis = _Axis(final_time, n_times, n_markers, steps_per_time)
    values = np.asarray(mode_strengths)
    predicted = linear_network_mode_fraction(
        axis.times[:, None], values, initial_product=initial_strength, learning_rate=learning_rate
    )
    network = aligned_network(values, initial_strength, network_size, stream)
    recorded, measured = train_linear_network(network, learning_rate, axis.schedule)
    return _both(
        (axis.times, predicted), (recorded, measured / values), "mode_strength", mode_strengths
    )


class Figure06Data(NamedTuple):
    """Tables of Fig. 6.

    strengths: skill, time, relative_strength, source. loss: time, loss, source. stages: skill,
    probability, emergence_time τ_e, saturation_time τ_s (a duration, Eq. 40), threshold ε, and
    loss_before, loss_after: S²/2 times the probability of the skills still to be learned before and
    after skill k.
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
    setting = Setting(target_scale, initial_strength, learning_rate)
    axis = _Axis(final_time, n_times, n_markers, steps_per_time)
    probabilities = skill_probabilities(data_exponent, n_skills)
    skills = range(1, n_skills + 1)
    strengths, path = _multilinear(probabilities, setting, axis, "skill", skills)
    predicted = multilinear_loss(
        axis.times, setting=setting, data_exponent=data_exponent, n_skills=n_skills
    )
    measured = population_loss(path.strengths, probabilities, target_scale)
    loss = pd.concat(
        [
            pd.DataFrame({"time": axis.times, "loss": predicted, "source": CLOSED_FORM}),
            pd.DataFrame({"time": path.times, "loss": measured, "source": SIMULATION}),
        ],
        ignore_index=True,
    )
    unlearned = 0.5 * target_scale**2 * probabilities[::-1].cumsum()[::-1]
    stages = pd.DataFrame(
        {
            "skill": skills,
            "probability": probabilities,
            "emergence_time": emergence_time(probabilities, setting, threshold=threshold),
            "saturation_time": saturation_time(probabilities, setting, threshold=threshold),
            "threshold": threshold,
            "loss_before": unlearned,
            "loss_after": np.append(unlearned[1:], 0.0),
        }
    )
    return Figure06Data(strengths, loss, stages)


class Figure08Data(NamedTuple):
    """Tables of Fig. 8; figure08_data names parts and curves.

    outputs: input (the bits x1 x2 x3), projection u = x2 - x1 - x3, part, output in units of S.
    strengths: curve, time, relative_strength, squared_coupling B².
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
    setting = Setting(target_scale, initial_strength, learning_rate)
    inputs = three_neuron.INPUTS
    neurons = [f"neuron {q}" for q in (1, 2, 3)]
    exact = np.array([np.sqrt(2.0 * target_scale)] * 3 + [-target_scale])
    added = three_neuron.neuron_outputs(exact) / target_scale
    parts = [*neurons, "constant", "sum", "target"]
    outputs = pd.DataFrame(
        {
            "input": np.tile(["".join(map(str, row)) for row in inputs], len(parts)),
            "projection": np.tile(inputs @ [-1, 1, -1], len(parts)),
            "part": np.repeat(parts, len(inputs)),
            "output": np.concatenate([added.ravel(), added.sum(axis=0), three_neuron.PARITY]),
        }
    )
    times = np.linspace(0.0, final_time, n_times)
    modes = three_neuron.mode_strengths(three_neuron.train_three_neurons(setting, times))
    model = extended_time_skill_fraction(times, 1.0, setting, squared_coupling=squared_coupling)
    curves = np.column_stack([np.column_stack([modes, modes.sum(axis=1)]) / target_scale, model])
    labels = [*neurons, "sum", "multilinear"]
    strengths = _long(times, curves, "curve", labels, squared_coupling=squared_coupling)
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

    Returns
    -------
    DataFrame with columns frequency, time, relative_strength, source.
    """
    setting = Setting(target_scale, initial_strength, learning_rate)
    axis = _Axis(final_time, n_times, n_markers, steps_per_time)
    return _multilinear(np.asarray(frequencies), setting, axis, "frequency", frequencies)[0]


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

    Returns
    -------
    DataFrame with columns model ("linear" or "multilinear") and those of :func:`figure09_data`.
    """
    setting = Setting(target_scale, initial_strength, learning_rate)
    axis = _Axis(final_time, n_times, n_markers, steps_per_time)
    shares = np.asarray(frequencies)
    predicted = linear_skill_strength(axis.times[:, None], shares, setting) / target_scale
    recorded, measured = linear_gradient_descent(
        population_correlation(shares, target_scale),
        np.zeros(len(shares)),
        learning_rate,
        axis.schedule,
    )
    measured = measured / target_scale
    linear = _both((axis.times, predicted), (recorded, measured), "frequency", frequencies)
    multilinear, _ = _multilinear(shares, setting, axis, "frequency", frequencies)
    return pd.concat(
        [linear.assign(model="linear"), multilinear.assign(model="multilinear")], ignore_index=True
    )
