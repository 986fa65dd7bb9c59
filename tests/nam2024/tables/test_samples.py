"""Tables 1 and 3: the printed samples are samples of the task, bit by bit."""

import numpy as np
import pytest

from emergence.randomness import Stream, stream_key
from paper.nam2024.tables import table01, table03

FIRST = {"n_skills": 7, "skill_bits": 21, "sparse_bits": 3, "data_exponent": 0.6}
THIRD = {"n_skills": 10, "skill_bits": 15, "sparse_bits": 3, "data_exponent": 0.6}


def _table01(n_samples, seed=0, **changes):
    stream = Stream(stream_key(seed, "tables", "table01"), 0)
    return table01.build(**FIRST | changes, n_samples=n_samples, target_scale=5.0, stream=stream)


def _table03(n_samples, **changes):
    stream = Stream(stream_key(0, "tables", "table03"), 0)
    return table03.build(**THIRD | changes, n_samples=n_samples, stream=stream)


def _digits(text):
    return [int(digit) for digit in text.split()]


@pytest.mark.parametrize(("build", "sizes"), [(_table01, FIRST), (_table03, THIRD)])
def test_bits_are_one_hot_and_of_the_skill_s_own_positions(build, sizes):
    table = build(2000)
    for row in table.head(200).itertuples():
        assert _digits(row.control_bits) == [
            int(k + 1 == row.skill) for k in range(sizes["n_skills"])
        ]
        assert len(_digits(row.skill_bits)) == sizes["skill_bits"]
        assert len(set(_digits(row.sparse_bits))) == 3
    chosen = table.groupby("skill")["sparse_bits"].unique()
    assert len(chosen) == sizes["n_skills"]
    assert all(len(each) == 1 for each in chosen)
    used = [position for each in chosen for position in _digits(each[0])]
    shared = build is _table03  # 30 positions among 15 bits
    assert (len(used) > len(set(used))) == shared
    share = (table["skill"] == 1).mean()
    expected = 1.0 / np.sum(np.arange(1, sizes["n_skills"] + 1) ** -1.6)
    assert abs(share - expected) < 4 * np.sqrt(expected * (1 - expected) / 2000)


def test_values_signs_and_labels_follow_from_the_bits():
    for row in _table01(200).itertuples():
        values = [_digits(row.skill_bits)[position - 1] for position in _digits(row.sparse_bits)]
        assert _digits(row.M) == values
        sign = (-1) ** sum(values)
        functions = [getattr(row, f"g_{k}") for k in range(1, 8)]
        assert functions == [sign if k == row.skill else 0 for k in range(1, 8)]
        assert row.y == 5.0 * sign
    for row in _table03(200).itertuples():
        values = [_digits(row.skill_bits)[position - 1] for position in _digits(row.sparse_bits)]
        assert row.y == sum(values) % 2
