"""Claims about trained networks, on made-up runs whose outcome is known."""

import numpy as np
import pandas as pd
import pytest

from paper.nam2024.claims import training_claims as claims

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
    "steps": 20000,
    "root_seed": 1,
    "engine": "auto",
}


def runs_table(n_runs=3, value=1000):
    return pd.DataFrame({"value": value, "run": np.arange(n_runs), "skill": 1, "step": 20000})


def emergence_table(measured, predicted=None, level=0.1, spread=0.05, constant=0.0):
    """spread, constant: half the intervals of measured and predicted over each.

    What was never reached is not reached by any resample.
    """
    skills = np.arange(1, len(measured) + 1)
    never = np.isnan(measured)
    return pd.DataFrame(
        {
            "skill": skills,
            "level": level,
            "measured": measured,
            "low": np.where(never, np.inf, measured * (1 - spread)),
            "high": np.where(never, np.inf, measured * (1 + spread)),
            "before": measured,
            "after": measured,
            "predicted": measured if predicted is None else predicted,
            "predicted_low": (measured if predicted is None else predicted) * (1 - constant),
            "predicted_high": (measured if predicted is None else predicted) * (1 + constant),
        }
    )


def protocol(changes=None, runs=None):
    settings = SETTINGS | (changes or {})
    return claims.Protocol(settings, runs_table() if runs is None else runs, SETTINGS, [1000])


@pytest.mark.parametrize(
    ("changes", "runs", "followed"),
    [
        ({}, runs_table(), True),
        ({"steps": 50, "root_seed": 3, "engine": "torch"}, runs_table(), True),
        ({}, runs_table(n_runs=2), False),
        ({}, runs_table(value=64), False),
        ({"task": SETTINGS["task"] | {"skill_bits": 16}}, runs_table(), False),
        ({"task": SETTINGS["task"] | {"data_exponent": 0.9}}, runs_table(), False),
        ({"learning_rate": 0.05}, runs_table(), False),
        ({"initial_std": 0.02}, runs_table(), False),
        ({"momentum": 0.9}, runs_table(), False),
    ],
)
def test_only_the_papers_protocol_tests_a_claim(changes, runs, followed):
    assert protocol(changes, runs).followed == followed


@pytest.mark.parametrize(
    ("measured", "status"),
    [
        ([1, 2, 3, 4, 5], "pass"),
        ([1, 3, 2, 4, 5], "fail"),
        ([1, 2, 3, 4, np.nan], "pass"),
        ([1, 2, 3, np.nan, np.nan], "pass"),
        ([-np.inf, -np.inf, 3, 4, 5], "pass"),
        ([1, -np.inf, 3, 4, 5], "fail"),
        ([1, 2, np.nan, 4, 5], "fail"),
    ],
)
def test_order(measured, status):
    table = emergence_table(np.array(measured, dtype=float))
    assert claims.order_claim(protocol(), table, "f").status == status


def test_prediction_compares_every_level_but_the_last_for_skills_beyond_the_first():
    low = emergence_table(np.array([100.0, 200.0]), np.array([100.0, 240.0]), level=0.1)
    high = emergence_table(np.array([150.0, 300.0]), np.array([150.0, 900.0]), level=0.9)
    found = list(claims.prediction_claims(protocol(), pd.concat([low, high]), "f"))
    assert [(c.id, c.status) for c in found] == [("prediction-time-2-0.1", "pass")]
    assert found[0].measured == pytest.approx(1.2)


@pytest.mark.parametrize(
    ("predicted", "spread", "constant", "status"),
    [
        (240.0, 0.05, 0.0, "pass"),
        (240.0, 0.05, 0.1, "not-tested"),  # the constant alone leaves it open
        (240.0, 0.2, 0.0, "not-tested"),  # 1.2 could be 1.5
        (400.0, 0.2, 0.0, "fail"),
        (280.0, 0.2, 0.0, "not-tested"),  # 1.4 could be 1.17
        (200.0, 0.5, 0.0, "not-tested"),  # on both sides of the tolerance
        (100.0, 0.2, 0.0, "fail"),
    ],
)
def test_a_prediction_is_judged_by_its_interval(predicted, spread, constant, status):
    measured = np.array([100.0, 200.0])
    low = emergence_table(measured, np.array([100.0, predicted]), 0.1, spread, constant)
    high = emergence_table(2 * measured, level=0.9)
    (found,) = claims.prediction_claims(protocol(), pd.concat([low, high]), "f")
    assert found.status == status
    assert ("tested by preset full" in found.note) == (status == "not-tested")


def test_saturation_slower_than_predicted():
    low = emergence_table(np.array([100.0, 200.0]), np.array([100.0, 200.0]), level=0.1)
    high = emergence_table(np.array([180.0, 230.0]), np.array([140.0, 260.0]), level=0.9)
    found = list(claims.saturation_claims(protocol(), pd.concat([low, high]), "f"))
    assert [(c.id, c.status) for c in found] == [("saturation-1", "pass"), ("saturation-2", "fail")]


def test_a_skill_that_did_not_saturate_keeps_its_row():
    low = emergence_table(np.array([100.0, 200.0]), level=0.1)
    high = emergence_table(np.array([180.0, np.nan]), np.array([140.0, 260.0]), level=0.9)
    found = list(claims.saturation_claims(protocol(), pd.concat([low, high]), "f"))
    assert [(c.id, c.status) for c in found] == [
        ("saturation-1", "pass"),
        ("saturation-2", "not-tested"),
    ]


@pytest.mark.parametrize(
    ("measured", "predicted", "status"),
    [
        (np.nan, 10000.0, "fail"),  # predicted inside the measured range, never seen
        (np.nan, 30000.0, "not-tested"),
        (-np.inf, 100.0, "not-tested"),
    ],
)
def test_a_level_never_measured(measured, predicted, status):
    low = emergence_table(np.array([100.0, measured]), np.array([100.0, predicted]), level=0.1)
    high = emergence_table(np.array([180.0, np.nan]), level=0.9)
    found = list(claims.prediction_claims(protocol(), pd.concat([low, high]), "f"))
    assert [c.status for c in found] == [status]


@pytest.mark.parametrize(("level", "status"), [(0.95, "pass"), (0.66, "fail")])
def test_authors_data_runs_are_compared_with_the_spread(level, status):
    runs = pd.concat(
        [
            runs_table(value=size).assign(strength=value + np.array([-0.01, 0.0, 0.01]))
            for size, value in ((400, 0.06), (800, level), (1200, 0.995))
        ]
    )
    settings = SETTINGS | {"resource": "data"}
    made = claims.Protocol(settings, runs, settings, [400, 800, 1200])
    found = {c.id: c.status for c in claims.authors_data_claims(made, "f")}
    assert found["authors-data-800"] == status
    assert found["authors-data-1200"] == "pass"
