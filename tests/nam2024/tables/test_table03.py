"""Table 3: labels are the parity of the marked bits, 0 or 1."""

import pytest
import typst

from emergence.exhibits.typeset import typst_table
from emergence.randomness import Stream, stream_key
from paper.nam2024.tables import table03


def _table(n_samples=8, **changes):
    stream = Stream(stream_key(0, "tables", "table03"), 0)
    sizes = {"n_skills": 10, "skill_bits": 15, "sparse_bits": 3, "data_exponent": 0.6} | changes
    return table03.build(**sizes, n_samples=n_samples, stream=stream)


def test_labels_are_parities_and_control_bits_one_hot():
    table = _table(300)
    assert set(table["y"]) == {0, 1}
    for row in table.itertuples():
        bits = [int(digit) for digit in row.skill_bits.split()]
        positions = [int(entry) for entry in row.sparse_bits.split()]
        assert len(bits) == 15
        assert len(set(positions)) == 3
        assert row.y == sum(bits[position - 1] for position in positions) % 2
        control = row.control_bits.split()
        assert len(control) == 10
        assert control.count("1") == 1
        assert control.index("1") + 1 == row.skill


def test_skills_have_their_own_bits_and_may_share_them():
    found = _table(5000).groupby("skill")["sparse_bits"].unique()
    assert len(found) == 10
    assert all(len(each) == 1 for each in found)
    chosen = [each[0] for each in found]
    assert len(set(chosen)) > 1
    used = [entry for each in chosen for entry in each.split()]
    assert len(used) == 30 > 15


def test_more_sparse_than_skill_bits_are_refused():
    with pytest.raises(ValueError, match="skill_bits"):
        _table(skill_bits=2)


def test_print_compiles_without_the_bookkeeping_columns():
    layout = table03.layout(_table())
    assert list(layout.columns) == ["control bits", "skill bits", "$y$"]
    assert typst.compile(typst_table(layout).encode(), format="svg")
