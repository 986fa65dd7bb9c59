"""Linear regression: independent inputs x_k of variance E_k, one output S_k x_k for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emergence.randomness import Purpose, Stream
from emergence.tasks.base import Batch, Measurement, Outputs, Task


@dataclass(frozen=True)
class LinearRegression(Task):
    """Modes that a linear network learns, on fresh normal inputs.

    variances: E_k > 0 of the inputs. targets: S_k, the singular values of the target. Measured are
    each mode's strength E[f_k x_k]/(E_k S_k), which is 1 once it is learned, and the loss.
    """

    variances: Sequence[float]
    targets: Sequence[float]

    def __post_init__(self) -> None:
        if len(self.variances) != len(self.targets):
            raise ValueError(
                f"targets must have one entry for each of {len(self.variances)} variances, "
                f"got {len(self.targets)}"
            )

    @property
    def input_size(self) -> int:
        """One input for each mode."""
        return len(self.variances)

    @property
    def output_size(self) -> int:  # type: ignore[override]
        """One output for each mode."""
        return len(self.targets)

    @property
    def measured(self) -> Mapping[str, tuple[str, ...]]:
        """See `Task.measured`."""
        return {"strength": ("mode",), "loss": ()}

    @property
    def axes(self) -> Mapping[str, Sequence[int]]:
        """Modes from 1."""
        return {"mode": range(1, self.input_size + 1)}

    @property
    def loss_scale(self) -> float:
        """Mean square of the target."""
        return float(np.dot(np.square(self.targets), self.variances))

    def draw(self, stream: Stream, batch_sizes: Sequence[int]) -> dict[str, NDArray]:
        """Nothing is random but the samples: the array only says that data were drawn."""
        return {"targets": np.array(self.targets)}

    def batch(
        self, data: Mapping[str, NDArray], stream: Stream, step: int, batch_size: int
    ) -> Batch:
        """Fresh samples."""
        return self._samples(stream, Purpose.BATCH_BITS, step, batch_size)

    def measure(
        self,
        data: Mapping[str, NDArray],
        stream: Stream,
        step: int,
        n_inputs: int,
        outputs: Outputs,
    ) -> Measurement:
        """Strengths and mean square error, on the same fresh inputs at every step."""
        samples = self._samples(stream, Purpose.MEASUREMENT_BITS, 0, n_inputs)
        found = outputs(samples.inputs).reshape(samples.targets.shape).astype(np.float64)
        products = np.mean(found.reshape(n_inputs, -1) * samples.inputs, axis=0)
        scale = np.mean(np.square(samples.inputs, dtype=np.float64), axis=0) * self.targets
        loss = np.mean(np.sum((found - samples.targets).reshape(n_inputs, -1) ** 2, axis=1))
        return {"strength": products / scale, "loss": np.array(loss)}

    def _samples(self, stream: Stream, purpose: Purpose, step: int, count: int) -> Batch:
        draws = stream.normal(purpose, step, count * self.input_size).reshape(count, -1)
        inputs = (draws * np.sqrt(self.variances)).astype(np.float32)
        targets = inputs * np.asarray(self.targets, dtype=np.float32)
        return Batch(inputs, targets[:, 0] if self.output_size == 1 else targets)
