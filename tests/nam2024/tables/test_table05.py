"""Table 5: single runs at one width, and which of them are outliers."""

import pandas as pd
import pytest

from paper.nam2024.tables.table05 import build

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
