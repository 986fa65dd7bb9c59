"""Training shards from the command line, with no YAML library where there is none."""

import json
import runpy
import subprocess
import sys

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
def whole(repository, tmp_path):
    """The whole configuration as JSON, written where YAML can be read."""
    (tmp_path / "tiny.yaml").write_text(PRESET)
    arguments = ("--whole", "--config", "tiny.yaml", "--output", "tiny.json")
    assert run_script(repository / "scripts" / "settings.py", arguments, tmp_path) == (0, "")
    return tmp_path / "tiny.json"


@pytest.mark.usefixtures("whole")
def test_shards_are_trained_without_yaml_in_calls_of_limited_time(repository, tmp_path):
    def call(*limit):
        script = repository / "scripts" / "elsewhere" / "train_shards.py"
        arguments = ["--config", "tiny.json", "--experiments", "parameters", *limit]
        command = [sys.executable, "-c", BARE, script, *arguments]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
        assert "Traceback" not in done.stderr
        return done.returncode, done.stderr

    status, said = call("--time-limit", "0.01")
    assert status == 75, said
    assert "stopped by the time limit at step" in said
    assert "shards: 0 done, 0 failed, 2 left" in said
    results = tmp_path / "results" / "tiny" / "nam2024"
    assert len(list(results.glob("checkpoints/parameters/2/*.npz"))) == 1
    status, said = call()
    assert status == 0, said
    assert "resuming from" in said
    assert "shards: 2 done, 0 failed, 0 left" in said
    for kind in ("runs", "data"):
        found = sorted((results / kind / "parameters" / "2").iterdir())
        assert [path.name for path in found] == ["0000-0000.npz", "0001-0001.npz"]
    assert not [path for path in results.glob("checkpoints/**/*") if path.is_file()]


@pytest.mark.parametrize(("given", "taken"), [([], 60.0), (["0"], 0.0)])
def test_a_time_between_checkpoints_overrides_the_configuration(
    repository, whole, monkeypatch, given, taken
):
    script = runpy.run_path(str(repository / "scripts" / "elsewhere/train_shards.py"))
    main, seen = script["main"], []

    def train(config, names, results, limits):
        seen.append(limits.checkpoint_seconds)
        return Outcome()

    monkeypatch.setitem(main.__globals__, "train_missing_shards", train)
    options = ["--checkpoint-seconds", *given] if given else []
    assert main(script["parser"].parse_args(["--config", str(whole), *options])) is None
    assert set(seen) == {taken}


def test_the_same_configuration_from_yaml_and_json(whole, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert read_configuration([whole]) == read_configuration([tmp_path / "tiny.yaml"])
    assert json.loads(whole.read_text())["preset"] == "tiny"
    monkeypatch.setitem(sys.modules, "emergence.config.load", None)
    with pytest.raises(NoYaml, match="cannot be read here"):
        read_configuration([tmp_path / "tiny.yaml"])
