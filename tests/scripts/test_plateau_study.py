"""The study of plateaus at fixed width: what it writes and what it refuses."""

import numpy as np
import pandas as pd
import pytest


@pytest.fixture
def study(run_study, small_settings):
    def run(tolerance="0.01"):
        return run_study(
            "plateau_study.py",
            small_settings(resource="parameters", measure_every=None),
            *("--width", "6", "--runs", "2", "--steps", "60", "--measure-every", "20"),
            *("--tolerance", tolerance, "--rise", "0.1"),
        )

    return run


def test_a_row_for_every_run_and_skill(study):
    done, output = study()
    assert done.returncode == 0, done.stderr
    table = pd.read_csv(output)
    assert table[["run", "skill"]].to_numpy().tolist() == [[0, 1], [0, 2], [1, 1], [1, 2]]
    assert (table["steps"] == 60).all()
    assert table["plateau_steps"].isin([0, 20, 40]).all()  # it ends before the last measurement
    found = table["plateau_steps"] > 0
    assert (table["rise_after"] > 0.1).eq(found).all()
    assert np.isfinite(table["strength_at_end"]).all()


def test_a_plateau_that_swallows_its_rise_is_refused(study):
    done, output = study(tolerance="0.2")
    assert done.returncode != 0
    assert "0 < tolerance < rise" in done.stderr
    assert not output.exists()
