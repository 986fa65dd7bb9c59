"""Checkpoints on a node's disk: brought there, brought back, and never older than what is there."""

import os

import pytest

from emergence.training.scratch import local_checkpoint


@pytest.fixture
def checkpoint(tmp_path, monkeypatch):
    monkeypatch.setenv("NODE_DISK", str(tmp_path / "node"))
    return tmp_path / "results" / "checkpoints" / "time" / "64" / "0000-0001.npz"


SCRATCH = "$NODE_DISK/jobs"


def _write(path, text, written):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    os.utime(path, (written, written))


def _interrupted(checkpoint, scratch):
    """What a job finds, which then writes its checkpoint and is interrupted."""
    with local_checkpoint(checkpoint, scratch) as path:
        found = path.read_text() if path.exists() else None
        _write(path, "step 7", 1e9)
        raise KeyboardInterrupt(path, found)


def test_an_interrupted_job_brings_its_checkpoint_back_and_the_next_starts_from_it(
    checkpoint, tmp_path
):
    for expected in (None, "step 7"):
        with pytest.raises(KeyboardInterrupt) as raised:
            _interrupted(checkpoint, SCRATCH)
        path, found = raised.value.args
        assert path.is_relative_to(tmp_path / "node" / "jobs")
        assert found == expected
        assert checkpoint.read_text() == "step 7"
        assert not path.exists()


def test_the_newer_of_two_is_used(checkpoint):
    """A node that was cut off kept its disk; meanwhile another node may have gone further."""
    with local_checkpoint(checkpoint, SCRATCH) as path:
        pass
    for here, elsewhere, newer in ((2e9, 1e9, "node"), (1e9, 2e9, "shared")):
        _write(path, "node", here)
        _write(checkpoint, "shared", elsewhere)
        with local_checkpoint(checkpoint, SCRATCH):
            assert path.read_text() == newer
