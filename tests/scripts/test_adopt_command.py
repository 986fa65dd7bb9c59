"""What the command says where nothing can be adopted; the rest is tests/workflow/test_adopt.py."""

from forked import run_script

from emergence.config.load import load_config
from emergence.jobs.packing import shards
from emergence.jobs.shard_files import ShardFiles
from emergence.store.files import write_npz


def test_that_every_result_was_refused_is_an_error_in_one_line(repository, tmp_path):
    job = shards(load_config([], "nam2024"), "parameters")[0]
    path = ShardFiles(tmp_path / "results" / "default" / "nam2024", job).run
    write_npz(path, {}, {})
    status, said = run_script(repository / "scripts" / "elsewhere" / "adopt.py", [], tmp_path)
    assert status == 2
    assert said.count("error: ") == 1
    assert "error: results/default: none of its 1 results could be adopted\n" in said
    assert path.with_name(f"{path.name}.refused").exists()
