"""Ensembles of two-layer ReLU networks as batched arrays.

f(i, x) = Σ_h a_h ReLU(w_h · [onehot(i), x] + b_h) + c, one set of parameters for each run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from emergence.randomness import Purpose, Stream
from emergence.tasks.sparse_parity.problem import Task


@dataclass(frozen=True)
class NetworkParameters:
    """Parameters of an ensemble of two-layer networks, or their gradients or moments.

    input_weights: (runs, width, n_s + n_b), control columns first.
    hidden_biases: (runs, width).
    output_weights: (runs, width).
    output_biases: (runs,).
    """

    input_weights: NDArray
    hidden_biases: NDArray
    output_weights: NDArray
    output_biases: NDArray

    @property
    def n_runs(self) -> int:
        """Number of networks in the ensemble."""
        return self.input_weights.shape[0]

    @property
    def width(self) -> int:
        """Hidden units of each network, N."""
        return self.input_weights.shape[1]

    def arrays(self) -> dict[str, NDArray]:
        """The arrays by field name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def astype(self, dtype: np.dtype | type) -> NetworkParameters:
        """A copy with every array in `dtype`."""
        return NetworkParameters(**{k: v.astype(dtype) for k, v in self.arrays().items()})

    def zeros_like(self) -> NetworkParameters:
        """Zeros of the same shapes and types."""
        return NetworkParameters(**{k: np.zeros_like(v) for k, v in self.arrays().items()})


def initial_parameters(
    task: Task, width: int, sigma: float, streams: Sequence[Stream]
) -> NetworkParameters:
    """Every parameter drawn from N(0, σ²), float32, one network per stream."""
    per_unit = task.input_size + 2
    draws = np.stack([s.normal(Purpose.INITIALISATION, 0, width * per_unit + 1) for s in streams])
    draws = (sigma * draws).astype(np.float32)
    units = draws[:, :-1].reshape(len(streams), width, per_unit)
    return NetworkParameters(
        input_weights=np.ascontiguousarray(units[:, :, : task.input_size]),
        hidden_biases=np.ascontiguousarray(units[:, :, task.input_size]),
        output_weights=np.ascontiguousarray(units[:, :, task.input_size + 1]),
        output_biases=np.ascontiguousarray(draws[:, -1]),
    )
