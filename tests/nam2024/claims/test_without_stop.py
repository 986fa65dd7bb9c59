"""Runs with and without early stop beside each other."""

import json

import numpy as np
import pandas as pd
import pytest

from paper.nam2024.claims.without_stop import ends, without_stop

SIZES = [1000, 2000, 4000]


@pytest.fixture(scope="module")
def arguments(repository):
    """Of the shipped runs on data, of which some count as trained without early stop."""
    shipped = repository / "results/shipped/nam2024"

    def table(name):
        return pd.read_csv(shipped / "aggregated" / f"{name}_runs.csv")

    settings = json.loads((shipped / "settings/data.json").read_text())
    runs = table("data")
    return {
        "settings": settings,
        "protocol": {"settings": settings, "values": sorted(runs["value"].unique())},
        "runs": runs,
        "without": ends(runs[runs["value"].isin(SIZES)]),
        "calibration": json.loads((shipped / "fits/data_calibration.json").read_text()),
        "calibration_runs": table("data_calibration"),
        "levels": [0.1, 0.5, 0.9],
        "confidence": 0.95,
        "initial_strength_divisor": 1.0,
        "reference": 800.0,
    }


def test_the_same_runs_differ_in_nothing(arguments):
    strengths, claims = without_stop(**arguments)
    assert sorted(strengths["dataset_size"].unique()) == SIZES
    assert (strengths["difference"] == 0).all()
    assert {"order-data", "prediction-data-1-0.5", "data-transfer-0.5"} <= set(claims["id"])
    for name in ("measured", "low", "high"):
        np.testing.assert_array_equal(claims[f"{name}_with"], claims[f"{name}_without"])


def test_what_early_stop_moves_is_seen_in_strengths_and_claims(arguments):
    without = arguments["without"].copy()
    without["strength"] += 0.1
    strengths, claims = without_stop(**arguments | {"without": without})
    np.testing.assert_allclose(strengths["difference"], -0.1)
    moved = claims.set_index("id").loc["prediction-data-1-0.5"]
    assert moved["measured_with"] != moved["measured_without"]


def test_a_run_without_counterpart_is_an_error(arguments):
    without = arguments["without"].assign(value=lambda t: t["value"] + 1)
    with pytest.raises(ValueError, match="have no counterpart in data"):
        without_stop(**arguments | {"without": without})
