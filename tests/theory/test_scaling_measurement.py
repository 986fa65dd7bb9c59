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
WINDOW = {"tolerance": 0.02, "decades": 0.7, "points": 5}
ALPHAS = [0.3, 0.9]
# What is left of each law at the 100th skill, from its next order: nothing but exponentially small
# terms for time, 1/D for data, (α+1)/(2N) at most for parameters and compute.
LEFT_OVER = {"time": 1e-10, "data": 1e-3, "parameters": 0.01, "compute": 0.01}


@pytest.fixture(scope="module")
def regimes():
    return regime_table(ALPHAS, **WINDOW, shortage=0.1, **MODEL)


def test_fit_recovers_a_power_law():
    resource = np.geomspace(2.0, 900.0, 9)
    fit = fit_power_law(resource, 3.7 * resource**-0.4, -0.4)
    np.testing.assert_allclose(fit, (-0.4, 3.7), rtol=1e-12)
    assert fit_power_law(resource, resource**-0.9, -0.4).exponent == pytest.approx(-0.9)


def test_laws_hold_for_infinitely_and_with_their_constant_for_finitely_many_skills():
    table = scaling_measurement_table(
        ALPHAS, n_skills=[np.inf, 100_000], tolerance=0.01, decades=1.0, points=6, **MODEL
    )
    assert len(table) == len(LAWS) * 2 * len(ALPHAS)
    assert np.all(table.window_high > table.window_low)
    bound = np.where(np.isinf(table.n_skills), table.bottleneck.map(LEFT_OVER), 0.005)
    for quantity in ("exponent", "prefactor"):
        error = table[f"{quantity}_relative_error"]
        assert np.all(np.abs(error) < bound)
        ratio = table[f"measured_{quantity}"] / table[f"predicted_{quantity}"]
        np.testing.assert_allclose(error, ratio - 1, atol=1e-12)


def test_the_law_holds_inside_and_breaks_where_any_condition_is_violated(regimes):
    assert len(regimes) == len(CONDITIONS) * len(ALPHAS)
    assert not regimes.duplicated(["bottleneck", "condition", "alpha"]).any()
    assert np.all(np.abs(regimes.inside_exponent / regimes.predicted_exponent - 1) < 0.02)
    assert np.all(np.abs(regimes.inside_prefactor_ratio - 1) < 0.02)
    assert np.all(np.abs(regimes.violated_exponent / regimes.predicted_exponent - 1) > 0.3)
    assert np.all(np.abs(np.log(regimes.violated_prefactor_ratio)) > 0.3)


def test_each_kind_of_violation_has_its_own_sign(regimes):
    """A bottleneck flattens the loss, too few skills steepen it, too large an N is the time law."""
    plateau = regimes[(regimes.quantity != "n_skills/K") & (regimes.violated_value < 1)]
    assert len(plateau) == 8 * len(ALPHAS)
    assert np.all(np.abs(plateau.violated_exponent) < 0.03)
    assert np.all(plateau.violated_prefactor_ratio > 1.5)
    few = regimes[regimes.condition.str.startswith("n_skills")]
    assert len(few) == 4 * len(ALPHAS)
    assert np.all(few.violated_exponent < 1.3 * few.predicted_exponent)
    assert np.all(few.violated_prefactor_ratio < 0.7)
    excess = regimes[regimes.condition.str.contains("not >>")]
    expected = -excess.alpha / (excess.alpha + 1)
    np.testing.assert_allclose(excess.violated_exponent, expected, rtol=0.02)


def test_approach_tends_to_the_law_and_stays_away_when_violated():
    table = scaling_approach([0.6], **WINDOW, shortage=0.1, **MODEL)
    assert set(table.condition) == {entry.text for entry in CONDITIONS} | {ALL_HOLD}
    np.testing.assert_allclose(table.ratio, table.loss / table.predicted_loss)
    assert np.all(table.violated == (table.condition != ALL_HOLD))
    for (bottleneck, condition), rows in table.groupby(["bottleneck", "condition"]):
        assert rows.resource.is_monotonic_increasing
        first, last = rows.ratio.iloc[[0, -1]]
        if condition == ALL_HOLD:
            assert abs(last - 1) < min(LEFT_OVER[bottleneck], abs(first - 1))
        else:
            assert abs(np.log(last)) > 0.5
