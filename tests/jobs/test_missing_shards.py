"""Training what a results folder lacks: order, time limit, resuming, failures."""

import logging

import pytest

from emergence.config.load import load_config, merge
from emergence.config.settings import training_settings
from emergence.jobs import missing_shards
from emergence.jobs.costs import job_seconds
from emergence.jobs.missing_shards import train_missing_shards
from emergence.jobs.packing import shards
from emergence.jobs.shard_files import ShardFiles
from emergence.store.files import read_npz
from emergence.training.shard import TimeLimitReached

TINY = {
    "task": {"skill_bits": 16},
    "measurement": {"inputs_per_skill": 64},
    "training": {"engine": "torch", "device": "cpu"},
    "experiments": {
        "data": {
            **{"widths": [8], "dataset_sizes": [30, 60], "batch_size": 30, "steps": 20},
            **{"runs": 3, "runs_per_job": 2, "early_stop": None},
        },
        "parameters": {"widths": [3], "batch_size": 20, "steps": 12, "runs": 1},
    },
}
NAMES = ("data", "parameters")


@pytest.fixture(scope="module")
def config():
    return merge(load_config([], "nam2024"), TINY)


def _files(config, results):
    return [ShardFiles(results, shard) for name in NAMES for shard in shards(config, name)]


@pytest.fixture(scope="module")
def unbroken(config, tmp_path_factory):
    """A folder in which everything was trained at once."""
    results = tmp_path_factory.mktemp("unbroken")
    outcome = train_missing_shards(config, NAMES, results)
    assert vars(outcome) == {"done": 5, "failed": 0, "left": 0}
    return results


def test_everything_missing_is_trained_and_nothing_twice(config, unbroken, caplog):
    caplog.set_level(logging.INFO)
    for files in _files(config, unbroken):
        _, record = read_npz(files.run)
        assert record["settings"] == training_settings(config, files.shard.experiment)
        assert files.data.exists()
        assert not files.checkpoint.exists()
    before = {files.run: files.run.stat().st_mtime_ns for files in _files(config, unbroken)}
    assert train_missing_shards(config, NAMES, unbroken).done == 5
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert "done in" not in caplog.text


def test_the_longest_comes_first_and_an_interrupted_one_is_next(config, tmp_path, monkeypatch):
    order = []

    def stop(settings, value, first, *_):
        order.append((settings["experiment"], value, first))
        raise TimeLimitReached("stopped by the time limit")

    monkeypatch.setattr(missing_shards, "run_shard", stop)
    for _ in range(2):
        assert train_missing_shards(config, NAMES, tmp_path).left == 5
    seconds = {
        (name, job.value, job.first): job_seconds(
            config, training_settings(config, name), job.value, job.n_runs
        )
        for name in NAMES
        for job in shards(config, name)
    }
    assert order == [max(seconds, key=seconds.get)] * 2


def test_others_are_trained_again_and_one_that_diverges_stops_none(config, tmp_path, caplog):
    caplog.set_level(logging.INFO)
    train_missing_shards(config, ["parameters"], tmp_path)
    rates = {"data": {"learning_rate": 90.0}, "parameters": {"learning_rate": 0.003}}
    changed = merge(config, {"experiments": rates})
    outcome = train_missing_shards(changed, NAMES, tmp_path)
    assert vars(outcome) == {"done": 1, "failed": 4, "left": 0}
    assert caplog.text.count("diverged") == 4
    assert "trained again: made with other settings: learning_rate" in caplog.text
    assert read_npz(_files(changed, tmp_path)[-1].run)[1]["settings"]["learning_rate"] == 0.003
