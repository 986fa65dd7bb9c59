"""The model of a job's cost: proportional where the work is, and never below one measured here."""

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emergence.config.load import load_config
from emergence.config.settings import training_settings
from emergence.jobs.costs import (
    batch_of,
    engine_of,
    job_seconds,
    needs_gpu,
    request_minutes,
    table_memory_mb,
    table_rows,
    training_memory_mb,
)
from emergence.models.transformer_parameters import TransformerSizes
from emergence.tasks.registry import task_of

CONFIG = load_config(["config/full.yaml", "config/full/transformers.yaml"], "nam2024")


def _config(name, training=None, **changes):
    config = copy.deepcopy(CONFIG)
    config["experiments"][name] |= changes
    config["training"] |= training or {}
    return config, training_settings(config, name)


@given(st.integers(1, 50), st.integers(1, 8))
def test_runs_and_threads_of_the_lookup_engine_share_the_work(n_runs, threads):
    config, settings = _config("parameters")
    one = job_seconds(config, settings, 10, 1)
    config["training"]["threads"] = threads
    assert job_seconds(config, settings, 10, n_runs) == pytest.approx(n_runs * one / threads)


def test_a_step_costs_its_batch_times_its_units():
    config, settings = _config("parameters", measure_every=None, steps=1000)
    config["planning"]["rates"]["lookup"] = {"step": 0.0, "sample": 0.0, "unit": 1e-9}
    config["measurement"]["inputs_per_skill"] = 8
    settings["inputs_per_skill"] = 8
    work = 1000 * 4000 + 0.25 * 5 * 8  # samples trained and, at a quarter, measured
    assert job_seconds(config, settings, 16, 1) == pytest.approx(1e-9 * 16 * work)
    assert job_seconds(config, settings, 17, 1) == pytest.approx(1e-9 * 32 * work)


def test_the_shared_part_of_a_step_is_paid_once():
    config, settings = _config("time", {"device": "cuda"})
    config["planning"]["rates"]["cuda"] = {"step": 1.0, "sample": 0.0, "unit": 1e-30}
    assert job_seconds(config, settings, 1000, 1) == pytest.approx(settings["steps"])
    assert job_seconds(config, settings, 1000, 64) == pytest.approx(settings["steps"])


def test_a_transformer_costs_its_operations():
    config, settings = _config("transformer", measure_every=CONFIG["experiments"]["time"]["steps"])
    config["planning"]["rates"]["transformer"] = {"cpu": 1e9, "cuda": 1e12}
    on_cpu = job_seconds(config, settings, 512, 1)
    operations = TransformerSizes(task_of(settings).input_size, 512, 4, 4).step_operations(5000)
    assert on_cpu == pytest.approx(operations * settings["steps"] / 1e9, rel=0.01)  # and measuring
    settings["device"] = "cuda"
    assert job_seconds(config, settings, 512, 1) == pytest.approx(on_cpu / 1000)


@pytest.mark.parametrize(
    ("engine", "device", "rates"),
    [
        ("auto", "auto", "lookup"),
        ("torch", "auto", "torch"),
        ("torch", "cuda", "cuda"),
        ("triton", "auto", "cuda"),  # which runs nowhere else
    ],
)
def test_rates_follow_the_configuration_and_not_the_machine(engine, device, rates):
    _, settings = _config("time", {"engine": engine, "device": device})
    assert engine_of(settings) == rates
    assert needs_gpu(settings) == (rates == "cuda")


def test_batches_of_fixed_sets_are_their_mean():
    data, parameters = training_settings(CONFIG, "data"), training_settings(CONFIG, "parameters")
    assert (batch_of(data, 5999), batch_of(parameters, 7)) == (2999.5, 4000)


def test_what_a_scheduler_is_asked_for():
    """More time on each attempt, up to the limit; memory for fixed training sets and tables."""
    asked = [request_minutes(600.0, None, attempt) for attempt in (1, 2, 3)]
    assert asked == [25, 50, 75]
    assert request_minutes(1e6, 1440) == 1440
    data, time = training_settings(CONFIG, "data"), training_settings(CONFIG, "time")
    assert training_memory_mb(data, 35000, 50) > training_memory_mb(data, 500, 50)
    assert training_memory_mb(time, 1000, 50) == training_memory_mb(time, 1000, 1)
    assert table_rows(time, 10) == 10 * 601 * 5
    empty, one, two = (table_memory_mb(rows) for rows in (0, 10**7, 2 * 10**7))
    assert abs((two - one) - (one - empty)) <= 1 < one - empty  # so much for each row
