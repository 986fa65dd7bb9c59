"""Costs: hours of cores, not of jobs, and the energy that they are assumed to take."""

import pytest

from emergence.report.cost import cost_of

MANIFEST = {
    "preset": "p",
    "config": {"training": {"threads": 4}},
    "cost": {
        "jobs": 3,
        "jobs_not_timed": 1,
        "job_seconds": 4500.0,
        "job_seconds_by_rule": {"fit": 900.0, "train": 3600.0},
        "wall_seconds": 1800.0,
        "peak_memory_mb": 200.0,
    },
    "machine": {"cores": 2},
    "versions": {},
    "commit": None,
    "outputs": {"a": "", "b": ""},
}


def test_a_training_job_counts_all_its_threads():
    cost = cost_of(MANIFEST, 10.0)
    assert cost["core_hours"] == pytest.approx(4.25)
    assert cost["energy_kwh"] == pytest.approx(0.0425)
    assert cost["wall_hours"] == 0.5
    assert [row["rule"] for row in cost["hours_by_rule"]] == ["train", "fit"]
    assert cost["outputs"] == 2


def test_a_manifest_without_timed_jobs_costs_nothing():
    cost = cost_of({**MANIFEST, "cost": {"jobs": 0, "jobs_not_timed": 2}}, 10.0)
    assert cost["core_hours"] == cost["energy_kwh"] == cost["wall_hours"] == 0
    assert cost["peak_memory_mb"] is None
