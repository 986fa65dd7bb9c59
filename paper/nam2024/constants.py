"""Constants of the extended models for the report: fitted beside stated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from paper.nam2024 import stated


def constants(
    settings: Sequence[Mapping[str, Any]], fits: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """calibration: each fit with resource, paper's value, and whether the interval contains it.

    initial_strength_divisor: c of the authors' R_k(0) = σ²/c. settings, fits: of the calibrations,
    in the same order.
    """
    rows = []
    for one, fit in zip(settings, fits, strict=True):
        paper = stated.CONSTANTS[one["resource"]]
        contained = fit["low"] <= paper <= fit["high"]
        added = {"resource": one["resource"], "paper": paper, "contains_paper": contained}
        rows.append({**fit, **added})
    return {
        "calibration": rows,
        "initial_strength_divisor": stated.INITIAL_STRENGTH_DIVISOR,
    }
