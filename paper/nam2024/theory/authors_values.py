"""Numbers of the paper and of the authors' code that the arithmetic here is compared with.

The only place in the theory where a number of theirs is typed. Each set carries its source.
"""

from __future__ import annotations

import math
from typing import NamedTuple


class AuthorsPrefactor(NamedTuple):
    """One prefactor in units of S²/2, the setting it was given for, and where it was found."""

    law: str
    data_exponent: float | None  # None: claimed for every α
    target_scale: float | None
    initial_strength: float | None
    learning_rate: float | None
    n_skills: float | None
    value: float
    source: str


class AuthorsSetting(NamedTuple):
    """A setting of the scaling-law figures as printed or coded."""

    target_scale: float
    initial_strength: float
    learning_rate: float
    n_skills: float
    last_time: float
    source: str


FIGURE_2 = AuthorsSetting(1.0, 0.01, 1.0, 1e5, 1e4, "plot_power_law_all.py")
FIGURE_3_CODE = AuthorsSetting(5.0, 0.01, 1.0, 5e4, 1e8, "plot_compute_power_law_all.py")
FIGURE_3_TEXT = AuthorsSetting(1.0, 0.01, 1.0, 1e5, 1e3, "App. K.4")
FIGURE_7 = AuthorsSetting(5.0, 0.01, 1.0, 5e4, 1e5, "Fig. 7; r and the last time chosen here")
# Largest and smallest N drawn in Fig. 3, and how many skills the code sums for the smallest.
FIGURE_3_LARGEST_N = 10_000
FIGURE_3_FIRST_N = 10
FIGURE_3_FIRST_SUMMED = 11

_TIME = "Fig. 2, plot_power_law_all.py (commit a211f8d), typed in"
_COMPUTE = "Fig. 3, plot_compute_power_law_all.py (commit 26c2b52), typed in"

PREFACTORS: tuple[AuthorsPrefactor, ...] = (
    AuthorsPrefactor("time", 0.3, 1.0, 0.01, 1.0, math.inf, 1.29, _TIME),
    AuthorsPrefactor("time", 0.6, 1.0, 0.01, 1.0, math.inf, 1.20, _TIME),
    AuthorsPrefactor("time", 0.9, 1.0, 0.01, 1.0, math.inf, 1.06, _TIME),
    AuthorsPrefactor("compute", 0.3, 5.0, 0.01, 1.0, None, 0.68, _COMPUTE),
    AuthorsPrefactor("compute", 0.6, 5.0, 0.01, 1.0, None, 0.70, _COMPUTE),
    AuthorsPrefactor("compute", 0.9, 5.0, 0.01, 1.0, None, 0.64, _COMPUTE),
    AuthorsPrefactor("parameters", None, None, None, None, None, 1.0, "Eq. 327: A_N = S²/2"),
)


def authors_prefactor(
    law: str,
    *,
    data_exponent: float,
    target_scale: float,
    initial_strength: float,
    learning_rate: float,
    n_skills: float,
) -> float:
    """The authors' prefactor of a law in units of S²/2 at exactly this setting, else NaN."""
    setting = (data_exponent, target_scale, initial_strength, learning_rate, n_skills)
    for entry in PREFACTORS:
        given = entry[1:6]
        if entry.law == law and all(
            value is None or math.isclose(value, asked)
            for value, asked in zip(given, setting, strict=True)
        ):
            return entry.value
    return math.nan
