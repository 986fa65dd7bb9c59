"""Calibration constants recovered from curves whose constant is known."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from emergence.analysis.fitting import (
    calibrate,
    emergence_table,
    extended_model,
    first_crossing,
    loss_learning_rate,
    prediction_table,
)

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


@pytest.fixture(scope="module")
def of(small_settings):
    """Settings of an experiment with the paper's numbers."""

    def build(resource, n_skills=1):
        return small_settings(
            resource=resource,
            learning_rate=0.02,
            initial_std=0.01,
            task={
                "n_skills": n_skills,
                "skill_bits": 32,
                "sparse_bits": 3,
                "data_exponent": 0.6,
                "target_scale": 5.0,
            },
        )

    return build


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


def _runs(resource, strength, x=None, skill=1):
    """The table of all runs from strengths of shape (runs, points)."""
    x = GRID[resource] if x is None else x
    strength = np.atleast_2d(strength)
    run, point = np.indices(strength.shape)
    xs = np.asarray(x)[point.ravel()]
    time = resource == "time"
    return pd.DataFrame(
        {
            "experiment": "tiny",
            "value": 1000 if time else xs,
            "run": run.ravel(),
            "step": xs if time else 40,
            "skill": skill,
            "strength": strength.ravel(),
        }
    )


def _calibrate(settings, runs, bootstrap_samples, confidence):
    return calibrate(settings, runs, bootstrap_samples, confidence, DIVISOR)


def test_the_rate_is_in_the_units_of_the_paper(of):
    # η acts on the loss with ½, the learning rate on the mean square: discrepancy 3
    assert loss_learning_rate(of("time")) == pytest.approx(0.04)


@settings(max_examples=25)
@given(resources, constants)
def test_the_constant_of_an_exact_curve_is_recovered(of, resource, share):
    constant = _constant(resource, share)
    runs = _runs(resource, [_curve(resource, constant, GRID[resource])] * 3)
    fitted = _calibrate(of(resource), runs, bootstrap_samples=2, confidence=0.9)
    if resource == "data":  # flat between two grid points where the model only saturates
        assert fitted["value"] == pytest.approx(constant, rel=1e-3)
    else:
        assert fitted["value"] == pytest.approx(constant, rel=1e-4)
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
def test_interval_covers_the_constant_and_has_the_width_of_its_spread(of, resource):
    numbers = np.random.default_rng(11)
    fits = [
        _calibrate(of(resource), _noisy(resource, numbers, 25), 40, confidence=0.9)
        for _ in range(20)
    ]
    covered = sum(fit["low"] <= TRUE[resource] <= fit["high"] for fit in fits)
    assert covered >= 14  # 18 expected; below 14 has probability 1 in 400
    half_width = np.mean([fit["high"] - fit["low"] for fit in fits]) / 2
    spread = np.std([fit["value"] for fit in fits], ddof=1)
    assert half_width == pytest.approx(1.645 * spread, rel=0.4)
    assert all(fit["low"] <= fit["value"] <= fit["high"] for fit in fits)


def test_the_times_of_a_run_are_resampled_together(of):
    """Runs that are shifted as a whole: independent times would give a far too narrow interval."""
    numbers = np.random.default_rng(3)
    couplings = PAPER["time"] * np.exp(numbers.normal(0, 0.1, 20))
    strength = np.stack([_curve("time", c, TIMES) for c in couplings])
    fitted = _calibrate(of("time"), _runs("time", strength), 100, confidence=0.9)
    spread = couplings.std(ddof=1) / np.sqrt(20)
    assert fitted["high"] - fitted["low"] > 2 * spread


def test_a_wider_confidence_gives_a_wider_interval_and_a_seed_the_same_one(of):
    runs = _noisy("parameters", np.random.default_rng(0), 10)
    narrow, wide, again = (
        _calibrate(of("parameters"), runs, 100, confidence) for confidence in (0.5, 0.99, 0.5)
    )
    assert wide["low"] < narrow["low"] < narrow["high"] < wide["high"]
    assert again == narrow
    other = _calibrate(of("parameters") | {"root_seed": 8}, runs, 100, 0.5)
    assert other["value"] == narrow["value"]
    assert other["low"] != narrow["low"]


@pytest.mark.parametrize("resource", sorted(GRID))
@pytest.mark.parametrize("level", [0.0, -0.01])
def test_runs_that_show_nothing_are_refused(of, resource, level):
    strength = np.full((3, len(GRID[resource])), level)
    with pytest.raises(ValueError, match="bound"):
        _calibrate(of(resource), _runs(resource, strength), 5, 0.9)


