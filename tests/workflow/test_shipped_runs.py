"""Results trained without Snakemake are taken where settings and code are the same."""

import shutil

import pandas as pd
import pytest

from emergence.store.files import read_npz, write_npz

pytestmark = pytest.mark.workflow
SMOKE = ("--configfile", "config/smoke.yaml")
RESULTS, SHIPPED = "results/smoke/nam2024", "results/shipped/nam2024"


def _script(workflow, name, *arguments):
    done = workflow.call(f"scripts/elsewhere/{name}", "--config", "config/smoke.yaml", *arguments)
    assert done.returncode == 0, done.stdout[-4000:]
    return done.stdout


def _rewrite(path, **changes):
    arrays, record = read_npz(path)
    write_npz(path, arrays, record | changes)


def _cost(shipped):
    """What jobs of the smoke preset cost."""
    return pd.read_csv(shipped / "runs/cost.csv").query("preset == 'smoke'")


def test_what_is_shipped_is_taken_and_what_is_not_this_job_s_result_is_trained(fresh):
    _script(fresh, "train_shards.py", "--experiments", "parameters")
    results, shipped = fresh.folder / RESULTS, fresh.folder / SHIPPED
    names = sorted(p.relative_to(results) for p in (results / "runs").rglob("*.npz"))
    assert len(names) == 4
    trained = {name: (results / name).read_bytes() for name in names}
    other_settings, other_code = results / names[0], shipped / names[1]
    _rewrite(other_settings, settings_digest="1" * 64)
    said = _script(fresh, "ship_runs.py")
    assert f"left out: {RESULTS}/{names[0]}: made with other settings" in said
    assert "nam2024 parameters: 3 of 4 jobs shipped" in said
    assert len(_cost(shipped)) == 3
    assert _cost(shipped)["cpu_seconds"].isna().all()  # Snakemake trained none of them
    _rewrite(other_code, code={"digest": "0" * 64, "modules": {}})
    shutil.rmtree(results)
    fresh.build(*SMOKE, "--", f"{RESULTS}/aggregated/parameters.csv")
    logs = [(results / f"logs/train/{n.relative_to('runs')}").with_suffix(".log") for n in names]
    taken = [
        f"taken from {SHIPPED}/{n}" in log.read_text() for n, log in zip(names, logs, strict=True)
    ]
    assert taken == [False, False, True, True]
    assert "is not used: made with another meaning of" in logs[1].read_text()
    assert {name: (results / name).read_bytes() for name in names} == trained
    other_code.unlink()
    _script(fresh, "ship_runs.py")
    cost = _cost(shipped)
    assert len(cost) == 4
    assert cost["processor"].notna().sum() == 2  # those that Snakemake trained
    assert (cost["run_steps"] > 0).all()
