"""Fits of rises against curves made from known parameters."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import paper_settings, runs_table

from emergence.analysis.rise_shape import asymmetry, fit_rises, fit_sigmoid

SETTINGS = paper_settings(n_skills=1)


def _runs(step, curves):
    return runs_table(np.stack(curves)[:, None], step)


@settings(max_examples=25)
@given(st.floats(200, 1500), st.floats(0.02, 0.2))
def test_sigmoid_is_recovered(midpoint, relative_width):
    time = np.arange(0, 2001, 10.0)
    width = relative_width * midpoint
    strength = 1 / (1 + np.exp(-(time - midpoint) / width))
    found = fit_sigmoid(time, strength)
    assert found == (pytest.approx(midpoint, rel=1e-4), pytest.approx(width, rel=1e-3))


def test_residuals_and_asymmetry_tell_sigmoid_from_exponential():
    """Delayed or not: a delayed exponential that were pinned at T = 0 could not win."""
    step = np.arange(0, 3001, 10)
    sigmoid = 1 / (1 + np.exp(-(step - 700) / 60))
    exponentials = [-np.expm1(-np.maximum(step - delay, 0) / 300) for delay in (0, 333)]
    fits = fit_rises(SETTINGS, _runs(step, [sigmoid, *exponentials]), [0.1, 0.9]).fits
    assert fits["sigmoid_residual"][0] < 1e-6 < 0.02 < fits["exponential_residual"][0]
    assert (fits["exponential_residual"][1:] < 2e-4).all()
    assert (fits["sigmoid_residual"][1:] > 0.02).all()
    assert fits["asymmetry"][0] == pytest.approx(1.0, abs=0.01)
    expected = np.log(10) / np.log(0.95 / 0.5)
    np.testing.assert_allclose(fits["asymmetry"][1:], expected, rtol=0.02)
    assert np.isnan(asymmetry(step, np.minimum(sigmoid, 0.94)))


def test_curves_hold_the_measured_points_and_the_fit_of_runs_that_saturate():
    step = np.arange(0, 2001, 10)
    runs = _runs(step, [1 / (1 + np.exp(-(step - t) / 60)) for t in (700, 1900)])
    rises = fit_rises(SETTINGS, runs, [0.1, 0.9])
    assert rises.fits["run"].tolist() == [0]
    assert set(rises.curves["run"]) == {0}
    measured = rises.curves[rises.curves["kind"] == "measured"]
    assert set(measured["time"]) <= set(step)
    assert measured["time"].min() < 300 < 1100 < measured["time"].max()
    sigmoid = rises.curves[rises.curves["kind"] == "sigmoid"]
    expected = 1 / (1 + np.exp(-(sigmoid["time"] - 700) / 60))
    np.testing.assert_allclose(sigmoid["strength"], expected, atol=1e-6)
    assert fit_rises(SETTINGS, runs[runs["run"] == 1], [0.1, 0.9]).fits.empty
