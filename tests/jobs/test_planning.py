"""The plan counts what the workflow will run, at the rates that were measured."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from emergence.config.load import load_config, merge, validate
from emergence.config.settings import training_settings
from emergence.jobs import planning
from emergence.jobs.costs import job_seconds, step_and_run_seconds
from emergence.jobs.packing import shards
from emergence.jobs.planning import Timing, fit_rates, make_plan, makespan, rates_file, time_step

PAPER = load_config(["config/full.yaml", "config/full/transformers.yaml"], "nam2024")


def _timing(rates, settings, value, n_runs):
    """What a timing would find if the model of `costs` held exactly."""
    alone = {**settings, "measure_every": None, "inputs_per_skill": 0}
    step, run = step_and_run_seconds(alone, rates, value)
    return Timing(settings, value, n_runs, step + n_runs * run / settings["steps"])


def test_jobs_and_hours_are_those_of_the_workflow_at_the_measured_rates(monkeypatch):
    rates = {
        "lookup": {"step": 0.0, "sample": 3e-9, "unit": 2e-10},
        "transformer": {"cpu": 5e11},
    }
    timed = []

    def time_step(settings, value, n_runs):
        timed.append((settings["experiment"], value))
        return _timing(rates, settings, value, n_runs)

    monkeypatch.setattr(planning, "time_step", time_step)
    config = merge(PAPER, {"training": {"engine": "lookup", "device": "cpu"}})
    plan, found = make_plan(config)
    assert found["lookup"] == pytest.approx(rates["lookup"], rel=1e-3)
    costed = merge(config, {"planning": {"rates": rates}})
    for row in plan.itertuples():
        settings, jobs = training_settings(config, row.experiment), shards(config, row.experiment)
        runs = sum(job.n_runs for job in jobs)
        assert (row.jobs, row.runs, row.steps) == (len(jobs), runs, runs * settings["steps"])
        expected = [job_seconds(costed, settings, j.value, j.n_runs) / 3600 for j in jobs]
        assert row.job_hours == pytest.approx(expected, rel=1e-3)
        assert (row.gpu, row.measured) == (False, True)
    widths = config["experiments"]["parameters"]["widths"]
    assert {("parameters", min(widths)), ("parameters", max(widths))} <= set(timed)
    assert len(timed) < 2 * len(plan)


def test_where_no_gpu_is_seen_the_configured_rates_are_used(monkeypatch):
    monkeypatch.setattr("emergence.training.engines.choice._cuda_available", lambda: False)
    block = PAPER["experiments"]["transformer"] | {"device": "cuda"}
    config = {**PAPER, "experiments": {"transformer": block}}
    plan, found = make_plan(config)
    row, settings = plan.iloc[0], training_settings(config, "transformer")
    _, seconds = step_and_run_seconds(settings, config["planning"]["rates"], 512)
    assert sum(row["job_hours"]) == pytest.approx(row["runs"] * seconds / 3600)
    assert (bool(row["gpu"]), bool(row["measured"]), found) == (True, False, {})


def test_a_step_is_timed_of_few_runs_and_samples(monkeypatch):
    """A step of the paper's transformer takes minutes on a CPU; its cost grows with its samples."""
    monkeypatch.setattr(planning, "_TIMED_SECONDS", 1e-3)
    config = load_config(["config/smoke.yaml"], "nam2024")
    asked = {"engine": "plain", "device": "cpu", "batch_size": 256}
    timing = time_step(training_settings(config, "transformer") | asked, 8, 50)
    assert (timing.n_runs, timing.settings["batch_size"]) == (4, 128)
    assert timing.seconds > 0


def test_rates_are_recovered_and_are_a_configuration():
    rates = {
        "cuda": {"step": 1e-3, "sample": 1e-8, "unit": 1e-11},
        "transformer": {"cpu": 3e10, "cuda": 2e14},
    }
    cases = [("time", 1000, 1), ("data", 500, 1), ("data", 3000, 1), ("parameters", 1, 4)]
    cases += [("parameters", 20, 64), ("time", 1000, 8), ("transformer", 512, 2)]
    cases = [(*case, "cuda") for case in cases] + [("transformer", 512, 1, "cpu")]
    timings = []
    for name, value, n_runs, device in cases:
        settings = training_settings(PAPER, name) | {"engine": "torch", "device": device}
        timings.append(_timing(rates, settings, value, n_runs))
    laid_over = merge(load_config([]), yaml.safe_load(rates_file(fit_rates(timings))))
    validate(laid_over)
    found = laid_over["planning"]["rates"]
    assert found["cuda"] == pytest.approx(rates["cuda"], rel=1e-3)
    assert found["transformer"] == pytest.approx(rates["transformer"])


@given(st.lists(st.floats(0.01, 10), max_size=40), st.integers(1, 12))
def test_a_makespan_lies_within_the_bounds_of_list_scheduling(hours, machines):
    found, longest = makespan(hours, machines), max(hours, default=0.0)
    assert max(sum(hours) / machines, longest) <= found * (1 + 1e-12)
    assert found <= sum(hours) / machines + longest + 1e-9
    assert makespan(hours, 1) == pytest.approx(sum(hours))
