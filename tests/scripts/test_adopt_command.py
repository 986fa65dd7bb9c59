"""What the command says where nothing can be adopted; the rest is tests/workflow/test_adopt.py."""

import pytest
from forked import run_script

from emergence.config.load import load_config
from emergence.jobs.packing import shards
from emergence.jobs.shard_files import ShardFiles
from emergence.store.files import write_npz


@pytest.fixture
def adopt(repository, tmp_path):
    """Run the script in a folder of the test's own, on the default preset."""
    script = repository / "scripts" / "elsewhere" / "adopt.py"
    return lambda: run_script(script, [], tmp_path)


def test_that_every_result_was_refused_is_an_error_in_one_line(adopt, tmp_path):
    job = shards(load_config([], "nam2024"), "parameters")[0]
    path = ShardFiles(tmp_path / "results" / "default" / "nam2024", job).run
    write_npz(path, {}, {})
    status, said = adopt()
    assert status == 2
    assert said.count("error: ") == 1
    assert "error: results/default: none of its 1 results could be adopted\n" in said
    assert "Traceback" not in said
    assert path.with_name(f"{path.name}.refused").exists()


def test_that_there_is_nothing_to_adopt_is_none(adopt):
    status, said = adopt()
    assert status == 0
    assert "results/default: 0 results adopted, 0 refused" in said
