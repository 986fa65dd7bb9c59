"""Emergence times and their exponent on curves whose times are known."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emergence.analysis.emergence_times import (
    emergence_exponent,
    emergence_time_table,
    run_emergence_times,
)

LEVEL = 0.05


def _settings(data_exponent=0.9, n_skills=5):
    return {
        "experiment": "tiny",
        "root_seed": 3,
        "architecture": "transformer",
        "task": {"data_exponent": data_exponent, "n_skills": n_skills},
    }


def _long(times):
    """Runs and skills (from 1) of an array of shape (runs, skills), one a row."""
    run, skill = np.meshgrid(np.arange(len(times)), np.arange(1, len(times[0]) + 1), indexing="ij")
    return pd.DataFrame({"experiment": "tiny", "run": run.ravel(), "skill": skill.ravel()})


def _runs(times):
    """Runs whose R_k/S rises in a straight line and passes LEVEL at times[run, skill]."""
    step = pd.DataFrame({"step": np.arange(0, 4001, 10)})
    table = _long(times).assign(value=8, time=times.ravel()).merge(step, how="cross")
    return table.assign(strength=np.clip(LEVEL * table["step"] / table.pop("time"), 0, 1))


def _table(times):
    """What `run_emergence_times` returns for times of shape (runs, skills)."""
    return _long(times).assign(level=LEVEL, time=np.ravel(times))


def test_times_are_the_crossings_of_each_run():
    """A skill that is never reached, or there from the start, has none."""
    runs = _runs(np.array([[95.0, 333.0], [140.0, 1e6]]))
    found = run_emergence_times(_settings(n_skills=2), runs, LEVEL)
    np.testing.assert_allclose(found["time"], [95, 140, 333, np.nan])
    assert found["run"].tolist() == [0, 1, 0, 1]
    assert found["skill"].tolist() == [1, 1, 2, 2]
    runs["strength"] += 0.5
    assert run_emergence_times(_settings(n_skills=2), runs, LEVEL)["time"].isna().all()


@given(
    st.floats(0.1, 2.0),
    st.lists(st.floats(10, 1e4), min_size=2, max_size=6),
    st.floats(0.5, 3.0),
)
def test_exponent_of_a_power_law_whatever_the_runs_speeds(alpha, speeds, exponent):
    times = np.outer(speeds, np.arange(1, 6) ** exponent)
    found = emergence_exponent(_settings(alpha), _table(times), 0.95)
    assert found["exponent"] == pytest.approx(exponent)
    assert found["low"] == pytest.approx(exponent)
    assert found["high"] == pytest.approx(exponent)
    assert found["expected"] == pytest.approx(alpha + 1)
    assert (found["skills"], found["runs"]) == (5, len(speeds))


def test_interval_is_students_of_the_runs_own_slopes():
    """Whatever the runs' speeds: slopes 1, 2, 3 have mean 2 and standard error 1/√3."""
    times = np.arange(1, 6) ** np.array([[1.0], [2.0], [3.0]]) * np.array([[1.0], [9.0], [5.0]])
    found = emergence_exponent(_settings(), _table(times), 0.95)
    assert found["exponent"] == pytest.approx(2.0)
    half = 4.302653 / np.sqrt(3)
    assert (found["low"], found["high"]) == (pytest.approx(2 - half), pytest.approx(2 + half))


def test_exponent_uses_the_skills_that_every_run_reaches():
    times = 100 * np.arange(1, 6) ** 1.9 * np.ones((3, 1))
    times[1, 4] = np.nan
    found = emergence_exponent(_settings(), _table(times), 0.95)
    assert (found["skills"], found["exponent"]) == (4, pytest.approx(1.9))
    times[2, 1:4] = np.nan
    found = emergence_exponent(_settings(), _table(times), 0.95)
    assert found["skills"] == 1
    assert np.isnan([found["exponent"], found["low"], found["high"]]).all()


def test_means_spreads_and_law():
    times = np.array([[100.0, 400.0, 900.0], [400.0, 1600.0, np.nan]])
    table = emergence_time_table(_settings(1.0, 3), _table(times)).set_index("skill")
    assert table.loc[1, "mean"] == pytest.approx(250)
    assert table.loc[1, "std"] == pytest.approx(np.std([100, 400], ddof=1))
    spread = np.std(np.log([100, 400]), ddof=1)
    assert table.loc[1, "geometric_mean"] == pytest.approx(200)
    assert table.loc[1, "low"] == pytest.approx(200 * np.exp(-spread))
    assert table.loc[1, "high"] == pytest.approx(200 * np.exp(spread))
    assert table["runs_reaching"].tolist() == [2, 2, 1]
    assert table["median"].tolist() == [250.0, 1000.0, np.inf]  # half of the runs never get to 3
    assert table["runs"].tolist() == [2, 2, 2]
    # skills 1 and 2 lie on 200 k^2 exactly; skill 3, missed by a run, does not enter
    np.testing.assert_allclose(table["law"], 200.0 * np.arange(1, 4) ** 2)
    assert np.isnan(table.loc[3, "std"])


def test_nothing_reached_is_told_as_missing():
    table = emergence_time_table(_settings(1.0, 2), _table(np.full((2, 2), np.nan)))
    assert table["law"].isna().all()
    assert table["geometric_mean"].isna().all()
    assert (table["runs_reaching"] == 0).all()
