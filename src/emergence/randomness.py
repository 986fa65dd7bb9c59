"""Counter-based randomness.

Every number is a function of (root seed, experiment, swept value, run, purpose, step).

Philox4x32-10 (Salmon et al., SC 2011) maps a 128-bit counter and a 64-bit key to four 32-bit words.
The key is a hash of (root seed, experiment, swept value), the counter (block, step, run, purpose).
So a run gives the same numbers alone or inside an ensemble, resumed or not, on any number of cores.
The compiled engines contain the same generator; tests hold them to this one.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

PHILOX_MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
_WEYL_0, _WEYL_1 = 0x9E3779B9, 0xBB67AE85
_ROUNDS = 10
_MASK, _SHIFT = np.uint64(0xFFFFFFFF), np.uint64(32)


class Purpose(IntEnum):
    """What a random number is used for: the last counter word, so that uses never overlap."""

    SPARSE_BITS = 0
    INITIALISATION = 1
    BATCH_SKILLS = 2
    BATCH_BITS = 3
    DATASET_SKILLS = 4
    DATASET_BITS = 5
    MEASUREMENT_BITS = 6
    BOOTSTRAP = 7
    SIMULATION = 8


def philox_round_keys(key: tuple[int, int]) -> list[tuple[int, int]]:
    """The key of each round, as two 32-bit words."""
    k0, k1 = key
    return [
        ((k0 + r * _WEYL_0) & 0xFFFFFFFF, (k1 + r * _WEYL_1) & 0xFFFFFFFF) for r in range(_ROUNDS)
    ]


def philox(counter: NDArray[np.uint64], key: tuple[int, int]) -> NDArray[np.uint64]:
    """Philox4x32-10: counters of shape (4, n) to words of shape (4, n), each value below 2^32."""
    c0, c1, c2, c3 = counter
    multiplier_0, multiplier_1 = map(np.uint64, PHILOX_MULTIPLIERS)
    for k0, k1 in philox_round_keys(key):
        product_0, product_1 = c0 * multiplier_0, c2 * multiplier_1
        c0, c2 = (
            (product_1 >> _SHIFT) ^ c1 ^ np.uint64(k0),
            (product_0 >> _SHIFT) ^ c3 ^ np.uint64(k1),
        )
        c1, c3 = product_1 & _MASK, product_0 & _MASK
    return np.stack([c0, c1, c2, c3])


def stream_key(root_seed: int, *labels: object) -> tuple[int, int]:
    """64-bit key, as two words, from the root seed and labels (experiment, swept value)."""
    text = "\x1f".join([str(root_seed), *(str(label) for label in labels)])
    digest = hashlib.sha256(text.encode()).digest()
    return int.from_bytes(digest[:4], "little"), int.from_bytes(digest[4:8], "little")


@dataclass(frozen=True)
class Stream:
    """The random numbers of one run: key (two 32-bit words) and run index (32 bits)."""

    key: tuple[int, int]
    run: int

    def words(self, purpose: Purpose, step: int, count: int) -> NDArray[np.uint32]:
        """`count` uniform 32-bit words; word w is output w % 4 of counter block w // 4."""
        blocks = -(-count // 4)
        counter = np.empty((4, blocks), dtype=np.uint64)
        counter[0] = np.arange(blocks, dtype=np.uint64)
        counter[1], counter[2], counter[3] = step, self.run, int(purpose)
        return philox(counter, self.key).T.reshape(-1)[:count].astype(np.uint32)

    def uniform(self, purpose: Purpose, step: int, count: int) -> NDArray[np.float64]:
        """`count` uniforms in the open interval (0, 1) with 52 random bits."""
        high, low = self.words(purpose, step, 2 * count).reshape(2, count).astype(np.uint64)
        integer = (high << np.uint64(20)) | (low >> np.uint64(12))
        return (integer.astype(np.float64) + 0.5) * 2.0**-52

    def normal(self, purpose: Purpose, step: int, count: int) -> NDArray[np.float64]:
        """`count` standard normal numbers, by inverting the distribution function."""
        return ndtri(self.uniform(purpose, step, count))
