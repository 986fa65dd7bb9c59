"""Fully connected networks as PyTorch modules."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": torch.relu,
    "tanh": torch.tanh,
    "gelu": functional.gelu,
    "sigmoid": torch.sigmoid,
    "quadratic": torch.square,
    "linear": lambda z: z,
}


def _activation(name: str) -> Callable[[Tensor], Tensor]:
    if name not in ACTIVATIONS:
        raise ValueError(f"activation must be one of {', '.join(ACTIVATIONS)}, got {name!r}")
    return ACTIVATIONS[name]


class TwoLayerModule(nn.Module):
    """The module of `TwoLayer`: f = a · φ(W x + b) + c."""

    input_weights: nn.Parameter
    hidden_biases: nn.Parameter
    output_weights: nn.Parameter
    output_biases: nn.Parameter

    def __init__(self, shapes: Mapping[str, tuple[int, ...]], activation: str) -> None:
        super().__init__()
        self.activation = _activation(activation)
        for name, shape in shapes.items():
            self.register_parameter(name, nn.Parameter(torch.empty(shape)))

    def forward(self, inputs: Tensor) -> Tensor:
        """Outputs (batch,) of inputs (batch, input size)."""
        hidden = functional.linear(inputs, self.input_weights, self.hidden_biases)
        return self.activation(hidden) @ self.output_weights + self.output_biases


class DeepModule(nn.Module):
    """The module of `Deep`: linear layers with an activation between them."""

    def __init__(self, layers: Sequence[tuple[int, int]], activation: str) -> None:
        super().__init__()
        self.activation = _activation(activation)
        self.layers = nn.ModuleList(nn.Linear(inputs, outputs) for outputs, inputs in layers)

    def forward(self, inputs: Tensor) -> Tensor:
        """Outputs (batch,), or (batch, n) for n > 1 outputs, of inputs (batch, input size)."""
        x = inputs
        for layer in self.layers[:-1]:
            x = self.activation(layer(x))
        return self.layers[-1](x).squeeze(1)
