"""Table 1: the printed samples are samples of the task, bit by bit."""

import numpy as np
import pytest
import typst

from emergence.exhibits.typeset import typst_table
from emergence.randomness import Stream, stream_key
from paper.nam2024.tables import table01

SIZES = {"n_skills": 7, "skill_bits": 21, "sparse_bits": 3, "data_exponent": 0.6}


def _table(n_samples=8, seed=0, **changes):
    stream = Stream(stream_key(seed, "tables", "table01"), 0)
    return table01.build(
        **{**SIZES, **changes}, n_samples=n_samples, target_scale=5.0, stream=stream
    )


def test_every_cell_follows_from_the_bits():
    table = _table(200)
    for row in table.itertuples():
        control = [int(digit) for digit in row.control_bits.split()]
        bits = [int(digit) for digit in row.skill_bits.split()]
        positions = [int(entry) - 1 for entry in row.sparse_bits.split()]
        assert control == [int(k + 1 == row.skill) for k in range(7)]
        assert len(bits) == 21
        values = [bits[position] for position in positions]
        assert " ".join(map(str, values)) == row.M
        sign = (-1) ** sum(values)
        functions = [getattr(row, f"g_{k}") for k in range(1, 8)]
        assert functions == [sign if k == row.skill else 0 for k in range(1, 8)]
        assert row.y == 5.0 * sign


def test_sparse_bits_are_disjoint_and_belong_to_the_skill():
    positions = _table(2000).groupby("skill")["sparse_bits"].unique()
    assert len(positions) == 7
    assert all(len(found) == 1 for found in positions)
    used = [entry for found in positions for entry in found[0].split()]
    assert len(used) == len(set(used)) == 21


def test_skills_are_as_frequent_as_the_task_says():
    share = (_table(4000)["skill"] == 1).mean()
    expected = 1.0 / np.sum(np.arange(1, 8) ** -1.6)
    assert abs(share - expected) < 4 * np.sqrt(expected * (1 - expected) / 4000)


def test_the_stream_decides_the_samples():
    assert _table(seed=1).equals(_table(seed=1))
    assert not _table(seed=1).equals(_table(seed=2))


def test_sizes_that_make_no_task_are_refused():
    with pytest.raises(ValueError, match="disjoint"):
        _table(skill_bits=12)


def test_print_marks_the_sparse_bits_and_compiles():
    table = _table(3)
    layout = table01.layout(table)
    assert "sparse_bits" not in layout.columns
    for row, cell in zip(table.itertuples(), layout.iloc[:, 1], strict=True):
        pieces = cell.split('"')[1::2]
        assert pieces == row.skill_bits.split()
        marked = [
            position + 1
            for position, piece in enumerate(cell.split("#raw")[:-1])
            if piece.endswith("#underline[*")
        ]
        assert marked == [int(entry) for entry in row.sparse_bits.split()]
    assert typst.compile(typst_table(layout).encode(), format="svg")
