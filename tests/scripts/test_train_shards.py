"""Training shards from the command line, with no YAML library where there is none."""

import json
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from forked import run_script

from emergence.config.configuration_file import NoYaml, read_configuration
from emergence.jobs.missing_shards import Outcome

PRESET = """
preset: tiny
training: {engine: torch, device: cpu}
nam2024:
  measurement: {inputs_per_skill: 64}
  experiments:
    parameters: {widths: [2], batch_size: 20, steps: 300, runs: 2, runs_per_job: 1}
  tables: {table05: {width: 2, n_runs: 2}}
"""
# Runs a script without modules that a machine for training alone may lack.
BARE = """
import runpy, sys
for name in ("yaml", "pydantic", "snakemake"):
    sys.modules[name] = None
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@pytest.fixture
def call(repository, tmp_path):
    """Run a script in a folder of the test's own, `bare`: without what such machines may lack."""

    def run(script, *arguments, bare=False):
        path = repository / "scripts" / script
        command = [sys.executable, *(["-c", BARE] if bare else []), path, *arguments]
        return subprocess.run(
            list(map(str, command)), cwd=tmp_path, capture_output=True, text=True, timeout=120
        )

    return run


@pytest.fixture(scope="module")
def written(repository, tmp_path_factory):
    """The whole configuration as JSON, written where YAML can be read."""
    folder = tmp_path_factory.mktemp("whole")
    (folder / "tiny.yaml").write_text(PRESET)
    arguments = ("--whole", "--config", "tiny.yaml", "--output", "tiny.json")
    assert run_script(repository / "scripts" / "settings.py", arguments, folder) == (0, "")
    return folder


@pytest.fixture
def whole(written, tmp_path):
    """A copy of it."""
    shutil.copy(written / "tiny.yaml", tmp_path)
    return Path(shutil.copy(written / "tiny.json", tmp_path))


def test_shards_are_trained_without_yaml_in_calls_of_limited_time(call, whole, tmp_path):
    arguments = ("--config", "tiny.json", "--experiments", "parameters")
    first = call("elsewhere/train_shards.py", *arguments, "--time-limit", 0.01, bare=True)
    assert first.returncode == 75, first.stderr
    assert "stopped by the time limit at step" in first.stderr
    assert "shards: 0 done, 0 failed, 2 left" in first.stderr
    assert "Traceback" not in first.stderr
    results = tmp_path / "results" / "tiny" / "nam2024"
    assert len(list(results.glob("checkpoints/parameters/2/*.npz"))) == 1
    second = call("elsewhere/train_shards.py", *arguments, bare=True)
    assert second.returncode == 0, second.stderr
    assert "resuming from" in second.stderr
    assert "shards: 2 done, 0 failed, 0 left" in second.stderr
    names = ["0000-0000.npz", "0001-0001.npz"]
    for kind in ("runs", "data"):
        found = sorted((results / kind / "parameters" / "2").iterdir())
        assert [path.name for path in found] == names
    assert not [path for path in results.glob("checkpoints/**/*") if path.is_file()]


@pytest.mark.parametrize(("given", "taken"), [([], 60.0), (["0"], 0.0), (["7.5"], 7.5)])
def test_a_time_between_checkpoints_overrides_the_configuration(
    repository, whole, monkeypatch, given, taken
):
    script = runpy.run_path(str(repository / "scripts" / "elsewhere/train_shards.py"))
    main, seen = script["main"], []

    def train(config, names, results, deadline, checkpoint_seconds, *others):
        seen.append(checkpoint_seconds)
        return Outcome()

    monkeypatch.setitem(main.__globals__, "train_missing_shards", train)
    options = ["--checkpoint-seconds", *given] if given else []
    assert main(script["parser"].parse_args(["--config", str(whole), *options])) is None
    assert seen == [taken]


def test_yaml_where_it_cannot_be_read_ends_in_one_line(call, whole):
    done = call("elsewhere/train_shards.py", "--config", "tiny.yaml", bare=True)
    assert done.returncode == 2
    assert "settings.py --whole" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--config", "tiny.json", "--experiments", "tme"], "no experiment tme; known: "),
        (["--config", "absent.json"], "absent.json"),
    ],
)
def test_wrong_arguments_end_in_one_line(call, whole, arguments, said):
    done = call("elsewhere/train_shards.py", *arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_the_same_configuration_from_yaml_and_json(whole, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert read_configuration([whole]) == read_configuration([tmp_path / "tiny.yaml"])
    assert json.loads(whole.read_text())["preset"] == "tiny"
    monkeypatch.setitem(sys.modules, "emergence.config.load", None)
    with pytest.raises(NoYaml, match="cannot be read here"):
        read_configuration([tmp_path / "tiny.yaml"])
