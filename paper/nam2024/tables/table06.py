"""Table 6: every condition of every scaling law, evaluated where it holds and where it does not."""

from __future__ import annotations

import pandas as pd

from emergence.exhibits.typeset import Markup
from paper.nam2024.tables.conditions import condition_markup


def build(regimes: pd.DataFrame) -> pd.DataFrame:
    """Exponents and prefactors inside and outside each condition, one row per condition and α.

    regimes: table of `emergence.theory.scaling_measurement.regime_table`. Columns bottleneck,
    condition, quantity (what must be large), alpha, predicted_exponent, inside_value,
    inside_exponent, inside_prefactor_ratio, violated_value, violated_exponent,
    violated_prefactor_ratio (prefactor ratios: measured over predicted).
    """
    cases = [
        f"{case}_{part}"
        for case in ("inside", "violated")
        for part in ("value", "exponent", "prefactor_ratio")
    ]
    return regimes[["bottleneck", "condition", "quantity", "alpha", "predicted_exponent", *cases]]


def layout(table: pd.DataFrame) -> pd.DataFrame:
    """The table for print: each law and condition named once, exponents to three decimals."""
    law = table["bottleneck"].where(~table["bottleneck"].duplicated(), "")
    repeated = table.duplicated(["bottleneck", "condition"])
    shown = {
        column: [
            Markup("") if again else condition_markup(text)
            for text, again in zip(table[column], repeated, strict=True)
        ]
        for column in ("condition", "quantity")
    }
    names = {
        "alpha": "$alpha$",
        "predicted_exponent": "exponent",
        "inside_value": "inside at",
        "inside_exponent": "exponent",
        "inside_prefactor_ratio": "prefactor ratio",
        "violated_value": "violated at",
        "violated_exponent": "exponent",
        "violated_prefactor_ratio": "prefactor ratio",
    }
    exponents = table[["inside_exponent", "violated_exponent"]].round(3) + 0.0  # no -0
    return table.assign(bottleneck=law, **shown, **exponents).rename(
        columns={old: Markup(new) for old, new in names.items()}
    )
