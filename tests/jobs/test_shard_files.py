"""Which files belong to a shard under given settings and code, and which do not."""

import numpy as np
import pytest

from emergence.jobs.run_problem import run_problem
from emergence.jobs.shard_files import ShardFiles, data_problem, read_data, write_data
from emergence.store.files import DamagedFile, read_npz, write_npz
from emergence.store.shards import Shard
from emergence.training.shard import run_shard, training_code

SHARD = Shard("tiny", 6, 2, 3)

MODULES = training_code({}, "torch").modules | {"emergence.training.protocol": "0" * 16}
OTHER_CODE = {"digest": "0" * 64, "modules": MODULES}


@pytest.fixture
def settings(small_settings):
    return small_settings(steps=2, measure_every=1)


@pytest.fixture
def files(tmp_path, settings):
    """A shard trained as the workflow trains it."""
    found = ShardFiles(tmp_path, SHARD)
    write_data(found.data, settings, SHARD.value, SHARD.first, SHARD.n_runs)
    data, _ = read_data(found.data, settings)
    write_npz(found.run, *run_shard(settings, 6, 2, data))
    return found


def _rewrite(path, arrays=None, **changes):
    found, record = read_npz(path)
    write_npz(path, found | (arrays or {}), record | changes)


def test_what_was_made_here_is_where_the_workflow_has_it_and_has_no_problem(
    files, settings, tmp_path
):
    names = [f"{kind}/tiny/6/0002-0003.npz" for kind in ("data", "runs", "checkpoints")]
    assert [files.data, files.run, files.checkpoint] == [tmp_path / name for name in names]
    assert run_problem(files, settings) is None
    assert data_problem(files, settings) is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"code": OTHER_CODE}, "made with another meaning of emergence.training.protocol"),
        ({"value": 7}, "other runs than its name says"),
        ({"first_run": 0}, "other runs than its name says"),
        ({"engine": "lookup"}, "emergence.training.engines.lookup"),
        ({"engine": "abacus"}, "engine must be one of"),
        ({"device": "cuda", "versions": {"torch": "9.9"}}, None),
    ],
)
def test_a_result_is_judged_by_its_record(files, settings, changes, said):
    _rewrite(files.run, **changes)
    problem = run_problem(files, settings)
    assert (said in problem) if said else (problem is None)


def test_a_result_of_other_settings_is_told_what_differs(files, settings):
    changed = {**settings, "learning_rate": 0.07, "task": {**settings["task"], "skill_bits": 9}}
    problem = run_problem(files, changed)
    assert problem == "made with other settings: learning_rate, task.skill_bits"


def test_files_that_are_no_results_are_refused(files, settings):
    _rewrite(files.run, {"stopped_at": np.array([-1])})
    assert "other runs" in run_problem(files, settings)
    files.run.write_bytes(files.run.read_bytes()[:99])
    assert "is damaged" in run_problem(files, settings)
    files.run.write_bytes(files.data.read_bytes())
    assert "no result of a training job" in run_problem(files, settings)
    files.run.unlink()
    assert "No such file" in run_problem(files, settings)


def test_data_are_what_this_code_draws_under_these_settings(files, settings):
    other = {**settings, "batch_size": 5}
    with pytest.raises(DamagedFile, match="other settings"):
        read_data(files.data, other)
    assert "other settings" in data_problem(files, other)
    arrays, _ = read_npz(files.data)
    _rewrite(files.data, {"sparse_bits": arrays["sparse_bits"][:, ::-1]})
    assert data_problem(files, settings) == "its data are not what this code draws"
    write_data(files.data, settings, SHARD.value, 0, SHARD.n_runs)
    assert data_problem(files, settings) == "its data are of another job"
