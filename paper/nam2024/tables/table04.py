"""Table 4: how the loss falls, and how the other resources must grow, with the bottleneck."""

from __future__ import annotations

import pandas as pd

from emergence.exhibits.typeset import Markup

RESOURCES = ("time", "data", "parameters", "compute")


def build(exponents: pd.DataFrame) -> pd.DataFrame:
    """Exponents for every bottleneck X and α; missing where a resource is the bottleneck itself.

    exponents: table of `emergence.theory.regimes.exponent_table`, whose columns it keeps.
    """
    order = exponents["bottleneck"].map(RESOURCES.index)
    return (
        exponents.assign(order=order)
        .sort_values(["order", "alpha"], ignore_index=True)
        .drop(columns="order")
    )


def layout(table: pd.DataFrame) -> pd.DataFrame:
    """The table for print, each bottleneck named once."""
    names = {
        "bottleneck": "bottleneck $X$",
        "alpha": "$alpha$",
        "loss_exponent": "power in $L$",
        "n_parameters_power": "power in $N$",
        "time_power": "power in $T$",
        "data_power": "power in $D$",
    }
    once = table["bottleneck"].where(~table["bottleneck"].duplicated(), "")
    return table.assign(bottleneck=once).rename(
        columns={old: Markup(new) for old, new in names.items()}
    )
