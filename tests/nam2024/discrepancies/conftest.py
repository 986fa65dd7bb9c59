"""Runs whose truth is known, and a reader of the numbers in a finding."""

import re

import numpy as np
import pandas as pd
import pytest

from emergence.theory.extended_models import extended_time_skill_fraction
from emergence.theory.setting import Setting


@pytest.fixture(scope="session")
def truth():
    """B² and R(0)/σ² of the runs."""
    return {"coupling": 0.05, "strength_per_variance": 0.7}


@pytest.fixture(scope="session")
def settings():
    return {
        "experiment": "time_calibration",
        "root_seed": 3,
        "resource": "time",
        "learning_rate": 0.02,
        "initial_std": 0.01,
        "task": {
            "n_skills": 1,
            "skill_bits": 32,
            "sparse_bits": 3,
            "data_exponent": 0.6,
            "target_scale": 5.0,
        },
    }


@pytest.fixture(scope="session")
def runs(settings, truth):
    """Two equal runs of the extended model with known B² and R(0)."""
    steps = np.arange(0, 2501, 50)
    initial_strength = truth["strength_per_variance"] * settings["initial_std"] ** 2
    setting = Setting(5.0, initial_strength, 2 * settings["learning_rate"])
    strength = extended_time_skill_fraction(steps, 1.0, setting, squared_coupling=truth["coupling"])
    loss = 12.5 * (1 - strength) ** 2 + 0.25
    table = {"value": 1000, "step": steps, "skill": 1, "strength": strength, "loss": loss}
    return pd.concat(
        [pd.DataFrame({"experiment": "time_calibration", "run": run, **table}) for run in (0, 1)],
        ignore_index=True,
    )


@pytest.fixture
def numbers():
    """The numbers in a text, in order."""

    def read(text):
        return [float(found) for found in re.findall(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?", text)]

    return read
