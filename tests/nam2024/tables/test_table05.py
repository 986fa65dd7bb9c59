"""Table 5: single runs at one width, and which of them are outliers."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paper.nam2024.tables.table05 import build, layout

LEVEL = 0.5


def _runs(strengths, width=10, steps=(40,), other_width=True):
    """The table of all runs: strengths[run][skill] at the last step, rising on the way."""
    rows = [
        {"value": value, "run": run, "step": step, "skill": skill, "strength": r * step / steps[-1]}
        for value in ((width, 12) if other_width else (width,))
        for run, row in enumerate(strengths)
        for step in steps
        for skill, r in enumerate(row if value == width else [-1.0] * len(row), start=1)
    ]
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("strengths", "said"),
    [
        ([0.98, 0.95, 0.9, 0.0, 0.0], ""),
        ([0.98, 0.95, 0.3, 0.0, 0.0], ""),
        ([0.0, 0.0, 0.0, 0.0, 0.0], ""),
        ([0.98, 0.95, 0.9, 0.8, 0.7], ""),
        ([0.98, 0.04, 0.92, 0.0, 0.0], "skill 3 learned at the cost of 2"),
        ([0.98, 0.95, 0.0, 0.78, 0.0], "skill 4 learned at the cost of 3"),
        ([0.0, 0.9, 0.0, 0.9, 0.0], "skill 2, 4 learned at the cost of 1, 3"),
        ([0.5, 0.49, 0.5, 0.0, 0.0], "skill 3 learned at the cost of 2"),
    ],
)
def test_outliers_are_runs_that_learned_a_skill_before_a_more_frequent_one(strengths, said):
    assert build(_runs([strengths]), 10, 10, LEVEL)["outlier"].tolist() == [said]


def test_a_skill_that_most_runs_learn_and_one_does_not_is_missed():
    runs = [[0.98, 0.95, 0.0], [0.98, 0.94, 0.7], [0.98, 0.03, 0.0], [0.1, 0.0, 0.0]]
    notes = build(_runs([*runs, runs[0]]), 10, 10, LEVEL)["outlier"].tolist()
    assert notes == ["", "", "skill 2 missed", "skill 1, 2 missed", ""]


@given(
    st.lists(st.lists(st.floats(-0.1, 1.1), min_size=4, max_size=4), min_size=1, max_size=6),
    st.integers(1, 8),
)
def test_strengths_are_those_of_the_first_runs_at_the_last_step(strengths, n_runs):
    table = build(_runs(strengths, steps=(10, 20, 40)), 10, n_runs, LEVEL)
    shown = strengths[:n_runs]
    assert table["run"].tolist() == list(range(1, len(shown) + 1))
    assert table.columns.tolist() == ["run", "k=1", "k=2", "k=3", "k=4", "outlier"]
    np.testing.assert_allclose(table[[f"k={k}" for k in (1, 2, 3, 4)]], shown)
    for row, note in zip(shown, table["outlier"], strict=True):
        learned = [r >= LEVEL for r in row]
        in_order = learned == sorted(learned, reverse=True)
        common = [sum(other[k] >= LEVEL for other in shown) * 2 > len(shown) for k in range(4)]
        lacks = any(c and not own for c, own in zip(common, learned, strict=True))
        assert ("at the cost of" in note) == (not in_order)
        assert ("missed" in note) == (in_order and lacks)
        assert (note == "") == (in_order and not lacks)


def test_a_width_that_was_not_trained_is_refused():
    with pytest.raises(ValueError, match="width 11"):
        build(_runs([[0.9, 0.1]]), 11, 10, LEVEL)


def test_print_has_two_decimals_and_no_negative_zero():
    table = layout(build(_runs([[0.98765, -0.001]]), 10, 10, LEVEL))
    assert table["k=1"].tolist() == [0.99]
    assert str(table["k=2"].iloc[0]) == "0.0"
    assert table["run"].tolist() == [1]
