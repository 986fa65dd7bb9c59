"""Causes of what the predictions miss: what the studies measured, added to the rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from emergence.analysis.intervals import UNKNOWN
from emergence.verify.findings import Finding, with_interval
from paper.nam2024.studies.tables import measured_interval

_FILE = "results/shipped/nam2024/studies/measured.csv (docs/why.md)"


class Cause(NamedTuple):
    """A study, and quantities of its table by what they are in words."""

    study: str
    quantities: Mapping[str, str]


_CAUSES = {
    "36-data-onset": Cause(
        "onset",
        {
            "D at half strength of one skill for n_b = 16": "half_16",
            "for 32": "half_32",
            "for 64": "half_64",
            "at a quarter of the rate times": "half_rate_ratio",
        },
    ),
    "37-parameter-spread": Cause(
        "units",
        {
            "units of a learned skill at N = 10": "units_per_skill",
            "share of runs that learn skill 3": "learned_3",
            "Σ_k R_k without weight decay over that with": "decay_gain",
        },
    ),
    "38-narrow-transformer": Cause(
        "transformers",
        {
            "times of skill 2 over those of skill 1, all skills": "joint_time_ratio_2",
            "P-steps of skill 2 over those of skill 1, each by itself": "solo_ratio_2",
            "of skill 3": "solo_ratio_3",
            "with the whole batch, of skill 2": "whole_ratio_2",
            "P-steps of skill 1 among all at a quarter of the rate, over those at the rate": (
                "slow_first"
            ),
        },
    ),
    "40-two-layer-exponent": Cause(
        "exponent",
        {
            "P-steps of skill 5 over those of skill 1, five skills": "joint_ratio",
            "each skill by itself": "solo_ratio",
            "weights from other skills' bits held": "guarded_ratio",
            "weights from bits of no skill held": "unused_ratio",
            "an eighth of the rate": "slower_ratio",
        },
    ),
    "48-slow-saturation": Cause(
        "saturation",
        {
            "largest Gauss-Newton eigenvalue over 2/lr, five skills": "sharpness_fast",
            "rise over the model's at learning rate 0.02": "joint_excess_0.02",
            "at 0.0025": "joint_excess_0.0025",
            "a single skill at 0.02": "solo_excess_0.02",
        },
    ),
}


def with_causes(
    findings: Mapping[str, Finding], measured: pd.DataFrame | None
) -> dict[str, Finding]:
    """The findings with what the studies measured, where they were shipped.

    measured: columns study, quantity, value, low, high; None where no studies are.
    """
    if measured is None:
        return dict(findings)
    found = dict(findings)
    for row, cause in _CAUSES.items():
        parts = [
            f"{words} {with_interval(*one)}"
            for words, name in cause.quantities.items()
            if (one := measured_interval(measured, cause.study, name)) is not UNKNOWN
        ]
        old = found[row]
        found[row] = Finding(f"{old.computed}; {', '.join(parts)}", f"{old.evidence}; {_FILE}")
    return found
