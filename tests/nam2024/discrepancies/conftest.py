"""Runs whose truth is known, and a reader of the numbers in a finding."""

import re

import numpy as np
import pytest
from made_up import paper_settings, runs_table

from emergence.theory.extended_models import extended_time_skill_fraction
from emergence.theory.setting import Setting


@pytest.fixture(scope="session")
def truth():
    """B² and R(0)/σ² of the runs."""
    return {"coupling": 0.05, "strength_per_variance": 0.7}


@pytest.fixture(scope="session")
def settings():
    return paper_settings(n_skills=1, experiment="time_calibration")


@pytest.fixture(scope="session")
def runs(settings, truth):
    """Two equal runs of the extended model with known B² and R(0)."""
    steps = np.arange(0, 2501, 50)
    initial_strength = truth["strength_per_variance"] * settings["initial_std"] ** 2
    setting = Setting(5.0, initial_strength, 2 * settings["learning_rate"])
    curve = extended_time_skill_fraction(steps, 1.0, setting, squared_coupling=truth["coupling"])
    strength = np.tile(curve, (2, 1, 1))
    table = runs_table(strength, steps, loss=12.5 * (1 - strength) ** 2 + 0.25)
    return table.assign(experiment="time_calibration")


@pytest.fixture
def numbers():
    """The numbers in a text, in order."""

    def read(text):
        return [float(found) for found in re.findall(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?", text)]

    return read
