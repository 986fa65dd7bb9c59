"""Intervals: formulas written out, and the share of cases in which they hold the truth."""

import numpy as np
import pytest

from emergence.analysis.intervals import (
    Interval,
    geometric_interval,
    interval_coverage,
    largest_deviation,
    mean_band,
    mean_interval,
    ratio_interval,
    share_interval,
    slope_interval,
    two_sample_ratio,
)
from emergence.randomness import Stream, stream_key

T_2, T_1 = 4.302653, 12.706205  # quantiles 0.975 of Student's t


def test_students_interval():
    found = mean_interval([1.0, 2.0, 3.0], 0.95)
    half = T_2 / np.sqrt(3)
    assert found == pytest.approx((2.0, 2 - half, 2 + half))
    assert geometric_interval(np.exp([1.0, 2.0, 3.0]), 0.95) == pytest.approx(np.exp(found))
    alone = mean_interval([7.0], 0.95)
    assert alone.value == 7.0
    assert np.isnan(alone[1:]).all()
    assert np.isnan(mean_interval([], 0.95)).all()
    low, high = mean_band(np.array([[1.0, 0.0], [2.0, 0.0], [3.0, 0.0]]), 0.95)
    np.testing.assert_allclose((low, high), [(2 - half, 0), (2 + half, 0)], rtol=1e-6)


def test_wilsons_interval():
    """(p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n)."""
    z, n, p = 1.959964, 10, 0.8
    half = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    ends = [(p + z**2 / (2 * n) + sign * half) / (1 + z**2 / n) for sign in (-1, 1)]
    assert share_interval(8, 10, 0.95) == pytest.approx((0.8, *ends), rel=1e-6)
    assert share_interval(10, 10, 0.95).high == 1.0
    assert np.isnan(share_interval(0, 0, 0.95)).all()


def test_coverage_of_few_runs_is_students_and_not_the_bootstraps():
    """Of intervals that should hold the truth in 95 of 100 cases."""
    table = interval_coverage(
        runs=[3, 5, 10, 50],
        samples=1000,
        resamplings=400,
        confidence=0.95,
        stream=Stream(stream_key(0, "test"), 0),
    )
    found = table.pivot(index="runs", columns="interval", values="coverage")
    np.testing.assert_allclose(found["Student's t"], 0.95, atol=0.025)
    np.testing.assert_allclose(found["percentile bootstrap"], [0.74, 0.83, 0.90, 0.945], atol=0.035)


def test_ratio_and_slope_cover():
    numbers = np.random.default_rng(1)
    held = np.zeros(3)
    for _ in range(500):
        runs = np.exp(numbers.normal(np.log([[2.0], [2.0], [2.0], [6.0]]), 0.3, (4, 5)))
        found = [geometric_interval(one, 0.95) for one in runs]
        ratio = ratio_interval(found[3], found[0])
        slope = slope_interval(np.log([1, 2, 4]), found[:3])
        welch = two_sample_ratio(runs[3], runs[0], 0.95)
        pairs = ((ratio, 3.0), (slope, 0.0), (welch, 3.0))
        held += [one.low <= true <= one.high for one, true in pairs]
    assert (held >= 0.925 * 500).all()
    assert held[2] <= 0.975 * 500


def test_ratio_of_what_is_not_known_keeps_its_ends():
    known = Interval(10.0, 9.0, 11.0)
    never = ratio_interval(known, Interval(np.nan, 20.0, np.inf))
    assert np.isnan(never.value)
    assert never[1:] == pytest.approx((0.0, 0.55))
    early = ratio_interval(known, Interval(-np.inf, 0.0, 3.0))
    assert early[1:] == pytest.approx((3.0, np.inf))
    open_ended = ratio_interval(known, Interval(20.0, 18.0, np.inf))
    assert (open_ended.value, open_ended.low) == pytest.approx((0.5, 0.0))
    assert np.isnan(ratio_interval(known, Interval(20.0, np.nan, np.nan))[1:]).all()


def test_the_largest_deviation_of_several():
    near, far = Interval(1.0, 0.9, 1.1), Interval(0.7, 0.6, 0.8)
    assert largest_deviation([near], 1.0) == pytest.approx((0.0, 0.0, 0.1))
    assert largest_deviation([near, far], 1.0) == pytest.approx((0.3, 0.2, 0.4))
    assert largest_deviation([near, far], 0.0) == pytest.approx((1.0, 0.9, 1.1))
