"""Explicit orthonormal functions on a finite input space, for the extended models (Sec. 5)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emergence.randomness import Purpose, Stream


def random_orthonormal_basis(
    n_inputs: int, n_functions: int, stream: Stream, draw: int
) -> NDArray[np.float64]:
    """Haar-random functions e_1..e_n on equally likely inputs: <e_l e_l'> = δ_ll'.

    Parameters
    ----------
    n_inputs, n_functions: sizes; ValueError if there are more functions than inputs.
    stream, draw: where the numbers come from, and the number of the draw.

    Returns
    -------
    array of shape (n_inputs, n_functions). Column l holds e_l; basis.T @ basis / n_inputs = 1.
    """
    if n_functions > n_inputs:
        raise ValueError(
            f"{n_functions} functions on {n_inputs} inputs cannot be linearly independent"
        )
    gaussian = stream.normal(Purpose.SIMULATION, draw, n_inputs * n_functions)
    orthogonal, triangular = np.linalg.qr(gaussian.reshape(n_inputs, n_functions))
    # QR fixes the columns up to a sign; without this the draw would not be rotation invariant.
    return np.sqrt(n_inputs) * orthogonal * np.sign(np.diagonal(triangular))


def equal_weights(n_functions: int) -> NDArray[np.float64]:
    """Unit vector u = (1, ..., 1)/√n: a skill function is g = Σ_l u_l e_l, so <g²> = 1."""
    return np.full(n_functions, n_functions**-0.5)
