"""The early-stop study: what it refuses and what it writes."""

import numpy as np
import pandas as pd
import pytest


@pytest.fixture
def study(run_study):
    return lambda settings: run_study(
        "early_stop_study.py", settings, "--values", "24", "40", "--runs", "2"
    )


def test_settings_without_early_stop_are_refused_in_one_line(study, small_settings):
    done, output = study(small_settings(resource="data", early_stop=None))
    assert done.returncode == 2
    (line,) = done.stderr.strip().splitlines()
    assert "early_stop null" in line
    assert not output.exists()


def test_rows_hold_both_ends_of_the_same_run(study, small_settings):
    stop = {"check_every": 10, "relative_loss": 0.1, "remaining_change": 0.1}
    done, output = study(small_settings(resource="data", early_stop=stop))
    assert done.returncode == 0, done.stderr
    table = pd.read_csv(output)
    assert len(table) == 2 * 2 * 2  # sizes, runs, skills
    difference = table["strength_with"] - table["strength_without"]
    assert np.allclose(table["difference"], difference, rtol=0, atol=1e-8)
    unstopped = table["stopped_at"].isin([-1, 40])
    assert (table.loc[unstopped, "difference"] == 0).all()
