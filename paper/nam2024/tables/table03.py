"""Table 3: the data set in the 0/1 convention of Michaud et al. (The quantization model, 2023)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from emergence.randomness import Purpose, Stream
from emergence.tasks.sparse_parity.problem import (
    SparseParity,
    draw_skill_bits,
    draw_sparse_bits,
    parity_sign,
    skill_probabilities,
    sparse_masks,
)
from paper.nam2024.tables.samples import bit_columns, marked_bits, symbol


def build(
    *,
    n_skills: int,
    skill_bits: int,
    sparse_bits: int,
    n_samples: int,
    data_exponent: float,
    stream: Stream,
) -> pd.DataFrame:
    """`n_samples` samples, most frequent skill first; y is the parity itself, 0 or 1.

    Every skill's sparse bits are drawn by themselves, so that two skills may share bits and n_s m
    may exceed n_b. Columns skill, control_bits, skill_bits, sparse_bits (see
    `paper.nam2024.tables.samples`), y. Raises ValueError if m > n_b or a size is out of range.
    """
    one_skill = SparseParity(1, skill_bits, sparse_bits, data_exponent, 1.0)
    positions = np.concatenate(
        [draw_sparse_bits(one_skill, Stream(stream.key, skill)) for skill in range(n_skills)]
    )
    shares = np.cumsum(skill_probabilities(data_exponent, n_skills))[:-1]
    uniform = stream.uniform(Purpose.BATCH_SKILLS, 0, n_samples)
    skills = np.sort(np.searchsorted(shares, uniform, side="right"))
    packed = draw_skill_bits(one_skill, stream, Purpose.BATCH_BITS, 0, n_samples)
    table = bit_columns(n_skills, skill_bits, skills, packed, positions)
    odd = parity_sign(packed, sparse_masks(positions)[skills]) < 0
    return table.assign(y=odd.astype(int))


def layout(table: pd.DataFrame) -> pd.DataFrame:
    """The table for print: sparse bits bold and underlined."""
    names = {"control_bits": "control bits", "skill_bits": "skill bits", "y": symbol("y")}
    return marked_bits(table).rename(columns=names)
