"""Deep networks of fully connected layers; without hidden layers, a linear model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from emergence.models.network import Network
from emergence.randomness import Purpose, Stream

if TYPE_CHECKING:
    from torch import nn

_FLOAT_BYTES = 4


@dataclass(frozen=True)
class Deep(Network):
    """Layers x ← φ(W x + b), the last one without φ.

    input_size: length of x. widths: units of each hidden layer. output_size: outputs; one gives f
    the shape (batch,). initial_std: σ; the weights of a layer with n inputs start from N(0, σ²/n),
    biases from 0. activation: φ, a name of `modules.ACTIVATIONS`; "linear" makes a deep linear
    network.
    """

    input_size: int
    widths: tuple[int, ...]
    initial_std: float
    activation: str = "relu"
    output_size: int = 1

    @property
    def layers(self) -> list[tuple[int, int]]:
        """(outputs, inputs) of each layer, the first one first."""
        sizes = [self.input_size, *self.widths, self.output_size]
        return list(zip(sizes[1:], sizes, strict=False))

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """See `Network.shapes`: layers.0.weight, layers.0.bias and so on."""
        shapes: dict[str, tuple[int, ...]] = {}
        for i, (outputs, inputs) in enumerate(self.layers):
            shapes[f"layers.{i}.weight"], shapes[f"layers.{i}.bias"] = (outputs, inputs), (outputs,)
        return shapes

    @property
    def sample_bytes(self) -> int:
        """See `Network.sample_bytes`."""
        return _FLOAT_BYTES * (2 * sum(self.widths) + self.input_size + self.output_size)

    def start(self, stream: Stream) -> dict[str, NDArray[np.float32]]:
        """See `Network.start`: layer by layer."""
        counts = [outputs * inputs for outputs, inputs in self.layers]
        draws = stream.normal(Purpose.INITIALISATION, 0, sum(counts))
        arrays: dict[str, NDArray[np.float32]] = {}
        for i, part in enumerate(np.split(draws, np.cumsum(counts)[:-1])):
            outputs, inputs = self.layers[i]
            weights = self.initial_std / np.sqrt(inputs) * part.reshape(outputs, inputs)
            arrays[f"layers.{i}.weight"] = weights.astype(np.float32)
            arrays[f"layers.{i}.bias"] = np.zeros(outputs, dtype=np.float32)
        return arrays

    def module(self) -> nn.Module:
        """See `Network.module`."""
        from emergence.models.modules import DeepModule

        return DeepModule(self.layers, self.activation)
