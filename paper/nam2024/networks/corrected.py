"""Corrected models beside the paper's: where skill k passes a level, nothing fitted to it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from paper.nam2024.studies.tables import measured_interval

COLUMNS = ["resource", "skill", "level", "measured", "model", "transfer", "corrected"]


def corrected(
    time: pd.DataFrame,
    time_transfer: pd.DataFrame,
    data: pd.DataFrame,
    data_transfer: pd.DataFrame,
    measured: pd.DataFrame | None,
) -> pd.DataFrame:
    """Errors of predictions, predicted over measured less one, one row per skill and level.

    model: the paper's, with its calibrated constant. transfer: the curve of the single skill at
    P_s(k) times the resource, without a model. corrected: in time the transfer with a delay of
    1 + d (k - 1), d from two skills (`studies.exponent`); in data the transfer itself. NaN where
    the level is not reached, or d was never measured.

    time, data: tables of `emergence.analysis.prediction`; transfers: of `networks.transfer`.
    """
    delay = np.nan if measured is None else measured_interval(measured, "exponent", "pair_delay")[0]
    keys = ["resource", "skill", "level"]
    parts = []
    for model, transfer, share in ((time, time_transfer, delay), (data, data_transfer, 0.0)):
        both = model[[*keys, "measured", "ratio"]].merge(
            transfer[[*keys, "ratio"]], on=keys, suffixes=("", "_transfer")
        )
        both["model"], both["transfer"] = both["ratio"] - 1.0, both["ratio_transfer"] - 1.0
        both["corrected"] = both["ratio_transfer"] * (1.0 + share * (both["skill"] - 1)) - 1.0
        parts.append(both[COLUMNS])
    return pd.concat(parts, ignore_index=True)
