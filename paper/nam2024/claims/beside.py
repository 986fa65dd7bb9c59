"""What the default preset finds for each claim on trained networks, and what another finds."""

from __future__ import annotations

import pandas as pd

from emergence.verify.claims import NETWORKS

_FOUND = ["measured", "low", "high", "status"]


def default_claims(claims: pd.DataFrame) -> pd.DataFrame:
    """The claims on trained networks, without words: id, expected, measured, low, high, status."""
    return claims[claims["class"] == NETWORKS][["id", "expected", *_FOUND]]


def beside_default(claims: pd.DataFrame, default: pd.DataFrame | None) -> pd.DataFrame:
    """Claims on trained networks of this preset, with what the default preset found.

    default: of `default_claims`, None where it is not shipped. A claim that one of both lacks has
    empty columns there: no row is made of what a sweep cannot show.

    Columns id, expected, default_measured, default_low, default_high, default_status, measured,
    low, high, status.
    """
    here = default_claims(claims).set_index("id")
    if default is None:
        here = here.head(0)
    before = here.head(0) if default is None else default.set_index("id")
    order = [*here.index, *before.index.difference(here.index, sort=False)]
    both = here.join(before.add_prefix("default_"), how="outer").loc[order].reset_index()
    both["expected"] = both["expected"].fillna(both["default_expected"])
    return both[["id", "expected", *(f"default_{name}" for name in _FOUND), *_FOUND]]
