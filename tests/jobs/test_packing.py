"""Which runs a job holds: every run once, for about the configured time, whatever else changes."""

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emergence.config.load import load_config
from emergence.config.settings import swept_values, training_settings
from emergence.jobs.costs import job_seconds
from emergence.jobs.packing import runs_per_job, shards
from emergence.store.shards import value_shards

CONFIG = load_config(["config/full.yaml"], "nam2024")
EXPERIMENTS = sorted(CONFIG["experiments"])
NAMES = st.sampled_from(EXPERIMENTS)


def _config(name, planning=None, **changes):
    config = copy.deepcopy(CONFIG)
    config["experiments"][name] |= changes
    config["planning"] |= {"packing": "job_minutes"} | (planning or {})
    return config


def _covered(found):
    return sorted((s.value, run) for s in found for run in range(s.first, s.last + 1))


@given(st.integers(1, 60), st.integers(1, 60), NAMES)
def test_every_run_of_every_value_once(runs, size, name):
    config = _config(name, {"packing": "runs_per_job"}, runs=runs, runs_per_job=size)
    found = shards(config, name)
    expected = [(v, r) for v in swept_values(config["experiments"][name]) for r in range(runs)]
    assert _covered(found) == sorted(expected)
    assert all(1 <= shard.n_runs <= size for shard in found)
    assert len({shard.name for shard in found}) == len(found)


@given(st.integers(1, 200), st.floats(0.01, 1e4), NAMES)
def test_jobs_packed_by_time_hold_every_run_once_and_as_many_as_fit(runs, minutes, name):
    config = _config(name, {"job_minutes": minutes}, runs=runs)
    found, settings = shards(config, name), training_settings(config, name)
    expected = [(v, r) for v in swept_values(config["experiments"][name]) for r in range(runs)]
    assert _covered(found) == sorted(expected)
    for value, size in runs_per_job(config, name).items():
        assert size == 1 or job_seconds(config, settings, value, size) <= 60.000001 * minutes
        assert job_seconds(config, settings, value, size + 1) > 59.999999 * minutes


@pytest.mark.parametrize("threads", [1, 4])
@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_full_jobs_of_the_paper_last_from_half_to_all_of_the_time(device, threads):
    config = _config("data", runs=10_000)
    config["training"] |= {"device": device, "threads": threads}
    settings = training_settings(config, "data")
    for shard in shards(config, "data"):
        if shard.last < 9_999:
            minutes = job_seconds(config, settings, shard.value, shard.n_runs) / 60
            assert config["planning"]["job_minutes"] / 2 <= minutes
            assert minutes <= config["planning"]["job_minutes"]


@given(st.integers(1, 300), st.integers(1, 300), NAMES)
def test_more_runs_keep_every_full_job(fewer, more, name):
    fewer, more = sorted((fewer, more))
    before = shards(_config(name, runs=fewer), name)
    after = set(shards(_config(name, runs=more), name))
    sizes = runs_per_job(_config(name), name)
    assert {s for s in before if s.n_runs == sizes[s.value]} <= after


def test_narrow_networks_share_a_job_and_wide_ones_do_less():
    sizes = runs_per_job(_config("parameters", widths=[10, 100, 1000]), "parameters")
    assert sizes[10] > sizes[100] > sizes[1000] >= 1


def test_a_short_last_job_holds_what_is_left():
    assert [s.name for s in value_shards("time", 64, 5, 2)] == [
        "time/64/0000-0001",
        "time/64/0002-0003",
        "time/64/0004-0004",
    ]


def test_packing_for_a_gpu_changes_no_setting():
    packed = load_config(["config/full.yaml", "config/packing/gpu.yaml"], "nam2024")
    for name in EXPERIMENTS:
        assert training_settings(packed, name) == training_settings(CONFIG, name)
    assert len(shards(packed, "data")) < len(shards(CONFIG, "data"))
