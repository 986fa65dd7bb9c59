"""Gradient flow and gradient descent, as all simulations run them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

# Far below every tolerance used on the trajectories, above what float64 can deliver.
RELATIVE_ERROR = 1e-10
ABSOLUTE_ERROR = 1e-13

State = TypeVar("State")


@dataclass(frozen=True)
class Schedule:
    """Steps of gradient descent, and which of them are recorded.

    Attributes
    ----------
    n_steps: how many steps.
    record_every: the start and every such step are recorded.
    steps_per_time: steps of size η/steps_per_time that make one unit of T. Descent tends to the
        gradient flow, with an error of first order in η/steps_per_time.
    """

    n_steps: int
    record_every: int = 1
    steps_per_time: int = 1


def descend(
    step: Callable[[State], State], start: State, schedule: Schedule
) -> tuple[NDArray[np.float64], list[State]]:
    """Recorded times T, shape (n_times,), and states of a repeated step."""
    state, recorded = start, [start]
    for number in range(1, schedule.n_steps + 1):
        state = step(state)
        if number % schedule.record_every == 0:
            recorded.append(state)
    spacing = schedule.record_every / schedule.steps_per_time
    return np.arange(len(recorded), dtype=np.float64) * spacing, recorded


def integrate_flow(
    velocity: Callable[[float, NDArray[np.float64]], NDArray[np.float64]],
    start: NDArray[np.float64],
    final_time: float,
    method: str,
    times: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Parameters θ(T) of dθ/dT = velocity(T, θ) from θ(0) = start, shape (parameters, n_times).

    Parameters
    ----------
    velocity, start: the flow and θ(0), shape (parameters,).
    final_time: T at the end.
    method: of `scipy.integrate.solve_ivp`; "LSODA" where the flow may be stiff.
    times: where to report, increasing up to final_time; None for the integrator's own steps, of
        which the last is final_time.

    Raises
    ------
    RuntimeError
        If the integrator gives up.
    """
    solution = solve_ivp(
        velocity,
        (0.0, final_time),
        start,
        method=method,
        t_eval=times,
        rtol=RELATIVE_ERROR,
        atol=ABSOLUTE_ERROR,
    )
    if not solution.success:
        raise RuntimeError(f"gradient flow did not reach T = {final_time}: {solution.message}")
    return solution.y
