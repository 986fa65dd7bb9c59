"""Measured exponents and prefactors inside their conditions, and how they break outside."""

import numpy as np
import pytest

from emergence.theory.scaling_laws import LAWS
from emergence.theory.scaling_measurement import (
    ALL_HOLD,
    CONDITIONS,
    fit_power_law,
    regime_table,
    scaling_approach,
    scaling_measurement_table,
)

MODEL = {"target_scale": 1.0, "initial_strength": 0.01, "learning_rate": 1.0}
ALPHAS = [0.3, 0.6, 0.9]
# What is left of each law at the 100th skill, from its next order: nothing but exponentially small
# terms for time, 1/D for data, (α+1)/(2N) at most for parameters and compute.
LEFT_OVER = {"time": 1e-10, "data": 1e-3, "parameters": 0.01, "compute": 0.01}


@pytest.fixture(scope="module")
def measured():
    return scaling_measurement_table(
        ALPHAS, n_skills=[np.inf, 100_000], tolerance=0.01, decades=1.0, points=12, **MODEL
    )


@pytest.fixture(scope="module")
def regimes():
    return regime_table(ALPHAS, tolerance=0.02, decades=0.7, points=5, shortage=0.1, **MODEL)


def test_fit_recovers_a_power_law():
    resource = np.geomspace(2.0, 900.0, 9)
    fit = fit_power_law(resource, 3.7 * resource**-0.4, -0.4)
    np.testing.assert_allclose(fit, (-0.4, 3.7), rtol=1e-12)
    assert fit_power_law(resource, resource**-0.9, -0.4).exponent == pytest.approx(-0.9)


def test_fit_refuses_what_has_no_logarithm():
    with pytest.raises(ValueError, match="loss"):
        fit_power_law([1.0, 2.0], [1.0, 0.0], -0.4)


@pytest.mark.parametrize("bottleneck", LAWS)
def test_laws_hold_for_infinitely_many_skills(measured, bottleneck):
    rows = measured[(measured.bottleneck == bottleneck) & np.isinf(measured.n_skills)]
    assert len(rows) == len(ALPHAS)
    bound = LEFT_OVER[bottleneck]
    assert np.all(np.abs(rows.exponent_relative_error) < bound)
    assert np.all(np.abs(rows.prefactor_relative_error) < bound)


def test_laws_hold_for_finitely_many_skills_with_their_constant(measured):
    rows = measured[np.isfinite(measured.n_skills)]
    assert len(rows) == len(ALPHAS) * len(LAWS)
    assert np.all(np.abs(rows.exponent_relative_error) < 0.005)
    assert np.all(np.abs(rows.prefactor_relative_error) < 0.005)


def test_measured_columns_are_consistent(measured):
    np.testing.assert_allclose(
        measured.exponent_relative_error,
        measured.measured_exponent / measured.predicted_exponent - 1,
        atol=1e-12,
    )
    np.testing.assert_allclose(
        measured.prefactor_relative_error,
        measured.measured_prefactor / measured.predicted_prefactor - 1,
        atol=1e-12,
    )
    assert np.all(measured.window_high > measured.window_low)
    assert list(measured.columns[:6]) == [
        "bottleneck", "conditions", "alpha", "n_skills", "predicted_exponent", "measured_exponent",
    ]  # fmt: skip


def test_window_needs_enough_skills():
    with pytest.raises(ValueError, match="n_skills"):
        scaling_measurement_table(
            [0.3], n_skills=[500], tolerance=0.01, decades=1.0, points=5, **MODEL
        )


def test_every_condition_is_tested_once_per_exponent(regimes):
    assert len(regimes) == len(CONDITIONS) * len(ALPHAS)
    assert not regimes.duplicated(["bottleneck", "condition", "alpha"]).any()


def test_inside_every_condition_the_law_holds(regimes):
    relative = regimes.inside_exponent / regimes.predicted_exponent - 1
    assert np.all(np.abs(relative) < 0.02)
    assert np.all(np.abs(regimes.inside_prefactor_ratio - 1) < 0.02)


def test_violating_any_condition_breaks_the_law(regimes):
    relative = regimes.violated_exponent / regimes.predicted_exponent - 1
    assert np.all(np.abs(relative) > 0.3)
    assert np.all(np.abs(np.log(regimes.violated_prefactor_ratio)) > 0.3)


def test_another_bottleneck_flattens_the_loss(regimes):
    plateau = regimes[(regimes.quantity != "n_skills/K") & (regimes.violated_value < 1)]
    assert len(plateau) > 20
    assert np.all(np.abs(plateau.violated_exponent) < 0.03)
    assert np.all(plateau.violated_prefactor_ratio > 1.5)


def test_too_few_skills_steepen_the_loss(regimes):
    few = regimes[regimes.condition.str.startswith("n_skills")]
    assert len(few) == 4 * len(ALPHAS)
    assert np.all(few.violated_exponent < 1.3 * few.predicted_exponent)
    assert np.all(few.violated_prefactor_ratio < 0.7)


def test_too_many_parameters_leave_the_time_law(regimes):
    """With N far above the best, compute is spent as time: exponent -α/(α+1)."""
    excess = regimes[regimes.condition.str.contains("not >>")]
    expected = -excess.alpha / (excess.alpha + 1)
    np.testing.assert_allclose(excess.violated_exponent, expected, rtol=0.02)


def test_approach_tends_to_the_law_and_stays_away_when_violated():
    table = scaling_approach([0.6], tolerance=0.02, decades=0.7, points=9, shortage=0.1, **MODEL)
    for (bottleneck, condition), rows in table.groupby(["bottleneck", "condition"]):
        last = rows.iloc[-1]
        assert last.resource == rows.resource.max()
        if condition == ALL_HOLD:
            assert abs(last.ratio - 1) < LEFT_OVER[bottleneck]
            assert abs(last.ratio - 1) < abs(rows.iloc[0].ratio - 1)
            assert not rows.violated.any()
        else:
            assert abs(np.log(last.ratio)) > 0.5
            assert rows.violated.all()
    np.testing.assert_allclose(table.ratio, table.loss / table.predicted_loss)
    violated = {entry.text for entry in CONDITIONS}
    assert set(table.condition) == violated | {ALL_HOLD}


def test_shortage_must_be_a_shortage():
    with pytest.raises(ValueError, match="shortage"):
        regime_table([0.3], tolerance=0.02, decades=0.5, points=3, shortage=2.0, **MODEL)
