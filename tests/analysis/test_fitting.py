"""Calibration constants recovered from curves whose constant is known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import paper_settings, runs_table
from scipy.optimize import brentq

from emergence.analysis.fitting import calibrate, extended_model, loss_learning_rate

TIMES, SIZES, WIDTHS = np.arange(0, 2501, 50), np.arange(100, 2001, 100), np.arange(1, 13)
DIVISOR = 3.6  # c of R_k(0) = σ²/c
GRID = {"time": TIMES, "data": SIZES, "parameters": WIDTHS}
PAPER = {"time": 1 / 22, "data": 800.0, "parameters": 4.0}
NAMES = {
    "time": ("squared_coupling", "B²"),
    "data": ("critical_samples", "D_c"),
    "parameters": ("critical_parameters", "N_c"),
}
RANGE = {"time": (0.02, 0.5), "data": (150.0, 1900.0), "parameters": (1.5, 11.0)}
resources = st.sampled_from(sorted(GRID))
constants = st.floats(0, 1)


def _constant(resource, share):
    low, high = RANGE[resource]
    return low * (high / low) ** share


def _curve(resource, constant, x, skill=1, n_skills=1):
    """R_k/S written out from Eqs. 14, 17 and 21, apart from the library."""
    weights = np.arange(1, n_skills + 1) ** -1.6
    probability = weights[skill - 1] / weights.sum()
    x = np.asarray(x, dtype=float)
    if resource == "time":
        ratio = 5.0 / (0.01**2 / DIVISOR) - 1
        return 1 / (1 + ratio * np.exp(-2 * (2 * 0.02) * constant * probability * 5.0 * x))
    if resource == "data":
        return 1 - np.sqrt(1 - np.minimum(x * probability / constant, 1))
    # Eq. 21 for an N_c that is not whole: skills take N_c hidden units each, one after another
    units_left = x - (skill - 1) * constant
    return np.minimum(np.maximum(units_left, 0.0), constant) / constant


def _runs(resource, strength, x=None):
    """The table of all runs from strengths of shape (runs, points)."""
    return runs_table(strength[:, None], GRID[resource] if x is None else x, resource)


def _calibrate(resource, runs, confidence):
    return calibrate(paper_settings(resource, 1), runs, confidence, DIVISOR)


def test_the_rate_is_in_the_units_of_the_paper():
    # η acts on the loss with ½, the learning rate on the mean square: discrepancy 3
    assert loss_learning_rate(paper_settings("time", 1)) == pytest.approx(0.04)


@settings(max_examples=25)
@given(resources, constants)
def test_the_constant_of_an_exact_curve_is_recovered(resource, share):
    constant = _constant(resource, share)
    runs = _runs(resource, np.tile(_curve(resource, constant, GRID[resource]), (3, 1)))
    fitted = _calibrate(resource, runs, confidence=0.9)
    # of data: flat between two grid points where the model only saturates
    assert fitted["value"] == pytest.approx(constant, rel=1e-3 if resource == "data" else 1e-4)
    assert fitted["low"] == pytest.approx(fitted["value"], rel=1e-6)  # runs do not differ
    assert fitted["high"] == pytest.approx(fitted["value"], rel=1e-6)
    assert fitted["residual"] < 1e-3
    assert (fitted["constant"], fitted["symbol"]) == NAMES[resource]
    assert (fitted["runs"], fitted["points"]) == (3, len(GRID[resource]))


# Between two points of the grid: at D = D_c itself the slope of the model has no bound.
TRUE = {"data": 850.0, "parameters": 4.3}


def _noisy(resource, numbers, n_runs):
    """Runs whose expected curve has the constant TRUE, with independent noise at every point."""
    curve = _curve(resource, TRUE[resource], GRID[resource])
    return _runs(resource, curve + numbers.normal(0.0, 0.05, (n_runs, len(curve))))


@pytest.mark.parametrize("resource", ["parameters", "data"])
def test_interval_covers_the_constant_and_has_the_width_of_its_spread(resource):
    numbers = np.random.default_rng(11)
    fits = [_calibrate(resource, _noisy(resource, numbers, 5), confidence=0.9) for _ in range(40)]
    covered = sum(fit["low"] <= TRUE[resource] <= fit["high"] for fit in fits)
    assert covered >= 30  # 36 expected; below 30 has probability 1 in 200
    half_width = np.mean([fit["high"] - fit["low"] for fit in fits]) / 2
    spread = np.std([fit["value"] for fit in fits], ddof=1)
    assert half_width == pytest.approx(1.645 * spread, rel=0.4)
    assert all(fit["low"] <= fit["value"] <= fit["high"] for fit in fits)


@pytest.mark.parametrize("n_runs", [3, 50])
def test_a_run_of_its_own_speed_is_left_out_as_a_whole(n_runs):
    """Runs that are shifted as a whole: the interval of B² covers that of very many such runs."""
    numbers, x = np.random.default_rng(3), TIMES[::5]

    def fitted(count):
        couplings = PAPER["time"] * np.exp(numbers.normal(0, 0.1, count))
        strength = np.stack([_curve("time", c, x) for c in couplings])
        return _runs("time", strength, x)

    many = fitted(4000).groupby(["experiment", "value", "step", "skill"], as_index=False).mean()
    true = _calibrate("time", many, 0.9)["value"]
    fits = [_calibrate("time", fitted(n_runs), confidence=0.9) for _ in range(50)]
    covered = sum(fit["low"] <= true <= fit["high"] for fit in fits)
    assert covered >= 39  # 45 expected; below 39 has probability 1 in 200


def test_a_wider_confidence_gives_a_wider_interval_and_one_run_none():
    runs = _noisy("parameters", np.random.default_rng(0), 10)
    narrow, wide = (_calibrate("parameters", runs, confidence) for confidence in (0.5, 0.99))
    assert wide["low"] < narrow["low"] < narrow["high"] < wide["high"]
    alone = _calibrate("parameters", runs[runs["run"] == 0], 0.5)
    assert np.isnan([alone["low"], alone["high"]]).all()


@pytest.mark.parametrize("resource", sorted(GRID))
def test_runs_that_show_nothing_or_have_more_skills_are_refused(resource):
    runs = _runs(resource, np.full((3, len(GRID[resource])), -0.01))
    with pytest.raises(ValueError, match="bound"):
        _calibrate(resource, runs, 0.9)
    with pytest.raises(ValueError, match="one skill"):
        calibrate(paper_settings(resource), runs, 0.9, DIVISOR)


@given(resources, constants, st.integers(1, 5), st.floats(0.01, 0.99))
def test_predicted_level_is_where_the_curve_reaches_it(resource, share, skill, level):
    constant = _constant(resource, share)
    x = extended_model(paper_settings(resource), DIVISOR).level(level, skill, 5, constant)
    if resource == "parameters":  # the curve is a straight line between N_c (k-1) and N_c k
        assert x == pytest.approx(constant * (skill - 1 + level))
        return
    solved = brentq(lambda t: _curve(resource, constant, t, skill, 5) - level, 0, 1e9, xtol=1e-9)
    assert x == pytest.approx(solved, rel=1e-6)
