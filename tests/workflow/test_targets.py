"""Targets with a name: listed with what they do, and deleting only what they say."""

import os
import re
import signal
import time

import pytest

from emergence.papers import load_paper

pytestmark = pytest.mark.workflow
SMOKE = ("--configfile", "config/smoke.yaml")
NAMED = {"all", "plan", "figures", "tables", "verify", "benchmark", "ship", "clean_results"}


def test_every_rule_is_listed_with_one_line_of_what_it_does(pristine):
    listed = pristine.snakemake("--list").stdout.splitlines()
    matches = [re.fullmatch(r"(\w+)(?: \((.*)\))?", line) for line in listed]
    rules = dict(match.groups() for match in matches if match)  # other lines are Snakemake's
    assert rules.keys() >= NAMED | {"nam2024", "nam2025", "nam2024_claims"}
    assert [name for name, purpose in rules.items() if not purpose] == []


def test_a_paper_that_is_asked_for_trains_nothing_of_another(pristine):
    """Its files are shipped, or taken from where they are made."""
    planned = pristine.planned("nam2025")
    assert planned["train"] == len(load_paper("paper/nam2025").experiments)
    assert planned["figure"] == len(load_paper("paper/nam2025").figures)
    assert pristine.planned("nam2024")["figure"] == len(load_paper("paper/nam2024").figures)
    both = pristine.dry_run(*SMOKE, "--", "nam2024", "nam2025")
    for said, folder in ((pristine.dry_run(*SMOKE, "--", "nam2025"), "shipped"), (both, "smoke")):
        assert f"Taking results/{folder}/nam2024/aggregated/time.csv for nam2025" in said


def test_what_another_paper_has_built_is_taken(smoke_built):
    said = smoke_built.dry_run(*SMOKE, "--", "nam2025")
    assert "Nothing to be done" in said


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
