"""Table 2: the scaling laws, predicted and measured."""

from __future__ import annotations

import numpy as np
import pandas as pd

from emergence.exhibits.typeset import Markup
from paper.nam2024.tables.conditions import condition_markup


def build(measured: pd.DataFrame) -> pd.DataFrame:
    """Exponent and prefactor of each law and α for n_s → ∞, with relative errors.

    measured: table of `emergence.theory.scaling_measurement.scaling_measurement_table`. Columns
    bottleneck, conditions, alpha, predicted_exponent, measured_exponent, exponent_relative_error,
    predicted_prefactor, measured_prefactor, prefactor_relative_error; prefactors in units of S²/2
    per resource^exponent, relative errors are measured/predicted - 1.

    Raises ValueError if the limit n_s → ∞ was not measured.
    """
    limit = measured[np.isinf(measured["n_skills"])]
    if limit.empty:
        raise ValueError("the table of measured scaling laws has no row with infinite n_skills")
    extra = ["n_skills", "window_low", "window_high"]
    return limit.drop(columns=extra).reset_index(drop=True)


def layout(table: pd.DataFrame) -> pd.DataFrame:
    """The table for print: each law's name and conditions once, symbols in mathematics."""
    first = ~table["bottleneck"].duplicated()
    conditions = [
        condition_markup(text) if shown else Markup("")
        for text, shown in zip(table["conditions"], first, strict=True)
    ]
    names = {
        "alpha": "$alpha$",
        "predicted_exponent": "exponent",
        "measured_exponent": "evaluated",
        "exponent_relative_error": "rel. error",
        "predicted_prefactor": "prefactor",
        "measured_prefactor": "evaluated",
        "prefactor_relative_error": "rel. error",
    }
    return table.assign(
        bottleneck=table["bottleneck"].where(first, ""), conditions=conditions
    ).rename(columns={old: Markup(new) for old, new in names.items()})
