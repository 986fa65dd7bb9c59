"""The plan counts what the workflow will run."""

import dataclasses

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from emergence.config.load import load_config, merge, validate
from emergence.jobs import planning
from emergence.jobs.costs import step_and_run_seconds
from emergence.jobs.packing import shards
from emergence.jobs.planning import Probe, fit_rates, make_plan, makespan, modelled_hours, step_size
from emergence.tasks.experiments import training_settings
from emergence.training.engines.choice import EngineUnavailable

PAPER = load_config(["config/paper.yaml"])


def _only(name, *paths, **changes):
    config = load_config(paths)
    config = merge(config, {"experiments": {name: changes}})
    config["experiments"] = {name: config["experiments"][name]}
    return config


@pytest.fixture
def second_per_sample(monkeypatch):
    """Every probe finds a cost of one second per sample of a batch or hidden unit."""

    def probe(settings, value, n_runs):
        seconds = n_runs * step_size(settings, value) / settings["steps"]
        return Probe("lookup", settings, value, n_runs, seconds, 0.0)

    monkeypatch.setattr(planning, "probe", probe)


def test_counts_and_costs():
    config = _only("time", widths=[8], batch_size=16, runs=5, runs_per_job=2)
    config["training"] |= {"engine": "torch", "device": "cpu"}
    config["measurement"]["inputs_per_skill"] = 64
    plan = make_plan(config)
    row = plan.experiments.iloc[0]
    assert (row["jobs"], row["runs"]) == (3, 5)
    assert row["steps"] == 5 * config["experiments"]["time"]["steps"]
    assert row["table_rows"] == 5 * 401 * 5
    assert row["measured"]
    assert row["gpu_hours"] == 0
    assert 0 < row["longest_job_hours"] < row["core_hours"]
    assert sum(plan.core_job_hours) == pytest.approx(row["core_hours"])


@pytest.mark.parametrize(
    ("dataset_size", "samples"),
    [(500, 500), (3999, 3999), (4000, 2000), (5999, 2999.5), (6000, 2000), (25000, 25000 / 12)],
)
def test_a_step_on_a_fixed_set_costs_its_batch(dataset_size, samples):
    assert step_size({"resource": "data", "batch_size": 2000}, dataset_size) == samples


def test_a_step_on_fresh_data_costs_its_width():
    assert step_size({"resource": "parameters", "batch_size": 2000}, 12) == 12


