"""Claims about trained networks, on made-up runs whose outcome is known."""

import numpy as np
import pandas as pd
import pytest

from emergence.claims import training_claims as claims

SETTINGS = {
    "experiment": "time",
    "resource": "time",
    "task": {
        "n_skills": 5,
        "skill_bits": 32,
        "sparse_bits": 3,
        "data_exponent": 0.6,
        "target_scale": 5.0,
    },
    "learning_rate": 0.02,
    "initial_std": 0.01,
}


def runs_table(n_runs=3, value=1000):
    return pd.DataFrame({"value": value, "run": np.arange(n_runs), "skill": 1})


def emergence_table(measured, predicted=None, level=0.1):
    skills = np.arange(1, len(measured) + 1)
    return pd.DataFrame(
        {
            "skill": skills,
            "level": level,
            "measured": measured,
            "predicted": measured if predicted is None else predicted,
        }
    )


@pytest.mark.parametrize(
    ("changes", "runs", "tested"),
    [
        ({}, runs_table(), True),
        ({}, runs_table(n_runs=2), False),
        ({}, runs_table(value=64), False),
        ({"task": SETTINGS["task"] | {"skill_bits": 16}}, runs_table(), False),
        ({"task": SETTINGS["task"] | {"data_exponent": 0.9}}, runs_table(), False),
        ({"resource": "parameters"}, runs_table(value=10), True),
        ({"resource": "data", "width": 1000}, runs_table(value=500), True),
        ({"resource": "data", "width": 64}, runs_table(value=500), False),
    ],
)
def test_only_the_papers_protocol_tests_a_claim(changes, runs, tested):
    assert claims.follows_paper(SETTINGS | changes, runs) == tested


@pytest.mark.parametrize(
    ("measured", "status"),
    [
        ([1, 2, 3, 4, 5], "pass"),
        ([1, 3, 2, 4, 5], "fail"),
        ([1, 2, 3, 4, np.nan], "pass"),
        ([1, 2, np.nan, 4, 5], "fail"),
    ],
)
def test_order(measured, status):
    table = emergence_table(np.array(measured, dtype=float))
    assert claims.order_claim(SETTINGS, runs_table(), table, "f").status == status


def test_emergence_exponent_is_the_slope():
    table = emergence_table(300.0 * np.arange(1, 6) ** 1.6)
    claim = claims.emergence_exponent_claim(SETTINGS, runs_table(), table, "f")
    assert claim.measured == pytest.approx(1.6)
    assert claim.status == "pass"
    wrong = emergence_table(300.0 * np.arange(1, 6) ** 1.0)
    assert claims.emergence_exponent_claim(SETTINGS, runs_table(), wrong, "f").status == "fail"


def test_prediction_compares_every_level_but_the_last_for_skills_beyond_the_first():
    low = emergence_table(np.array([100.0, 200.0]), np.array([100.0, 240.0]), level=0.1)
    high = emergence_table(np.array([150.0, 300.0]), np.array([150.0, 900.0]), level=0.9)
    found = list(claims.prediction_claims(SETTINGS, runs_table(), pd.concat([low, high]), "f"))
    assert [(c.id, c.status) for c in found] == [("prediction-time-2-0.1", "pass")]
    assert found[0].measured == pytest.approx(1.2)


def test_saturation_slower_than_predicted():
    low = emergence_table(np.array([100.0, 200.0]), np.array([100.0, 200.0]), level=0.1)
    high = emergence_table(np.array([180.0, 230.0]), np.array([140.0, 260.0]), level=0.9)
    found = list(claims.saturation_claims(SETTINGS, runs_table(), pd.concat([low, high]), "f"))
    assert [(c.id, c.status) for c in found] == [("saturation-1", "pass"), ("saturation-2", "fail")]
