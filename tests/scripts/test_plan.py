"""How the plan prints times: no preset so small that they round to nothing."""

import runpy

import pytest


@pytest.mark.parametrize(
    ("hours", "printed"),
    [(0.0, "0.0 s"), (59.0 / 3600, "59.0 s"), (59.99 / 3600, "1.0 min"), (0.99999, "1.00 h")],
)
def test_a_time_is_in_the_largest_unit_of_which_there_is_one(repository, hours, printed):
    assert runpy.run_path(str(repository / "scripts" / "plan.py"))["duration"](hours) == printed