def test_runs_with_more_skills_are_refused(of):
    strength = _curve("data", 800.0, SIZES)
    with pytest.raises(ValueError, match="one skill"):
        _calibrate(of("data", n_skills=5), _runs("data", strength), 5, 0.9)


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


@given(resources, constants, st.integers(1, 5), st.floats(0.01, 0.99))
def test_predicted_level_is_where_the_curve_reaches_it(of, resource, share, skill, level):
    constant = _constant(resource, share)
    x = extended_model(of(resource, 5), DIVISOR).level(level, skill, 5, constant)
    if resource == "parameters":  # the curve is a straight line between N_c (k-1) and N_c k
        assert x == pytest.approx(constant * (skill - 1 + level))
        return
    solved = brentq(lambda t: _curve(resource, constant, t, skill, 5) - level, 0, 1e9, xtol=1e-9)
    assert x == pytest.approx(solved, rel=1e-6)


@pytest.mark.parametrize("resource", sorted(GRID))
def test_prediction_follows_the_formula_between_the_ends_of_the_interval(of, resource):
    constant = PAPER[resource]
    calibration = {"value": constant, "low": 0.9 * constant, "high": 1.2 * constant}
    x = GRID[resource] * 3
    summary = pd.DataFrame({"x": np.tile(x, 5)})
    model = extended_model(of(resource, 5), DIVISOR)
    table = prediction_table(of(resource, 5), model, summary, calibration)
    assert table["skill"].unique().tolist() == [1, 2, 3, 4, 5]
    for skill, rows in table.groupby("skill"):
        grid = rows["x"].to_numpy()
        assert (grid[0], grid[-1]) == pytest.approx((x[x > 0][0], x[-1]))
        assert (np.diff(grid) > 0).all()
        for column, factor in (("prediction", 1.0), ("low", None), ("high", None)):
            if factor:
                expected = _curve(resource, constant, grid, skill, 5)
            else:
                ends = [_curve(resource, c * constant, grid, skill, 5) for c in (0.9, 1.2)]
                expected = (np.minimum if column == "low" else np.maximum)(*ends)
            np.testing.assert_allclose(rows[column], expected, atol=1e-9)
    assert (table["low"] <= table["prediction"]).all()
    assert (table["prediction"] <= table["high"]).all()
    assert set(table["resource"]) == {resource}


@pytest.mark.parametrize("resource", ["time", "data"])
def test_emergence_of_exact_curves_is_where_it_is_predicted(of, resource):
    x = np.arange(0, 120_001, 20) if resource == "time" else np.arange(100, 40_001, 50)
    skills = [1, 2, 5]
    runs = pd.concat(
        _runs(resource, [_curve(resource, PAPER[resource], x, k, 5)] * 2, x=x, skill=k)
        for k in range(1, 6)
    )
    calibration = {
        "value": PAPER[resource],
        "low": 0.9 * PAPER[resource],
        "high": 1.2 * PAPER[resource],
    }
    model = extended_model(of(resource, 5), DIVISOR)
    table = emergence_table(of(resource, 5), model, runs, calibration, [0.1, 0.5], 20, 0.95)
    table = table.set_index(["skill", "level"])
    for skill in skills:
        for level in (0.1, 0.5):
            row = table.loc[(skill, level)]
            assert abs(row["relative_error"]) < 0.02
            assert row["measured"] == pytest.approx(row["predicted"], rel=0.02)
            assert (row["runs_reaching"], row["runs"]) == (2, 2)
            assert row["measured_std"] == pytest.approx(0.0, abs=1e-9)
            assert row["predicted_low"] < row["predicted"] < row["predicted_high"]
            assert row["before"] <= row["measured"] <= row["after"] <= row["before"] + 50
            assert row["low"] == row["high"] == pytest.approx(row["measured"])
    for _, rows in table.groupby("level"):
        assert rows["predicted"].is_monotonic_increasing  # less frequent skills come later


def test_skills_that_do_not_emerge_are_counted_not_invented(of):
    strength = np.zeros((4, len(WIDTHS)))
    strength[0] = np.linspace(0, 1, len(WIDTHS))  # one run of four reaches 0.5
    runs = pd.concat([_runs("parameters", strength, skill=k) for k in (1, 2)])
    calibration = dict.fromkeys(("value", "low", "high"), 4.0)
    model = extended_model(of("parameters", 2), DIVISOR)
    table = emergence_table(of("parameters", 2), model, runs, calibration, [0.5], 200, 0.95)
    assert (table["high"] == np.inf).all()
    assert table["measured"].isna().all()  # the mean only reaches 0.25
    assert table["relative_error"].isna().all()
    assert table["runs_reaching"].tolist() == [1, 1]
    assert table["measured_std"].isna().all()
    assert table["predicted"].tolist() == [2.0, 6.0]
