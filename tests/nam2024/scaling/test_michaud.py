"""Slopes beside those of Michaud et al.: on losses and skills that follow power laws exactly."""

import numpy as np
import pandas as pd
import pytest

from emergence.config.load import load_config
from emergence.config.settings import training_settings
from emergence.tasks.sparse_parity.problem import skill_probabilities
from paper.nam2024 import stated
from paper.nam2024.scaling.michaud import michaud

ALPHA, SKILLS = 0.4, 4


PUBLISHED = {"steps": -0.45, "task_steps": -0.81}
TASK = {"data_exponent": ALPHA, "n_skills": SKILLS, "skill_bits": 64, "target_scale": 1.0}
SETTINGS = {"resource": "time", "task": TASK}


def _runs(steps, loss, strength):
    """Rows of three runs; the loss of all skills and the strength of each at a step."""
    rows = [
        (500, run, step, k, strength(k, step), 0.5 * loss(step) * (1 + run))
        for step in steps
        for run in range(3)
        for k in range(1, SKILLS + 1)
    ]
    return pd.DataFrame(rows, columns=["value", "run", "step", "skill", "strength", "loss"])


def test_slopes_of_power_laws_are_found():
    share = skill_probabilities(ALPHA, SKILLS)

    def rise(k, step):  # half at 200 P^-0.8 steps
        return 1 / (1 + (200 * share[k - 1] ** -0.8 / max(step, 1.0)) ** 4)

    runs = _runs(np.unique(np.geomspace(10, 1e5, 400).round()), lambda s: s**-0.45, rise)
    found = michaud([SETTINGS], [runs], PUBLISHED, (400, 8900), 0.95).set_index("quantity")
    assert found.loc["steps", "measured"] == pytest.approx(-0.45)
    assert found.loc["steps", "theory"] == pytest.approx(-0.4 / 1.4)
    assert found.loc["task_steps", "measured"] == pytest.approx(-0.8, abs=1e-3)
    assert found["published"].to_dict() == PUBLISHED
    assert found.loc["steps", "window_low"] >= 400
    assert found.loc["steps", "window_high"] <= 8900


def test_a_skill_that_a_run_does_not_learn_is_left_out():
    rise = {1: 50.0, 2: 100.0, 3: 400.0, 4: np.inf}
    runs = _runs(np.arange(1.0, 2000.0), lambda s: 1 / s, lambda k, s: float(s > rise[k]))
    found = michaud([SETTINGS], [runs], PUBLISHED, (400, 8900), 0.95).set_index("quantity")
    assert found.loc["task_steps", "points"] == 3


def test_the_preset_measures_at_the_ends_of_the_published_window(repository):
    config = load_config([repository / "config/michaud.yaml"], "nam2024")
    settings = training_settings(config, "michaud_steps")
    assert set(stated.MICHAUD_WINDOW) <= set(settings["measure_every"])
