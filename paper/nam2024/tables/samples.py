"""What the tables of samples share: bits as text and marked in print."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emergence.exhibits.typeset import Markup, marked_digits


def bit_columns(
    n_skills: int,
    skill_bits: int,
    skills: NDArray[np.integer],
    packed: NDArray[np.uint64],
    sparse_bits: NDArray[np.integer],
) -> pd.DataFrame:
    """Columns skill, control_bits, skill_bits, sparse_bits: one row per sample.

    skills: 0-based, shape (n,). packed: skill bits, shape (n,). sparse_bits: 0-based positions,
    shape (n_s, m). Bits are digits with spaces between (so that no reader takes them for a number),
    first position first; the column sparse_bits holds the 1-based positions of the sample's skill.
    """
    control = np.arange(n_skills) == skills[:, None]
    bits = (packed[:, None] >> np.arange(skill_bits, dtype=np.uint64)) & np.uint64(1)
    return pd.DataFrame(
        {
            "skill": skills + 1,
            "control_bits": _spaced(control.astype(int)),
            "skill_bits": _spaced(bits),
            "sparse_bits": _spaced(sparse_bits[skills] + 1),
        }
    )


def marked_bits(table: pd.DataFrame) -> pd.DataFrame:
    """The columns of `bit_columns` for print: digits joined, the sparse ones marked."""
    positions = [[int(entry) - 1 for entry in row.split()] for row in table["sparse_bits"]]
    digits = table["skill_bits"].str.replace(" ", "")
    return table.drop(columns=["skill", "sparse_bits"]).assign(
        control_bits=[marked_digits(row.replace(" ", ""), ()) for row in table["control_bits"]],
        skill_bits=[marked_digits(*row) for row in zip(digits, positions, strict=True)],
    )


def symbol(name: str) -> Markup:
    """A column name in mathematics."""
    return Markup(f"${name}$")


def _spaced(rows: NDArray[np.integer]) -> list[str]:
    return [" ".join(str(int(entry)) for entry in row) for row in rows]
