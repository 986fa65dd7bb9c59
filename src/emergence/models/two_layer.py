"""Two-layer networks: f(x) = Σ_h a_h φ(w_h · x + b_h) + c."""

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
class TwoLayer(Network):
    """A two-layer network.

    input_size: length of x. width: hidden units, N. initial_std: σ; every parameter starts from
    N(0, σ²). activation: φ, a name of `modules.ACTIVATIONS`.

    Parameters: input_weights w (N, input size), hidden_biases b (N,), output_weights a (N,),
    output_biases c ().
    """

    input_size: int
    width: int
    initial_std: float
    activation: str = "relu"

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """See `Network.shapes`."""
        n = self.width
        return {
            "input_weights": (n, self.input_size),
            "hidden_biases": (n,),
            "output_weights": (n,),
            "output_biases": (),
        }

    @property
    def sample_bytes(self) -> int:
        """See `Network.sample_bytes`."""
        return _FLOAT_BYTES * (2 * self.width + self.input_size)

    def start(self, stream: Stream) -> dict[str, NDArray[np.float32]]:
        """See `Network.start`: unit by unit, each with its weights, bias and output weight."""
        per_unit = self.input_size + 2
        draws = stream.normal(Purpose.INITIALISATION, 0, self.width * per_unit + 1)
        draws = (self.initial_std * draws).astype(np.float32)
        units = draws[:-1].reshape(self.width, per_unit)
        return {
            "input_weights": units[:, : self.input_size],
            "hidden_biases": units[:, self.input_size],
            "output_weights": units[:, self.input_size + 1],
            "output_biases": draws[-1],
        }

    def module(self) -> nn.Module:
        """See `Network.module`."""
        from emergence.models.modules import TwoLayerModule

        return TwoLayerModule(self.shapes, self.activation)
