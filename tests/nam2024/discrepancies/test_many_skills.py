"""The row on scaling laws of networks with many skills."""

import numpy as np
import pandas as pd

from paper.nam2024.discrepancies.prediction_rows import many_skills_findings
from paper.nam2024.scaling.exponents import DELAYS, EXPONENTS, LEARNED_SKILLS, OWN_SAMPLES

_TABLES = (EXPONENTS, DELAYS, OWN_SAMPLES, LEARNED_SKILLS)
KEY = {"law": "time", "alpha": 0.6, "n_skills": 21, "skill_bits": 64, "width": 1000}


def test_exponents_and_the_first_and_last_learned_skill_are_told(numbers):
    found = {"predicted": -0.37, "measured": -0.35, "low": -0.36, "high": -0.34}
    exponents = pd.DataFrame([KEY | found], columns=EXPONENTS)
    ratios = (np.nan, 1.05, 1.2, np.nan)
    delays = pd.DataFrame(
        [KEY | {"skill": k, "ratio": one} for k, one in enumerate(ratios, start=1)], columns=DELAYS
    )
    own = pd.DataFrame(
        [KEY | {"x": d, "ratio": d, "low": d - 1, "high": d + 1} for d in (100, 200)],
        columns=OWN_SAMPLES,
    )
    units = {"law": "compute", "width": 16, "learned": 2.5, "low": 2, "high": 3, "expected": 4}
    learned = pd.DataFrame([KEY | units], columns=LEARNED_SKILLS)
    row = many_skills_findings(exponents, delays, own, learned)["49-many-skills"]
    time = [0.6, 21, 64, -0.35, -0.36, -0.34, -0.37, 0.6, 1.05, 2, 1.2, 3]
    samples = [0.6, 100, 99, 101, 100, 200, 199, 201, 200]
    assert numbers(row.computed) == [*time, *samples, 2.5, 2, 3, 16, 4]


def test_without_runs_it_says_so():
    empty = [pd.DataFrame(columns=names) for names in _TABLES]
    assert "no runs are shipped" in many_skills_findings(*empty)["49-many-skills"].computed
