"""Numbers of the paper and of the authors' code that the arithmetic here is compared with.

The only place in the theory where a number of theirs is typed. Each set carries its source.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from emergence.theory.setting import Setting


class AuthorsPrefactor(NamedTuple):
    """One prefactor in units of S²/2, the setting it was given for, and where it was found.

    None for α, setting or n_s: claimed for every value.
    """

    law: str
    data_exponent: float | None
    setting: Setting | None
    n_skills: float | None
    value: float
    source: str


class AuthorsSetting(NamedTuple):
    """A setting of the scaling-law figures as printed or coded."""

    setting: Setting
    n_skills: float
    last_time: float
    source: str


FIGURE_2 = AuthorsSetting(Setting(1.0, 0.01, 1.0), 1e5, 1e4, "plot_power_law_all.py")
FIGURE_3_CODE = AuthorsSetting(Setting(5.0, 0.01, 1.0), 5e4, 1e8, "plot_compute_power_law_all.py")
FIGURE_3_TEXT = AuthorsSetting(Setting(1.0, 0.01, 1.0), 1e5, 1e3, "App. K.4")
FIGURE_7 = AuthorsSetting(
    Setting(5.0, 0.01, 1.0), 5e4, 1e5, "Fig. 7; r and the last time chosen here"
)
# Largest and smallest N drawn in Fig. 3, and how many skills the code sums for the smallest.
FIGURE_3_LARGEST_N = 10_000
FIGURE_3_FIRST_N = 10
FIGURE_3_FIRST_SUMMED = 11

_TIME = "Fig. 2, plot_power_law_all.py (commit a211f8d), typed in"
_COMPUTE = "Fig. 3, plot_compute_power_law_all.py (commit 26c2b52), typed in"

PREFACTORS = (
    AuthorsPrefactor("time", 0.3, FIGURE_2.setting, math.inf, 1.29, _TIME),
    AuthorsPrefactor("time", 0.6, FIGURE_2.setting, math.inf, 1.20, _TIME),
    AuthorsPrefactor("time", 0.9, FIGURE_2.setting, math.inf, 1.06, _TIME),
    AuthorsPrefactor("compute", 0.3, FIGURE_3_CODE.setting, None, 0.68, _COMPUTE),
    AuthorsPrefactor("compute", 0.6, FIGURE_3_CODE.setting, None, 0.70, _COMPUTE),
    AuthorsPrefactor("compute", 0.9, FIGURE_3_CODE.setting, None, 0.64, _COMPUTE),
    AuthorsPrefactor("parameters", None, None, None, 1.0, "Eq. 327: A_N = S²/2"),
)


def authors_prefactor(
    law: str, data_exponent: float, setting: Setting, *, n_skills: float = math.inf
) -> float:
    """The authors' prefactor of a law in units of S²/2 at exactly this setting, else NaN."""
    asked = (law, data_exponent, setting, n_skills)
    for entry in PREFACTORS:
        if all(given in (None, value) for given, value in zip(entry[:4], asked, strict=True)):
            return entry.value
    return math.nan
