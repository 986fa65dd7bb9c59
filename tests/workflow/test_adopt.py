"""Results trained without Snakemake are up to date for it where settings and code are the same."""

import os
import shutil

import pytest

from emergence.store.files import read_npz, write_npz

pytestmark = pytest.mark.workflow
SMOKE = ("--configfile", "config/smoke.yaml")
RESULTS = "results/smoke/nam2024"
TABLE = f"{RESULTS}/aggregated/parameters.csv"


def _script(workflow, name, *arguments):
    done = workflow.call(f"scripts/elsewhere/{name}", "--config", "config/smoke.yaml", *arguments)
    assert done.returncode == 0, done.stdout[-4000:]
    return done.stdout


def _rewrite(path, **changes):
    arrays, record = read_npz(path)
    write_npz(path, arrays, record | changes)


def test_adopted_results_are_up_to_date_and_refused_ones_are_trained(fresh):
    _script(fresh, "train_shards.py", "--experiments", "parameters")
    trained = sorted((fresh.folder / RESULTS / "runs/parameters").glob("*/*.npz"))
    assert len(trained) == 4
    other_code, other_settings = trained[0], trained[-1]
    original = other_code.read_bytes()
    _rewrite(other_code, code={"digest": "0" * 64, "modules": {}})
    _rewrite(other_settings, settings_digest="1" * 64)
    os.utime(trained[1], (1, 1))  # brought back with a date of its own
    shutil.rmtree(fresh.folder / RESULTS / "data")

    said = _script(fresh, "adopt.py")
    assert "2 results adopted, 2 refused" in said
    assert f"refused: {other_code.relative_to(fresh.folder)}: made with another meaning of" in said
    assert f"refused: {other_settings.relative_to(fresh.folder)}: made with other settings" in said
    for path in (other_code, other_settings):
        assert not path.exists()
        assert path.with_name(f"{path.name}.refused").exists()

    assert fresh.planned(*SMOKE, "--", TABLE) == {"generate": 2, "train": 2, "aggregate": 1}
    # The rule's own result is the same, byte for byte.
    fresh.build(*SMOKE, "--", other_code.relative_to(fresh.folder))
    assert other_code.read_bytes() == original

    # What was adopted is trained again like anything else when its code changes.
    fresh.append("src/emergence/training/protocol.py", "\nCHANGED = 1\n")
    assert fresh.planned(*SMOKE, "--", TABLE)["train"] == 4
