"""Integration of a gradient flow, with the tolerances that all simulations share."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

# Far below every tolerance used on the trajectories, above what float64 can deliver.
RELATIVE_ERROR = 1e-10
ABSOLUTE_ERROR = 1e-13


def integrate_flow(
    velocity: Callable[[float, NDArray[np.float64]], NDArray[np.float64]],
    start: NDArray[np.float64],
    final_time: float,
    method: str,
    times: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Parameters θ(T) of dθ/dT = velocity(T, θ) from θ(0) = start, shape (parameters, n_times).

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
