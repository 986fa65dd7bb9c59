"""What the default preset finds for each claim on trained networks, and what another finds."""

from __future__ import annotations

import pandas as pd

from emergence.verify.claims import NETWORKS

_FOUND = ["measured", "low", "high", "status"]


def beside_default(claims: pd.DataFrame, default: pd.DataFrame | None) -> pd.DataFrame:
    """Claims on trained networks of this preset, with what the default preset found.

    default: its claims, None where they are not shipped. A claim that one of both lacks has empty
    columns there: no row is made of what a sweep cannot show.

    Columns id, expected, default_measured, default_low, default_high, default_status, measured,
    low, high, status.
    """
    here, before = (
        one[one["class"] == NETWORKS].set_index("id")[["expected", *_FOUND]]
        for one in (claims, claims if default is None else default)
    )
    if default is None:
        here, before = here.head(0), before.head(0)
    order = [*here.index, *before.index.difference(here.index, sort=False)]
    both = here.join(before.add_prefix("default_"), how="outer").loc[order].reset_index()
    both["expected"] = both["expected"].fillna(both["default_expected"])
    return both[["id", "expected", *(f"default_{name}" for name in _FOUND), *_FOUND]]
