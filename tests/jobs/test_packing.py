"""Which runs a job holds: every run once, for about the configured time, whatever else changes."""

import copy

from hypothesis import given
from hypothesis import strategies as st

from emergence.config.load import load_config
from emergence.config.settings import swept_values, training_settings
from emergence.jobs.costs import job_seconds
from emergence.jobs.packing import runs_per_job, shards

FULL = ("config/full.yaml", "config/full/transformers.yaml")
CONFIG = load_config(FULL, "nam2024")
EXPERIMENTS = sorted(CONFIG["experiments"])
NAMES = st.sampled_from(EXPERIMENTS)


def _config(name, planning=None, **changes):
    config = copy.deepcopy(CONFIG)
    config["experiments"][name] |= changes
    config["planning"] |= {"packing": "job_minutes"} | (planning or {})
    return config


def _assert_every_run_once(config, name, found):
    runs = range(config["experiments"][name]["runs"])
    expected = [(v, run) for v in swept_values(config["experiments"][name]) for run in runs]
    covered = [(s.value, run) for s in found for run in range(s.first, s.last + 1)]
    assert sorted(covered) == sorted(expected)
    assert len({shard.name for shard in found}) == len(found)


@given(st.integers(1, 60), st.integers(1, 60), NAMES)
def test_every_run_of_every_value_once(runs, size, name):
    config = _config(name, {"packing": "runs_per_job"}, runs=runs, runs_per_job=size)
    found = shards(config, name)
    _assert_every_run_once(config, name, found)
    assert all(1 <= shard.n_runs <= size for shard in found)


@given(st.integers(1, 200), st.floats(0.01, 1e4), NAMES, st.integers(1, 4))
def test_jobs_packed_by_time_hold_every_run_once_and_as_many_as_fit(runs, minutes, name, threads):
    config = _config(name, {"job_minutes": minutes}, runs=runs)
    config["training"]["threads"] = threads
    found, settings = shards(config, name), training_settings(config, name)
    _assert_every_run_once(config, name, found)
    for value, size in runs_per_job(config, name).items():
        assert size == 1 or job_seconds(config, settings, value, size) <= 60.000001 * minutes
        assert job_seconds(config, settings, value, size + 1) > 59.999999 * minutes


@given(st.integers(1, 300), st.integers(1, 300), NAMES)
def test_more_runs_keep_every_full_job(fewer, more, name):
    fewer, more = sorted((fewer, more))
    before = shards(_config(name, runs=fewer), name)
    after = set(shards(_config(name, runs=more), name))
    sizes = runs_per_job(_config(name), name)
    assert {s for s in before if s.n_runs == sizes[s.value]} <= after


def test_packing_for_a_gpu_changes_no_setting():
    packed = load_config([*FULL, "config/packing/gpu.yaml"], "nam2024")
    for name in EXPERIMENTS:
        assert training_settings(packed, name) == training_settings(CONFIG, name)
    assert len(shards(packed, "data")) < len(shards(CONFIG, "data"))
