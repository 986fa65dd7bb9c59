"""What the command says where nothing can be adopted; the rest is tests/workflow/test_adopt.py."""

import subprocess
import sys

import pytest

from emergence.config.load import load_config
from emergence.jobs.packing import shards
from emergence.jobs.shard_files import ShardFiles
from emergence.store.files import write_npz


@pytest.fixture
def adopt(repository, tmp_path):
    """Run the script in a folder of the test's own, on the default preset."""

    def run():
        return subprocess.run(
            [sys.executable, repository / "scripts" / "elsewhere" / "adopt.py"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
        )

    return run


def test_that_every_result_was_refused_is_an_error_in_one_line(adopt, tmp_path):
    job = shards(load_config([], "nam2024"), "parameters")[0]
    path = ShardFiles(tmp_path / "results" / "default" / "nam2024", job).run
    write_npz(path, {}, {})
    done = adopt()
    assert done.returncode == 2, done.stderr
    assert done.stderr.count("error: ") == 1
    assert "error: results/default: none of its 1 results could be adopted\n" in done.stderr
    assert "Traceback" not in done.stderr
    assert path.with_name(f"{path.name}.refused").exists()


def test_that_there_is_nothing_to_adopt_is_none(adopt):
    done = adopt()
    assert done.returncode == 0, done.stderr
    assert "results/default: 0 results adopted, 0 refused" in done.stderr
