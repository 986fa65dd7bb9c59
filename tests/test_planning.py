"""The plan counts what the workflow will run."""

from emergence.config import load_config, merge
from emergence.planning import plan_table


def test_counts_and_costs():
    small = {
        "training": {"engine": "torch", "device": "cpu"},
        "measurement": {"inputs_per_skill": 64},
        "experiments": {"time": {"widths": [8], "batch_size": 16, "runs": 5, "runs_per_job": 2}},
    }
    config = merge(load_config([]), small)
    config["experiments"] = {"time": config["experiments"]["time"]}
    row = plan_table(config).iloc[0]
    assert (row["jobs"], row["runs"]) == (3, 5)
    assert row["steps"] == 5 * config["experiments"]["time"]["steps"]
    assert 0 < row["longest_job_hours"] < row["core_hours"]
