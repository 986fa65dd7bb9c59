"""Tables of chains of several depths."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from emergence.theory.layerwise.depth import depth_curves, depth_table

_POINTS = 121


@dataclass(frozen=True)
class Depths:
    """table: relative widths. curves: strengths against time over half-time."""

    table: pd.DataFrame
    curves: pd.DataFrame


def depths(*, depths: Sequence[int], initial: float, target: float) -> Depths:
    """Both tables of `emergence.theory.layerwise.depth`."""
    return Depths(
        depth_table(depths, initial, target), depth_curves(depths, initial, target, _POINTS)
    )
