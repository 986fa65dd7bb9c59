"""Predictions beside measurements: exact curves are met, levels never reached are told."""

import numpy as np
import pandas as pd
import pytest
from made_up import paper_settings, runs_table

from emergence.analysis.fitting import extended_model
from emergence.analysis.prediction import predict, prediction_table

DIVISOR = 3.6
CONSTANTS = {"time": 1 / 22, "data": 800.0, "parameters": 4.0}
GRID = {
    "time": np.arange(0, 60_001, 20.0),
    "data": np.arange(100, 40_001, 50.0),
    "parameters": np.arange(1, 25.0),
}


def _fitted(resource):
    constant = CONSTANTS[resource]
    return {"value": constant, "low": 0.9 * constant, "high": 1.2 * constant}


def _predict(resource, curves, levels=(0.1, 0.5)):
    runs = runs_table(np.stack(curves, axis=1), GRID[resource], resource)
    summary = pd.DataFrame({"x": GRID[resource]})
    settings, fitted = paper_settings(resource), _fitted(resource)
    return predict(settings, runs, summary, fitted, levels, 0.95, DIVISOR)


def _exact(resource, stretch=lambda skill: 1.0):
    """Curves of the model, two runs a skill, at stretched x."""
    model, x = extended_model(paper_settings(resource), DIVISOR), GRID[resource]
    return [
        np.tile(model.fraction(x / stretch(skill), skill, 5, CONSTANTS[resource]), (2, 1))
        for skill in range(1, 6)
    ]


@pytest.mark.parametrize("resource", sorted(GRID))
def test_prediction_follows_the_model_between_the_ends_of_the_interval(resource):
    settings, fitted = paper_settings(resource), _fitted(resource)
    model, summary = extended_model(settings, DIVISOR), pd.DataFrame({"x": GRID[resource]})
    table = prediction_table(settings, model, summary, fitted, reference=CONSTANTS[resource])
    assert table["skill"].unique().tolist() == [1, 2, 3, 4, 5]
    for skill, rows in table.groupby("skill"):
        x = rows["x"].to_numpy()
        assert (np.diff(x) > 0).all()
        curves = [model.fraction(x, skill, 5, fitted[key]) for key in ("low", "value", "high")]
        for column, expected in (
            ("prediction", curves[1]),
            ("reference", curves[1]),
            ("low", np.minimum(curves[0], curves[2])),
            ("high", np.maximum(curves[0], curves[2])),
        ):
            np.testing.assert_allclose(rows[column], expected, atol=1e-12)


@pytest.mark.parametrize("resource", ["time", "data"])
def test_exact_curves_are_met_and_have_no_trend(resource):
    found = _predict(resource, _exact(resource))
    table = found.emergence
    np.testing.assert_allclose(table["ratio"], 1.0, atol=0.02)
    assert (table["ratio_low"] < 1.0).all()
    assert (table["ratio_high"] > 1.0).all()
    assert (table["predicted_low"] < table["predicted"]).all()
    assert ((table["before"] <= table["measured"]) & (table["measured"] <= table["after"])).all()
    assert (table["runs_reaching"] == 2).all()
    for _, rows in table.groupby("level"):
        assert rows["predicted"].is_monotonic_increasing  # less frequent skills come later
    np.testing.assert_allclose(found.trends["slope"], 0.0, atol=0.01)
    assert (found.trends["skills"] == 5).all()


@pytest.mark.parametrize("resource", ["time", "data"])
def test_a_delay_that_grows_with_k_is_the_trend(resource):
    curves = _exact(resource, stretch=lambda skill: skill**0.3)
    trends = _predict(resource, curves).trends
    np.testing.assert_allclose(trends["slope"], -0.3, atol=0.01)
    assert ((trends["low"] <= trends["slope"]) & (trends["slope"] <= trends["high"])).all()


def test_skills_that_do_not_emerge_are_counted_not_invented():
    widths = GRID["parameters"]
    strength = np.zeros((4, len(widths)))
    strength[0] = np.linspace(0, 1, len(widths))  # one run of four reaches 0.5
    found = _predict("parameters", [strength] * 5, levels=[0.5])
    table = found.emergence
    assert (table["high"] == np.inf).all()
    assert table["measured"].isna().all()  # the mean only reaches 0.25
    assert table["ratio"].isna().all()
    assert (table["ratio_low"] == 0.0).all()
    assert (table["runs_reaching"] == 1).all()
    assert table["measured_std"].isna().all()
    assert table["predicted"].tolist() == [2.0, 6.0, 10.0, 14.0, 18.0]
    assert found.trends["slope"].isna().all()
