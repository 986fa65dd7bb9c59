"""The transformer of Figs. 4 and 12 (App. K.2) as a PyTorch module."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

from emergence.models.prefixes import distinct_prefixes
from emergence.models.transformer_parameters import TOKEN_VALUES, TransformerSizes


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
        """Outputs f, shape (batch,), for inputs of 0 and 1, (batch, L), control bits first.

        On a CPU each distinct prefix is computed once; a GPU would wait for the sorting.
        """
        if bits.device.type != "cpu":
            return self.forward_tokens(bits)
        *forest, sample = map(torch.from_numpy, distinct_prefixes(bits.numpy()))
        return self.forward_prefixes(*forest)[sample]

    def forward_tokens(self, bits: Tensor) -> Tensor:
        """Outputs of every input, token by token."""
        h = self.features(self.tokens(bits), self.attention)
        return self.read_out(h.flatten(start_dim=1))[:, 0]

    def forward_prefixes(
        self, values: Tensor, positions: Tensor, ancestors: Tensor, owners: Tensor
    ) -> Tensor:
        """Outputs of distinct inputs, shape (inputs,): the same function, each prefix once.

        Arguments: see `prefixes.Prefixes`. Only attention works on all
        (inputs, L) tokens.
        """
        joined_shape = (*ancestors.shape, 3 * self.sizes.width)
        every = ancestors.flatten()

        def attention(joined: Tensor) -> Tensor:
            mixed = self.attention(joined.index_select(0, every).view(joined_shape))
            return mixed.flatten(end_dim=1).index_select(0, owners)

        one_hot = functional.one_hot(values, TOKEN_VALUES).to(self.positions.dtype)
        tokens = torch.cat([one_hot, self.positions[positions]], dim=1)
        weights = self.read_out.weight.view(self.sizes.n_tokens, self.sizes.width)
        parts = (self.features(tokens, attention) * weights[positions]).sum(dim=1)
        return parts[ancestors].sum(dim=1) + self.read_out.bias

    def features(self, tokens: Tensor, attention: Callable[[Tensor], Tensor]) -> Tensor:
        """What is read out, (..., d), of tokens (..., 2 + L); `attention` mixes tokens."""
        h = functional.relu(self.embedding(tokens))
        h = h + self.attention_output(attention(self.query_key_value(self.attention_norm(h))))
        h = h + self.mlp_output(functional.relu(self.mlp_input(self.mlp_norm(h))))
        return self.final_norm(h)

    def tokens(self, bits: Tensor) -> Tensor:
        """One-hot value joined with one-hot position, shape (batch, L, 2 + L)."""
        values = torch.stack([1.0 - bits, bits], dim=2)
        assert values.shape[2] == TOKEN_VALUES
        return torch.cat([values, self.positions.expand(len(bits), -1, -1)], dim=2)

    def attention(self, joined: Tensor) -> Tensor:
        """Causal self-attention from queries, keys and values, (batch, L, 3d) to (batch, L, d)."""
        batch, n_tokens, _ = joined.shape
        heads = joined.view(batch, n_tokens, 3, self.sizes.heads, -1)
        query, key, value = heads.permute(2, 0, 3, 1, 4)
        mixed = functional.scaled_dot_product_attention(query, key, value, is_causal=True)
        return mixed.transpose(1, 2).reshape(batch, n_tokens, self.sizes.width)
