"""The plan counts what the workflow will run, at the speed that was measured."""

import numpy as np
import pytest

from emergence.config.load import load_config, merge
from emergence.config.settings import training_settings
from emergence.jobs import planning
from emergence.jobs.costs import job_seconds, step_and_run_seconds
from emergence.jobs.packing import shards
from emergence.jobs.planning import make_plan, measured_slowness

PAPER = load_config(["config/full.yaml", "config/full/transformers.yaml"], "nam2024")


def test_jobs_and_hours_are_those_of_the_workflow_at_the_measured_speed(monkeypatch):
    config = merge(PAPER, {"training": {"engine": "lookup", "device": "cpu"}})
    timed = []

    def time_step(settings, value, n_runs):
        """Three times what the model says."""
        timed.append((settings["experiment"], value))
        alone = {**settings, "measure_every": None, "inputs_per_skill": 0}
        step, run = step_and_run_seconds(alone, config["planning"]["rates"], value)
        return 3.0 * (step + n_runs * run / settings["steps"])

    monkeypatch.setattr(planning, "time_step", time_step)
    for row in make_plan(config).itertuples():
        settings, jobs = training_settings(config, row.experiment), shards(config, row.experiment)
        runs = sum(job.n_runs for job in jobs)
        assert (row.jobs, row.runs, row.steps) == (len(jobs), runs, runs * settings["steps"])
        expected = [3 * job_seconds(config, settings, j.value, j.n_runs) / 3600 for j in jobs]
        assert row.job_hours == pytest.approx(expected)
        assert (row.gpu, row.slowness) == (False, pytest.approx(3.0))
    assert ("parameters", max(config["experiments"]["parameters"]["widths"])) in timed


def test_where_no_gpu_is_seen_the_configured_rates_are_used(monkeypatch):
    monkeypatch.setattr("emergence.training.engines.choice._cuda_available", lambda: False)
    block = PAPER["experiments"]["transformer"] | {"device": "cuda"}
    config = {**PAPER, "experiments": {"transformer": block}}
    row, settings = make_plan(config).iloc[0], training_settings(config, "transformer")
    _, seconds = step_and_run_seconds(settings, config["planning"]["rates"], 512)
    assert sum(row["job_hours"]) == pytest.approx(row["runs"] * seconds / 3600)
    assert row["gpu"]
    assert np.isnan(row["slowness"])


def test_a_step_is_timed_of_few_runs_and_samples(monkeypatch):
    """A step of the paper's transformer takes minutes on a CPU; its cost grows with its samples."""
    monkeypatch.setattr(planning, "_TIMED_SECONDS", 1e-3)
    config, build = load_config(["config/smoke.yaml"], "nam2024"), planning.build_ensemble
    built = []
    monkeypatch.setattr(
        planning, "build_ensemble", lambda *given: built.append(build(*given)) or built[-1]
    )
    asked = {"engine": "plain", "device": "cpu", "batch_size": 256}
    settings = training_settings(config, "transformer") | asked
    assert measured_slowness(config, settings, 8, 50) > 0
    (ensemble,) = [one for one in built if one.n_runs]
    assert (ensemble.n_runs, ensemble.batch_size) == (4, 128)
