"""Judging results that were trained elsewhere."""

import shutil

import pytest

from emergence.config.load import load_config, merge
from emergence.jobs.adoption import judge_results
from emergence.jobs.missing_shards import train_missing_shards
from emergence.jobs.packing import shards
from emergence.jobs.shard_files import ShardFiles
from emergence.store.files import read_npz, write_npz

BLOCK = {"widths": [2, 3, 4], "batch_size": 20, "steps": 3, "runs": 2, "runs_per_job": 1}
TINY = {
    "measurement": {"inputs_per_skill": 64},
    "training": {"engine": "torch", "device": "cpu"},
    "experiments": {"parameters": BLOCK},
}


@pytest.fixture(scope="module")
def config():
    return merge(load_config([], "nam2024"), TINY)


@pytest.fixture(scope="module")
def trained(config, tmp_path_factory):
    results = tmp_path_factory.mktemp("trained")
    train_missing_shards(config, ["parameters"], results)
    return results


@pytest.fixture
def results(trained, tmp_path):
    shutil.copytree(trained, tmp_path / "results")
    return tmp_path / "results"


def _files(config, results):
    return [ShardFiles(results, shard) for shard in shards(config, "parameters")]


def test_results_of_these_settings_and_this_code_are_accepted_and_missing_data_written(
    config, results, trained
):
    shutil.rmtree(results / "data")
    judgements = judge_results(config, results)
    assert [judgement.problem for judgement in judgements] == [None] * 6
    assert {j.path for j in judgements} == {files.run for files in _files(config, results)}
    for ours, theirs in zip(_files(config, results), _files(config, trained), strict=True):
        assert ours.data.read_bytes() == theirs.data.read_bytes()


def test_a_refused_result_is_moved_aside_and_named(config, results):
    files = _files(config, results)
    arrays, record = read_npz(files[1].run)
    write_npz(files[1].run, arrays, record | {"code": {"digest": "0" * 64, "modules": {}}})
    content = files[1].run.read_bytes()
    files[2].data.write_bytes(files[0].data.read_bytes())
    refused = {j.path: j.problem for j in judge_results(config, results) if j.problem}
    assert refused.keys() == {files[1].run, files[2].run}
    assert "made with another meaning of" in refused[files[1].run]
    assert "data are of another job" in refused[files[2].run]
    assert not files[1].run.exists()
    assert files[1].run.with_name("0001-0001.npz.refused").read_bytes() == content
    assert files[0].run.exists()
    assert len(judge_results(config, results)) == 4  # those that are left


def test_results_of_other_jobs_stay_where_they_are(config, results):
    packed = merge(config, {"experiments": {"parameters": {"runs_per_job": 2}}})
    judgements = judge_results(packed, results)
    assert {j.kept_aside for j in judgements} == {False}
    assert all("no job of this configuration" in j.problem for j in judgements)
    assert all(files.run.exists() for files in _files(config, results))
