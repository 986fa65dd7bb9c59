"""Rows on predictions and coupling: numbers as they are printed."""

import numpy as np
import pandas as pd

from paper.nam2024.discrepancies.prediction_rows import coupling_findings, prediction_findings

EMERGENCE = pd.DataFrame(
    {"skill": [2, 1, 1, 2], "level": [0.1, 0.1, 0.5, 0.5], "ratio": [0.5, 0.4, 0.8, np.nan]}
)
SHAPE = pd.DataFrame(
    {"model": ["Eq. 17", "logistic in ln D"], "residual": [0.1, 0.02], "samples": [715.0, 521.0]}
)
SUMS = pd.DataFrame({"value": [20], "mean": 2.9, "low": 2.6, "high": 3.2, "predicted": 4.2})


def test_ratios_by_level_and_skill():
    single = pd.DataFrame({"value": [100, 100, 900], "step": [1, 2, 2], "loss": [99.0, 20.0, 0.1]})
    rows = prediction_findings(EMERGENCE, EMERGENCE, SHAPE, EMERGENCE, SUMS, single, 5.0)
    ratios = "predicted over measured for k = 1, 2, ...: at 0.1: 0.4, 0.5; at 0.5: 0.8, –"
    for row in ("36-data-onset", "37-parameter-spread", "46-data-transfer"):
        assert ratios in rows[row].computed
    onset = rows["36-data-onset"].computed
    assert "about Eq. 17 0.1, about a logistic curve in ln D 0.02" in onset
    assert onset.endswith("memorised: 1.6 at D = 100")
    assert rows["37-parameter-spread"].computed.endswith("at N = 20: 2.9 [2.6, 3.2], N/N_c = 4.2")


def test_states_and_asymmetries():
    row = {"quantity": "loss of unlearned skills", "expected": 1.0}
    decoupling = pd.DataFrame([row | {"value": 1.07, "low": 1.04, "high": 1.09, "runs": 5}])
    saturation = pd.DataFrame({"ratio": [0.5, np.nan]})
    many, single = (pd.DataFrame({"asymmetry": found}) for found in ([1.0, 4.0, np.nan], [0.7]))
    rows = coupling_findings(decoupling, saturation, many, single)
    said = rows["47-coupled-skills"].computed
    assert said.endswith("loss of unlearned skills 1.07 [1.04, 1.09], 1 in the model")
    slow = rows["48-slow-saturation"].computed
    assert "2 in networks with many skills, 0.7 with one skill" in slow
    assert slow.endswith(": 2")
