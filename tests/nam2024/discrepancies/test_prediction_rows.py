"""Ratios of predicted to measured emergence, as they are printed."""

import numpy as np
import pandas as pd

from paper.nam2024.discrepancies.prediction_rows import prediction_findings


def test_ratios_by_level_and_skill():
    table = pd.DataFrame(
        {
            "skill": [2, 1, 1, 2],
            "level": [0.1, 0.1, 0.5, 0.5],
            "predicted": [30.0, 10.0, 20.0, 60.0],
            "measured": [60.0, 20.0, 25.0, np.nan],
        }
    )
    rows = prediction_findings(table, table.assign(measured=-np.inf))
    assert rows["36-data-onset"].computed == (
        "predicted over measured for k = 1, 2, ...: at 0.1: 0.5, 0.5; at 0.5: 0.8, –"
    )
    assert "at 0.1: –, –" in rows["37-parameter-spread"].computed
