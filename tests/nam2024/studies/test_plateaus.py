"""Plateaus of a learning curve, and of runs that are trained for them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paper.nam2024.studies.plateaus import longest_plateau, plateaus


def test_the_stretch_before_a_sigmoid_rise_is_found():
    steps = np.arange(0, 1001, 10)
    strength = 1.0 / (1.0 + np.exp(-(steps - 700) / 20))
    length, rise = longest_plateau(steps, strength, tolerance=0.01, rise=0.1)
    assert length == np.flatnonzero(strength > 0.01)[0] * 10 - 10
    assert rise == pytest.approx(1.0, abs=0.02)


@given(st.lists(st.sampled_from(np.linspace(0, 1, 21).tolist()), min_size=1, max_size=30))
def test_agrees_with_looking_at_every_stretch(values):
    y = np.array(values)
    best = 0
    for i in range(len(y)):
        j = max(j for j in range(i, len(y)) if np.ptp(y[i : j + 1]) <= 0.07)
        if y[j + 1 :].size and y[j + 1 :].max() - y[i : j + 1].max() > 0.22:
            best = max(best, j - i)
    assert longest_plateau(np.arange(len(y)), y, 0.07, 0.22)[0] == best


def test_a_row_for_every_run_and_skill(small_settings):
    settings = small_settings(resource="parameters", measure_every=None)
    table = plateaus(
        settings, width=6, runs=2, steps=60, measure_every=20, tolerance=0.01, rise=0.1
    )
    assert table[["run", "skill"]].to_numpy().tolist() == [[0, 1], [0, 2], [1, 1], [1, 2]]
    assert (table["steps"] == 60).all()
    assert table["plateau_steps"].isin([0, 20, 40]).all()  # it ends before the last measurement
    assert (table["rise_after"] > 0.1).eq(table["plateau_steps"] > 0).all()
    assert np.isfinite(table["strength_at_end"]).all()
