"""The plan counts what the workflow will run."""

import pytest

from emergence import planning
from emergence.config import load_config, merge
from emergence.planning import plan_table, step_size


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


@pytest.mark.parametrize(
    ("dataset_size", "samples"),
    [(500, 500), (3999, 3999), (4000, 2000), (5999, 2999.5), (6000, 2000), (25000, 25000 / 12)],
)
def test_a_step_on_a_fixed_set_costs_its_batch(dataset_size, samples):
    assert step_size({"resource": "data", "batch_size": 2000}, dataset_size) == samples


def test_a_step_on_fresh_data_costs_its_width():
    assert step_size({"resource": "parameters", "batch_size": 2000}, 12) == 12


def test_cost_follows_the_batch_and_not_the_size_of_the_set(monkeypatch):
    """With a cost of one second per sample of a batch, all runs of each D add up to it."""
    config = load_config([])
    config["experiments"] = {"data": config["experiments"]["data"]}
    sizes = config["experiments"]["data"]["dataset_sizes"]
    runs = config["experiments"]["data"]["runs"]
    assert max(sizes) > 4000 > min(sizes)
    monkeypatch.setattr(
        planning, "_run_seconds", lambda settings, value, _: step_size(settings, value)
    )
    row = plan_table(config).iloc[0]
    expected = runs * sum(size / max(1, size // 2000) for size in sizes) / 3600
    assert row["core_hours"] == pytest.approx(expected)


def test_a_large_transformer_is_planned_from_a_small_probe(monkeypatch):
    """A step of the paper takes minutes on a CPU; its cost grows with its samples."""
    probed = []

    class Still:
        def __init__(self, ensemble):
            probed.append((ensemble.batch_size, ensemble.measurement_inputs))

        def advance(self, *_):
            pass

        def measure(self, _):
            pass

    monkeypatch.setattr(
        planning, "create_engine", lambda name, device, ensemble, _: Still(ensemble)
    )
    monkeypatch.setattr(planning, "_PROBE_SECONDS", 1.5)
    clock = iter(range(1000))
    monkeypatch.setattr(planning.time, "perf_counter", lambda: float(next(clock)))
    config = load_config(["config/paper.yaml"])
    paper = config["experiments"]["transformer"]
    hours = []
    for batch_size in (128, 1280):
        changes = {"widths": [8], "batch_size": batch_size, "inputs_per_skill": 128}
        config["experiments"] = {"transformer": {**paper, **changes}}
        hours.append(plan_table(config).iloc[0]["core_hours"])
    config["experiments"] = {"transformer": {**paper, "widths": [8]}}
    plan_table(config)
    assert probed == [(128, 128)] * 3
    n_measured = paper["steps"] / paper["measure_every"] + 1
    assert hours[1] - hours[0] == pytest.approx(9 * (hours[0] - 5 * n_measured / 3600), rel=1e-6)
