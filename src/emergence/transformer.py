"""The transformer of Figs. 4 and 12 (App. K.2) as a PyTorch module."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from emergence.transformer_parameters import TOKEN_VALUES, TransformerSizes


class Transformer(nn.Module):
    """One pre-norm transformer block on one-hot tokens, read out linearly from all features.

    A bit x_j at position j is the token [onehot(x_j), onehot(j)]; then, with LN for layer
    normalisation and every affine map with a bias,

        h  = ReLU(embedding [onehot(x_j), onehot(j)])
        h += attention_output SelfAttention(query_key_value LN(h))      causal, `heads` heads
        h += mlp_output ReLU(mlp_input LN(h))
        f  = read_out flatten(LN(h))

    Parameter names and shapes are those of `TransformerSizes.shapes`.
    """

    embedding: nn.Linear
    query_key_value: nn.Linear
    attention_output: nn.Linear
    mlp_input: nn.Linear
    mlp_output: nn.Linear
    read_out: nn.Linear
    attention_norm: nn.LayerNorm
    mlp_norm: nn.LayerNorm
    final_norm: nn.LayerNorm
    positions: Tensor

    def __init__(self, sizes: TransformerSizes) -> None:
        super().__init__()
        self.sizes = sizes
        for name, (outputs, inputs) in sizes.linear_layers.items():
            self.add_module(name, nn.Linear(inputs, outputs))
        for name in sizes.normalisations:
            self.add_module(name, nn.LayerNorm(sizes.width))
        self.register_buffer("positions", torch.eye(sizes.n_tokens), persistent=False)

    def forward(self, bits: Tensor) -> Tensor:
        """Outputs f, shape (batch,), for inputs of 0 and 1, (batch, L), control bits first."""
        h = functional.relu(self.embedding(self.tokens(bits)))
        h = h + self.attention_output(self.attention(self.attention_norm(h)))
        h = h + self.mlp_output(functional.relu(self.mlp_input(self.mlp_norm(h))))
        return self.read_out(self.final_norm(h).flatten(start_dim=1))[:, 0]

    def tokens(self, bits: Tensor) -> Tensor:
        """One-hot value joined with one-hot position, shape (batch, L, 2 + L)."""
        values = torch.stack([1.0 - bits, bits], dim=2)
        assert values.shape[2] == TOKEN_VALUES
        return torch.cat([values, self.positions.expand(len(bits), -1, -1)], dim=2)

    def attention(self, h: Tensor) -> Tensor:
        """Causal self-attention of features (batch, L, d), heads joined: (batch, L, d)."""
        batch, n_tokens, width = h.shape
        heads = self.query_key_value(h).view(batch, n_tokens, 3, self.sizes.heads, -1)
        query, key, value = heads.permute(2, 0, 3, 1, 4)
        mixed = functional.scaled_dot_product_attention(query, key, value, is_causal=True)
        return mixed.transpose(1, 2).reshape(batch, n_tokens, width)
