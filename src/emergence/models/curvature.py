"""The largest eigenvalue of the Gauss-Newton matrix of a two-layer network."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.linalg import eigsh


def gauss_newton_eigenvalue(
    parameters: Mapping[str, NDArray], inputs: NDArray[np.floating]
) -> float:
    """Largest eigenvalue of 2 E[∇f ∇fᵀ], the Hessian of E[(f - f*)²] where f = f*.

    Gradient descent at learning rate ε on that mean square is stable along this direction while
    the eigenvalue is below 2/ε.

    parameters: of one two-layer ReLU network (see `TwoLayer`). inputs: samples, (count, input
    size); the mean is over them. It has the eigenvalues of (2/count) ∇f ∇fᵀ, a matrix of samples.
    """
    x = np.asarray(inputs, dtype=np.float64)
    given = {name: np.asarray(array, dtype=np.float64) for name, array in parameters.items()}
    z = x @ given["input_weights"].T + given["hidden_biases"]
    gates = (z > 0) * given["output_weights"]
    hidden = np.maximum(z, 0.0)
    # of the output weights, the input weights with the hidden biases, and the output bias
    kernel = hidden @ hidden.T + (gates @ gates.T) * (x @ x.T + 1.0) + 1.0
    largest = eigsh(kernel, k=1, v0=np.ones(len(x)), return_eigenvectors=False)[0]
    return float(largest) * 2.0 / len(x)
