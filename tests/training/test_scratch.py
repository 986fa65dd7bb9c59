"""Checkpoints on a node's disk: brought there, brought back, and never older than what is there."""

import os

import pytest

from emergence.training.scratch import local_checkpoint


@pytest.fixture
def checkpoint(tmp_path):
    return tmp_path / "results" / "checkpoints" / "time" / "64" / "0000-0001.npz"


@pytest.fixture
def scratch(tmp_path, monkeypatch):
    monkeypatch.setenv("NODE_DISK", str(tmp_path / "node"))
    return "$NODE_DISK/jobs"


def _write(path, text, written=1e9):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    os.utime(path, (written, written))


def test_without_scratch_the_checkpoint_is_where_it_was(checkpoint):
    with local_checkpoint(checkpoint, "") as path:
        assert path == checkpoint


def test_an_interrupted_job_brings_its_checkpoint_back_and_the_next_starts_from_it(
    checkpoint, scratch, tmp_path
):
    def job():
        with local_checkpoint(checkpoint, scratch) as path:
            assert path.is_relative_to(tmp_path / "node" / "jobs")
            _write(path, "step 7")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        job()
    assert checkpoint.read_text() == "step 7"
    assert not list((tmp_path / "node").rglob("*.npz"))
    with local_checkpoint(checkpoint, scratch) as path:
        assert path.read_text() == "step 7"
        checkpoint.unlink()
        path.unlink()  # as a job does that has finished
    assert not checkpoint.exists()


def test_the_newer_of_two_is_used(checkpoint, scratch):
    """A node that was cut off kept its disk; meanwhile another node may have gone further."""
    with local_checkpoint(checkpoint, scratch) as path:
        pass
    for here, elsewhere, newer in ((2e9, 1e9, "node"), (1e9, 2e9, "shared")):
        _write(path, "node", written=here)
        _write(checkpoint, "shared", written=elsewhere)
        with local_checkpoint(checkpoint, scratch):
            assert path.read_text() == newer


def test_jobs_on_one_node_do_not_share_a_file(checkpoint, scratch):
    other = checkpoint.with_name("0002-0003.npz")
    with local_checkpoint(checkpoint, scratch) as a, local_checkpoint(other, scratch) as b:
        assert a != b


def test_a_variable_that_is_not_set_is_named(checkpoint):
    with (
        pytest.raises(FileNotFoundError, match="NO_SUCH_DISK"),
        local_checkpoint(checkpoint, "$NO_SUCH_DISK/jobs"),
    ):
        pass
