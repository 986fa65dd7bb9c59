"""Deep networks whose output has a scale and whose biases start as PyTorch's do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from emergence.models.deep import Deep
from emergence.randomness import Purpose, Stream

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class ScaledDeep(Deep):
    """output_scale · (layers of `Deep`); biases of a layer with n inputs from U(±1/√n)."""

    output_scale: float = 1.0

    def start(self, stream: Stream) -> dict[str, NDArray[np.float32]]:
        """See `Network.start`: weights as in `Deep`, which `initial_std` scales; biases are not."""
        arrays = super().start(stream)
        for i, (outputs, inputs) in enumerate(self.layers):
            draws = 2 * stream.uniform(Purpose.INITIALISATION, i + 1, outputs) - 1
            arrays[f"layers.{i}.bias"] = (draws / np.sqrt(inputs)).astype(np.float32)
        return arrays

    def module(self) -> nn.Module:
        """See `Network.module`."""
        from emergence.models.modules import DeepModule

        class Scaled(DeepModule):
            scale = self.output_scale

            def forward(self, inputs):  # type: ignore[no-untyped-def]
                return self.scale * super().forward(inputs)

        return Scaled(self.layers, self.activation)
