"""Table 1: samples of the multitask sparse parity problem."""

from __future__ import annotations

import numpy as np
import pandas as pd

from emergence.exhibits.typeset import Markup
from emergence.randomness import Stream
from emergence.tasks.sparse_parity.problem import (
    SparseParity,
    draw_batch,
    draw_sparse_bits,
    skill_functions,
    sparse_masks,
    target,
)
from paper.nam2024.tables.samples import bit_columns, marked_bits, symbol


def build(
    *,
    n_skills: int,
    skill_bits: int,
    sparse_bits: int,
    n_samples: int,
    data_exponent: float,
    target_scale: float,
    stream: Stream,
) -> pd.DataFrame:
    """`n_samples` samples from the sampler that feeds the networks, most frequent skill first.

    Columns skill (1-based i), control_bits, skill_bits, sparse_bits (positions, see
    `paper.nam2024.tables.samples`), M (values of the sparse bits), y = f*(i, x) = S Σ_k g_k, and
    g_1 .. g_n_s (Eqs. 2 and 4). Raises ValueError if the sizes make no task.
    """
    task = SparseParity(n_skills, skill_bits, sparse_bits, data_exponent, target_scale)
    positions = draw_sparse_bits(task, stream)
    batch = draw_batch(task, stream, 0, n_samples)
    skills, packed, masks = batch.skills, batch.skill_bits, sparse_masks(positions)
    table = bit_columns(n_skills, skill_bits, skills, packed, positions)
    values = (packed[:, None] >> positions[skills].astype(np.uint64)) & np.uint64(1)
    table["M"] = [" ".join(map(str, row)) for row in values]
    table["y"] = target(task, skills, packed, masks)
    functions = skill_functions(skills, packed, masks)
    names = [f"g_{k}" for k in range(1, n_skills + 1)]
    return pd.concat([table, pd.DataFrame(functions, columns=names)], axis=1)


def layout(table: pd.DataFrame) -> pd.DataFrame:
    """The table for print: sparse bits bold and underlined, symbols as in the paper."""
    names = {"control_bits": Markup("control bits $i$"), "skill_bits": Markup("skill bits $x$")}
    symbols = {name: symbol(name) for name in table.columns if name.startswith("g_")}
    symbols |= {"y": symbol("y"), "M": symbol("M(i, x)")}
    return marked_bits(table).rename(columns={**names, **symbols})