def test_cost_follows_the_batch_and_not_the_size_of_the_set(second_per_sample):
    config = _only("data")
    sizes = config["experiments"]["data"]["dataset_sizes"]
    runs = config["experiments"]["data"]["runs"]
    assert max(sizes) > 4000 > min(sizes)
    row = make_plan(config).experiments.iloc[0]
    expected = runs * sum(size / max(1, size // 2000) for size in sizes) / 3600
    assert row["core_hours"] == pytest.approx(expected)


def test_threads_shorten_jobs_and_leave_the_core_hours(second_per_sample):
    config = _only("parameters")
    one = make_plan(config).experiments.iloc[0]
    config["training"]["threads"] = 4
    four = make_plan(config).experiments.iloc[0]
    assert four["longest_job_hours"] == pytest.approx(one["longest_job_hours"] / 4)
    assert four["core_hours"] == pytest.approx(one["core_hours"])


def test_hours_by_the_configured_rates_are_those_of_all_jobs_on_their_devices():
    config = merge(PAPER, {"experiments": {"transformer": {"device": "cuda"}}})
    on_cores, on_gpus = modelled_hours(config)
    assert len(on_gpus) == len(shards(config, "transformer"))
    assert len(on_cores) + len(on_gpus) == sum(len(shards(config, n)) for n in PAPER["experiments"])
    slower = merge(config, {"planning": {"rates": {"transformer": {"cuda": 1e14}}}})
    assert modelled_hours(slower)[0] == on_cores
    assert modelled_hours(slower)[1] == pytest.approx([2 * hours for hours in on_gpus])


def test_packing_by_time_is_what_the_plan_counts(second_per_sample):
    config = _only("parameters", "config/paper.yaml")
    config["planning"]["packing"] = "job_minutes"
    row = make_plan(config).experiments.iloc[0]
    assert row["jobs"] == len(shards(config, "parameters")) < 100


def test_where_no_gpu_is_seen_the_configured_rates_are_used(monkeypatch):
    def probe(*_):
        raise EngineUnavailable("no GPU")

    monkeypatch.setattr(planning, "probe", probe)
    config = _only("transformer", "config/paper.yaml", device="cuda")
    plan = make_plan(config)
    row = plan.experiments.iloc[0]
    settings = training_settings(config, "transformer")
    _, seconds = step_and_run_seconds(settings, config["planning"]["rates"], 512)
    assert row["gpu_hours"] == pytest.approx(row["runs"] * seconds / 3600)
    assert not row["measured"]
    assert (len(plan.gpu_job_hours), plan.core_job_hours) == (row["jobs"], [])
    config["experiments"]["transformer"]["device"] = "cpu"
    with pytest.raises(EngineUnavailable):
        make_plan(config)


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
        hours.append(make_plan(config).experiments.iloc[0]["core_hours"])
    config["experiments"] = {"transformer": {**paper, "widths": [8]}}
    make_plan(config)
    assert probed == [(128, 128)] * 3
    n_measured = paper["steps"] / paper["measure_every"] + 1
    assert hours[1] - hours[0] == pytest.approx(9 * (hours[0] - 5 * n_measured / 3600), rel=1e-6)


def _probes(rates, engine, cases):
    """What probes would find if the model held exactly."""
    for name, value, n_runs, device in cases:
        changes = {"device": device, "measure_every": None, "inputs_per_skill": 0}
        settings = training_settings(PAPER, name) | changes
        step, run = step_and_run_seconds(settings, rates, value)
        seconds = step + n_runs * run / settings["steps"]
        yield Probe(engine, settings, value, n_runs, seconds, 0.0)


CASES = [("time", 1000, 1), ("data", 500, 1), ("data", 3000, 1), ("parameters", 1, 4)]


@given(st.floats(1e-10, 1e-6), st.floats(1e-12, 1e-7))
def test_rates_of_the_lookup_engine_are_recovered(sample, unit):
    rates = {"lookup": {"step": 0.0, "sample": sample, "unit": unit}}
    found = fit_rates(_probes(rates, "lookup", [(*case, "cpu") for case in CASES]))
    assert found["lookup"] == pytest.approx(rates["lookup"], rel=1e-3, abs=1e-14)


def test_rates_of_a_gpu_and_of_transformers_are_recovered():
    rates = {
        "cuda": {"step": 1e-3, "sample": 1e-8, "unit": 1e-11},
        "transformer": {"cpu": 3e10, "cuda": 2e14},
    }
    cases = [(*case, "cuda") for case in [*CASES, ("parameters", 20, 64), ("time", 1000, 8)]]
    probes = list(_probes(rates, "cuda", [*cases, ("transformer", 512, 2, "cuda")]))
    probes += _probes(rates, "torch", [("transformer", 512, 1, "cpu")])
    found = fit_rates(probes)
    assert found["cuda"] == pytest.approx(rates["cuda"], rel=1e-3)
    assert found["transformer"] == pytest.approx(rates["transformer"])


def test_measured_rates_are_a_configuration(tmp_path, second_per_sample):
    """The file that plan writes can be laid over a preset."""
    config = _only("parameters")
    rates = fit_rates(make_plan(config).probes)
    path = tmp_path / "rates.yaml"
    path.write_text(planning.rates_file(rates))
    merged = merge(load_config([]), yaml.safe_load(path.read_text()))
    validate(merged)
    assert merged["planning"]["rates"]["lookup"] == pytest.approx(rates["lookup"], rel=1e-3)
    assert merged["planning"]["rates"]["cuda"] == load_config([])["planning"]["rates"]["cuda"]


@given(st.lists(st.floats(0.01, 10), min_size=1, max_size=40), st.integers(1, 12))
def test_a_makespan_lies_within_the_bounds_of_list_scheduling(hours, machines):
    found = makespan(hours, machines)
    lower = max(sum(hours) / machines, max(hours))
    assert lower <= found * (1 + 1e-12)
    assert found <= sum(hours) / machines + max(hours) + 1e-9
    assert makespan(hours, 1) == pytest.approx(sum(hours))


def test_no_jobs_take_no_time():
    assert makespan([], 3) == 0.0


def test_run_seconds_count_measurements():
    config = _only("time")
    settings = training_settings(config, "time")
    p = Probe("lookup", settings, 1000, 2, 2.0, 0.0)
    n_measured = settings["steps"] // settings["measure_every"] + 1
    assert p.run_seconds == settings["steps"]
    with_measurements = dataclasses.replace(p, measurement_seconds=4.0)
    assert with_measurements.run_seconds == settings["steps"] + 2 * n_measured
