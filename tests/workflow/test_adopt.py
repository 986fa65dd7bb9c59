"""Results trained without Snakemake are up to date for it where settings and code are the same."""

import os
import shutil
import subprocess
import sys

import pytest

from emergence.store.files import read_npz, write_npz

pytestmark = pytest.mark.workflow
PRESETS = ("config/smoke.yaml", "changes.yaml")
SMOKE = ("--configfile", *PRESETS)
CHANGES = {"training": {"device": "cpu", "engine": "torch"}}
RUNS = "results/smoke/runs/parameters"


@pytest.fixture
def script(fresh):
    """Run a script of the copy."""
    fresh.preset("changes", CHANGES)

    def call(name, *arguments):
        done = subprocess.run(
            [sys.executable, f"scripts/{name}", "--config", *PRESETS, *arguments],
            cwd=fresh.folder,
            env=os.environ | {"PYTHONPATH": str(fresh.folder / "src")},
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr[-2000:] + done.stdout[-2000:]
        return done.stderr

    return call


def _rewrite(path, **changes):
    arrays, record = read_npz(path)
    write_npz(path, arrays, record | changes)


def test_adopted_results_are_up_to_date_and_refused_ones_are_trained(fresh, script):
    everything = fresh.planned(*SMOKE)
    script("elsewhere/train_shards.py", "--experiments", "parameters")
    trained = sorted((fresh.folder / RUNS).glob("*/*.npz"))
    assert len(trained) == 8
    other_code, other_settings = trained[0], trained[-1]
    original = other_code.read_bytes()
    _rewrite(other_code, code={"digest": "0" * 64, "modules": {}})
    _rewrite(other_settings, settings_digest="1" * 64)
    os.utime(trained[1], (1, 1))  # brought back with a date of its own
    shutil.rmtree(fresh.folder / RUNS.replace("runs", "data"))

    said = script("elsewhere/adopt.py")
    assert "6 results adopted, 2 refused" in said
    assert f"refused: {other_code.relative_to(fresh.folder)}: made with another meaning of" in said
    assert f"refused: {other_settings.relative_to(fresh.folder)}: made with other settings" in said
    for path in (other_code, other_settings):
        assert not path.exists()
        assert path.with_name(f"{path.name}.refused").exists()

    planned = fresh.planned(*SMOKE)
    assert planned["train"] == everything["train"] - 6
    assert planned["generate"] == everything["generate"] - 6
    assert planned["settings"] == everything["settings"] - 1
    table = "results/smoke/aggregated/parameters.csv"
    # the rule's own result is the same, byte for byte
    fresh.build(*SMOKE, "--", other_code.relative_to(fresh.folder))
    assert other_code.read_bytes() == original
    left = {"generate": 1, "train": 1, "aggregate": 1}
    assert fresh.planned(*SMOKE, "--", table) == left

    # What was adopted is not taken for what it is not, when things change later.
    fresh.preset("more", {"experiments": {"parameters": {"learning_rate": 0.02}}})
    changed = fresh.planned(*SMOKE, "more.yaml", "--", table)
    assert changed == {"settings": 1, "generate": 8, "train": 8, "aggregate": 1}
    for source in (fresh.folder / "src").rglob("*.py"):
        os.utime(source)  # newer, and the same
    assert fresh.planned(*SMOKE, "--", table) == left
    fresh.append("src/emergence/training/protocol.py", "\n# changed\n")
    assert fresh.planned(*SMOKE, "--", table)["train"] == 8


def test_adopting_where_nothing_was_trained_does_nothing(fresh, script):
    assert "0 results adopted, 0 refused" in script("elsewhere/adopt.py")
    assert not (fresh.folder / "results" / "smoke").exists()
