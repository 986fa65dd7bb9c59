"""Sizes and initial parameters of the transformer (Sec. 4, Fig. 4; App. K.2), without PyTorch."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from emergence.models.network import Network
from emergence.randomness import Purpose, Stream

if TYPE_CHECKING:
    from torch import nn

_FLOAT_BYTES = 4
TOKEN_VALUES = 2  # a token is one bit
# The weights and biases of both output projections start divided by the root of their number, 4.
_HALVED = ("attention_output", "mlp_output")


@dataclass(frozen=True)
class TransformerSizes(Network):
    """Sizes of one transformer.

    n_tokens: L = n_s + n_b, one token per bit. width: d, features of a token. heads: attention
    heads, each with d / heads features. mlp_factor: hidden units of the MLP over d.

    Raises
    ------
    ValueError
        If a size is below 1 or the width is not a multiple of the heads.
    """

    n_tokens: int
    width: int
    heads: int
    mlp_factor: int

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if value < 1:
                raise ValueError(f"{name} must be at least 1, got {value!r}")
        if self.width % self.heads:
            raise ValueError(
                f"width must be a multiple of heads, got {self.width!r} and {self.heads!r}"
            )

    @property
    def linear_layers(self) -> dict[str, tuple[int, int]]:
        """(outputs, inputs) of each affine map, in the order of the forward pass."""
        d, hidden = self.width, self.mlp_factor * self.width
        return {
            "embedding": (d, TOKEN_VALUES + self.n_tokens),
            "query_key_value": (3 * d, d),
            "attention_output": (d, d),
            "mlp_input": (hidden, d),
            "mlp_output": (d, hidden),
            "read_out": (1, self.n_tokens * d),
        }

    @property
    def normalisations(self) -> tuple[str, ...]:
        """Names of the layer normalisations, each with d gains and d offsets."""
        return ("attention_norm", "mlp_norm", "final_norm")

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape of every parameter by its name in `emergence.models.transformer.Transformer`."""
        shapes: dict[str, tuple[int, ...]] = {}
        for name, (outputs, inputs) in self.linear_layers.items():
            shapes[f"{name}.weight"] = (outputs, inputs)
            shapes[f"{name}.bias"] = (outputs,)
        for name in self.normalisations:
            shapes[f"{name}.weight"] = shapes[f"{name}.bias"] = (self.width,)
        return shapes

    @property
    def n_parameters(self) -> int:
        """Number of parameters."""
        return sum(math.prod(shape) for shape in self.shapes.values())

    @property
    def sample_bytes(self) -> int:
        """See `Network.sample_bytes`: features, the MLP's hidden units twice, attention."""
        per_token = (14 + 2 * self.mlp_factor) * self.width + 2 * self.heads * self.n_tokens
        return _FLOAT_BYTES * per_token * self.n_tokens

    def start(self, stream: Stream) -> dict[str, NDArray[np.float32]]:
        """PyTorch's default start with halved output projections (App. K.2).

        Weights and biases of an affine map with n inputs are uniform in ±1/√n; those of the two
        output projections are halved. Gains start at 1, offsets at 0.
        """
        uniform = stream.uniform(Purpose.INITIALISATION, 0, self.n_parameters)
        arrays, first = {}, 0
        for name, shape in self.shapes.items():
            layer, kind = name.split(".")
            last = first + math.prod(shape)
            if layer in self.normalisations:
                values = np.full(shape, 1.0 if kind == "weight" else 0.0)
            else:
                _, inputs = self.linear_layers[layer]
                bound = (0.5 if layer in _HALVED else 1.0) / math.sqrt(inputs)
                values = bound * (2.0 * uniform[first:last] - 1.0)
            arrays[name] = values.reshape(shape).astype(np.float32)
            first = last
        return arrays

    def module(self) -> nn.Module:
        """See `Network.module`."""
        from emergence.models.transformer import Transformer

        return Transformer(self)

    def step_operations(self, batch_size: int) -> float:
        """Floating-point operations of one training step, of products of matrices only.

        Two operations per multiply-add; the backward pass takes twice the forward pass. Attention
        counts all L² pairs of tokens (a kernel that skips the masked half does less).
        """
        d, n_tokens = self.width, self.n_tokens
        maps = sum(outputs * inputs for name, (outputs, inputs) in self.linear_layers.items()
                   if name != "read_out")  # fmt: skip
        forward = n_tokens * maps + n_tokens * d + 2 * n_tokens**2 * d
        return 3.0 * 2.0 * batch_size * forward
