"""Rows on where the calibrated models and the networks part: onset in data, rare skills in N."""

from __future__ import annotations

import numpy as np
import pandas as pd

from emergence.verify.findings import Finding, number


def prediction_findings(data: pd.DataFrame, parameters: pd.DataFrame) -> dict[str, Finding]:
    """Predicted over measured resource for each skill and level.

    data, parameters: tables of emergence of the two experiments (see `fitting.emergence_table`).
    """
    return {
        "36-data-onset": Finding(
            _ratios(data),
            "fits/data_emergence.csv: D at which the mean of the runs passes a level of R_k/S",
        ),
        "37-parameter-spread": Finding(
            _ratios(parameters),
            "fits/parameters_emergence.csv: N at which the mean of runs passes a level of R_k/S",
        ),
    }


def _ratios(emergence: pd.DataFrame) -> str:
    """Per level, predicted over measured for each skill; a dash where nothing was measured."""
    parts = []
    for level, rows in emergence.groupby("level"):
        ratios = [
            number(row.predicted / row.measured) if np.isfinite(row.measured) else "–"
            for row in rows.sort_values("skill").itertuples()
        ]
        parts.append(f"at {level:g}: {', '.join(ratios)}")
    return f"predicted over measured for k = 1, 2, ...: {'; '.join(parts)}"
