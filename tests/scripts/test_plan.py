"""How the plan prints times: no preset so small that they round to nothing."""

import runpy

import pandas as pd
import pytest


@pytest.fixture(scope="module")
def plan(repository):
    return runpy.run_path(str(repository / "scripts" / "plan.py"))


@pytest.mark.parametrize(
    ("hours", "printed"),
    [
        (0.0, "0.0 s"),
        (7.7 / 3600, "7.7 s"),
        (59.0 / 3600, "59.0 s"),
        (59.99 / 3600, "1.0 min"),
        (1.0 / 60, "1.0 min"),
        (0.5, "30.0 min"),
        (0.99999, "1.00 h"),
        (1.0, "1.00 h"),
        (19.25, "19.25 h"),
    ],
)
def test_a_time_is_in_the_largest_unit_of_which_there_is_one(plan, hours, printed):
    assert plan["_duration"](hours) == printed


def test_each_time_of_the_table_has_its_unit(plan):
    columns = {"core_hours": [0.001, 3.0], "gpu_hours": [0.0, 0.25]}
    counts = {"jobs": 1, "runs": 2, "steps": 3000, "table_rows": 5, "measured": [True, False]}
    table = pd.DataFrame({"experiment": ["a", "b"], **counts, **columns})
    printed = plan["_printed"](table.assign(longest_job_hours=[0.001, 2.0]))
    assert printed["experiment"].tolist() == ["a", "b *", "total"]
    assert printed["steps"].tolist() == ["3,000", "3,000", "6,000"]
    assert printed["core time"].tolist() == ["3.6 s", "3.00 h", "3.00 h"]
    assert printed["GPU time"].tolist() == ["0.0 s", "15.0 min", "15.0 min"]
    assert printed["longest job"].tolist() == ["3.6 s", "2.00 h", "2.00 h"]
