"""How the plan prints times: no preset so small that they round to nothing."""

import runpy

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
    assert plan["duration"](hours) == printed
