"""Targets with a name: listed with what they do, and deleting only what they say."""

import os
import re
import signal
import time

import pytest

pytestmark = pytest.mark.workflow
SMOKE = ("--configfile", "config/smoke.yaml")
NAMED = {"all", "plan", "figures", "tables", "verify", "benchmark", "ship", "clean_results"}


def test_every_rule_is_listed_with_one_line_of_what_it_does(pristine):
    listed = pristine.snakemake("--list").stdout.splitlines()
    matches = [re.fullmatch(r"(\w+)(?: \((.*)\))?", line) for line in listed]
    rules = dict(match.groups() for match in matches if match)  # other lines are Snakemake's
    assert rules.keys() >= NAMED | {"nam2024", "nam2024_claims"}
    assert [name for name, purpose in rules.items() if not purpose] == []


def test_the_plan_is_printed(fresh):
    assert "core time" in fresh.build(*SMOKE, "--", "plan", cores=1)


def test_clean_results_deletes_only_its_own_preset(smoke):
    other = smoke.folder / "results" / "smoke-2" / "claims.csv"
    other.parent.mkdir()
    other.write_text("kept\n")
    shipped = list((smoke.folder / "results" / "shipped").rglob("*"))
    said = smoke.build(*SMOKE, "--", "clean_results", cores=1)
    assert "deleted results/smoke" in said
    assert {path.name for path in (smoke.folder / "results").iterdir()} == {"shipped", "smoke-2"}
    assert all(path.exists() for path in (other, *shipped))
    assert smoke.planned(*SMOKE).keys() >= {"settings", "train", "figure", "written_report"}


def test_clean_results_keeps_what_a_running_workflow_writes(fresh):
    block = {"steps": 10_000_000, "measure_every": 1_000_000}
    endless = {"preset": "endless", "nam2024": {"experiments": {"time_calibration": block}}}
    preset = (*SMOKE, fresh.preset("endless", endless).name)
    results = "results/endless/nam2024"
    run = f"{results}/runs/time_calibration/64/0000-0001.npz"
    log = fresh.folder / results / "logs/train/time_calibration/64/0000-0001.log"
    running = fresh.start("-m", "snakemake", "--cores", 1, *preset, "--", run)
    try:
        deadline = time.monotonic() + 300
        while not log.exists() and time.monotonic() < deadline:
            assert running.poll() is None, "the workflow ended"
            time.sleep(0.1)
        done = fresh.snakemake("--cores", 1, *preset, "--", "clean_results")
    finally:
        os.killpg(running.pid, signal.SIGKILL)  # Snakemake alone would wait for its jobs
        running.communicate()
    assert done.returncode != 0
    assert "results/endless is in use" in done.stdout
    assert log.exists()
