"""Crossings of curves, and intervals that hold the true one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emergence.analysis.crossings import crossing_of_mean, crossing_of_runs, first_crossing


@given(
    st.lists(st.floats(0.01, 10), min_size=2, max_size=20),
    st.lists(st.floats(0.001, 1), min_size=20, max_size=20),
    st.floats(1e-3, 1),  # above the first point: a level reached there is no crossing
)
def test_crossing_of_a_rising_curve_is_its_inverse(gaps, rises, share):
    x, y = np.cumsum(gaps), np.cumsum(rises[: len(gaps)])
    level = y[0] + share * (y[-1] - y[0])
    crossing = first_crossing(x, y, level)
    assert np.interp(crossing, x, y) == pytest.approx(level, rel=1e-9)
    assert crossing == pytest.approx(np.interp(level, y, x), rel=1e-9)


def test_crossing_is_the_first_one():
    x, y = np.arange(6.0), np.array([0.0, 0.2, 0.6, 0.1, 0.9, 1.0])
    assert first_crossing(x, y, 0.4) == pytest.approx(1.5)
    assert first_crossing(x, y, 0.9) == 4.0
    assert first_crossing(x, y, 0.0) == -np.inf
    assert first_crossing(x, y - 5.0, -6.0) == -np.inf
    assert np.isnan(first_crossing(x, y, 1.1))


def test_runs_are_followed_and_their_times_averaged_geometrically():
    x = np.arange(0.0, 101.0)
    strength = np.clip(x / np.array([[20.0], [80.0]]), 0, 1) / 2  # 0.25 at 10 and 40
    found = crossing_of_runs(x, strength, 0.25, 0.95)
    assert found.value == pytest.approx(20.0)
    assert found.low < 1.0 < 100.0 < found.high  # two runs say little
    for level, low in ((0.9, 100.0), (0.45, np.nan)):  # no run reaches 0.9, one does not 0.45
        one = crossing_of_runs(x, strength * [[1.0], [0.8]], level, 0.95)
        assert np.isnan(one.value)
        assert one.low == pytest.approx(low, nan_ok=True)
        assert one.high == np.inf
    assert crossing_of_runs(x, strength + 0.3, 0.25, 0.95) == (-np.inf, 0.0, 0.0)


@pytest.mark.parametrize("n_runs", [3, 10, 50])
def test_the_interval_of_a_means_crossing_holds_the_true_one(n_runs):
    """At least as often as it says, as the gap between points counts. 10 and 50 are bimodal."""
    numbers = np.random.default_rng(n_runs)
    x, true = np.arange(1.0, 13.0), 5.37
    curve = 1 / (1 + np.exp(-(x - true) / 1.5))
    held = 0
    for _ in range(200):
        shape = (n_runs, len(x))
        noisy, learned = curve + numbers.normal(0, 0.2, shape), numbers.random(shape) < curve
        found = crossing_of_mean(x, noisy if n_runs < 10 else learned, 0.5, 0.95)
        held += found.low <= true <= found.high
    assert held >= 188


def test_the_ends_of_a_means_crossing_are_points_or_open():
    x = np.arange(1.0, 6.0)
    strength = np.tile([0.0, 0.2, 0.32, 0.81, 1.0], (3, 1))
    found = crossing_of_mean(x, strength, 0.5, 0.95)
    assert (found.low, found.high) == (3.0, 4.0)  # the runs agree: only the gap is left
    assert found.value == pytest.approx(3 + (0.5 - 0.32) / (0.81 - 0.32))
    assert crossing_of_mean(x, strength, 1.1, 0.95)[1:] == (5.0, np.inf)
    value, low, high = crossing_of_mean(x, strength + 0.7, 0.5, 0.95)
    assert (value, low, high) == (-np.inf, 0.0, 1.0)
    assert np.isnan(crossing_of_mean(x, strength[:1], 0.5, 0.95)[1:]).all()
