"""Distinct prefixes of a batch of bit strings: what a causal network has to compute once.

In a causal network the features at position j are a function of the bits up to j. A batch holds
few distinct beginnings (the control string, and up to 2^j skill bits each), so most features of
the first positions would be computed many times over.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Prefixes(NamedTuple):
    """The distinct prefixes of a batch, as a forest: one row for each prefix.

    values, positions: (rows,) last bit of the prefix (0 or 1) and its position (from 0).
    ancestors: (inputs, L) rows of the prefixes of each distinct input, shortest first.
    owners: (rows,) an element of ancestors.ravel() that is the row. sample: (batch,) which distinct
    input each sample is.
    """

    values: NDArray[np.int64]
    positions: NDArray[np.int64]
    ancestors: NDArray[np.int64]
    owners: NDArray[np.int64]
    sample: NDArray[np.int64]


def distinct_prefixes(inputs: NDArray[np.floating]) -> Prefixes:
    """Prefixes of `inputs`, shape (batch, L) of 0 and 1.

    Sorted, inputs with a common prefix are neighbours: a prefix is new where an input differs from
    the one before it at or before that position.
    """
    bits = inputs.astype(np.uint8)
    distinct, sample = _sorted_distinct(bits)
    n_inputs, n_tokens = distinct.shape
    differs = np.ones((n_inputs, n_tokens), dtype=bool)
    differs[1:] = np.logical_or.accumulate(distinct[1:] != distinct[:-1], axis=1)
    order = (
        np.cumsum(differs.T.ravel()).reshape(n_tokens, n_inputs) - 1
    )  # rows position by position
    positions, first = np.nonzero(differs.T)
    return Prefixes(
        values=distinct[first, positions].astype(np.int64),
        positions=positions,
        ancestors=np.ascontiguousarray(order.T),
        owners=first * n_tokens + positions,
        sample=sample,
    )


def _sorted_distinct(bits: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The distinct rows in lexicographic order, and which of them each row is."""
    packed = np.packbits(bits, axis=1)  # first bit first, so that byte strings sort as the bits do
    keys = packed.view(f"S{packed.shape[1]}").ravel()
    _, first, sample = np.unique(keys, return_index=True, return_inverse=True)
    return bits[first], sample
