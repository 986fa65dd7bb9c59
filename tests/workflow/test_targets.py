"""Targets with a name: listed with what they do, in plain text, deleting what they say alone."""

import os
import re
import signal
import subprocess
import sys
import time

import pytest
import yaml
import yte

pytestmark = pytest.mark.workflow
SMOKE = ("--configfile", "config/smoke.yaml")
NAMED = {"all", "plan", "figures", "tables", "verify", "benchmark", "ship", "clean_results"}


def _files(folder):
    return {
        path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_every_rule_is_listed_with_one_line_of_what_it_does(pristine):
    listed = pristine.snakemake("--list").stdout.splitlines()
    matches = [re.fullmatch(r"(\w+)(?: \((.*)\))?", line) for line in listed]
    rules = dict(match.groups() for match in matches if match)  # other lines are Snakemake's
    assert rules.keys() >= NAMED
    assert [name for name, purpose in rules.items() if not purpose] == []


def test_a_target_is_asked_for_without_a_number_of_cores(fresh):
    done = fresh.snakemake(*SMOKE, "--", "plan")
    assert done.returncode == 0, done.stdout[-2000:]
    assert "core time" in done.stdout


@pytest.mark.parametrize("words", [["--executor=slurm"], ["-e", "slurm"], ["--profile", "mine"]])
def test_a_cluster_is_not_held_to_this_machine_s_cores(repository, monkeypatch, words):
    profile = (repository / "workflow/profiles/default/config.yaml").read_text()
    monkeypatch.chdir(repository / "tests")  # where there is no configuration to check
    monkeypatch.setattr(sys, "argv", ["snakemake"])
    assert yte.process_yaml(profile)["cores"] == "all"
    monkeypatch.setattr(sys, "argv", ["snakemake", *words])
    assert "cores" not in yte.process_yaml(profile)


def test_no_colour_codes_where_no_terminal_is(smoke_built):
    assert "\x1b" not in smoke_built.output
    assert "\x1b" not in smoke_built.snakemake("--list").stdout
    failed = smoke_built.snakemake(*SMOKE, "--config", "root_seed=-1", "--dry-run")
    assert failed.returncode != 0
    assert "\x1b" not in failed.stdout


def test_clean_results_deletes_its_own_preset_alone(smoke, pristine):
    other = smoke.folder / "results" / "smoke-2" / "claims.csv"
    other.parent.mkdir()
    other.write_text("kept\n")
    expected = {p: c for p, c in _files(smoke.folder / "results").items() if p.parts[0] != "smoke"}
    said = smoke.build(*SMOKE, "--", "clean_results", cores=1)
    assert "deleted results/smoke" in said
    assert _files(smoke.folder / "results") == expected
    assert smoke.planned(*SMOKE) == pristine.planned(*SMOKE)
    assert "nothing to delete" in smoke.build(*SMOKE, "--", "clean_results", cores=1)


def test_clean_results_refuses_the_shipped_results(fresh):
    shipped = fresh.folder / "results" / "shipped"
    shipped.mkdir(parents=True, exist_ok=True)
    (shipped / "kept.csv").write_text("kept\n")
    before = _files(shipped)
    done = fresh.snakemake(
        "--cores", 1, *SMOKE, "--config", "preset=shipped", "--", "clean_results"
    )
    assert done.returncode != 0
    assert "must not be shipped" in done.stdout
    assert _files(shipped) == before


def test_clean_results_keeps_what_a_running_workflow_writes(fresh):
    endless = {
        "preset": "endless",
        "training": {"engine": "torch", "device": "cpu"},
        "experiments": {"time_calibration": {"steps": 10_000_000, "measure_every": 1_000_000}},
    }
    (fresh.folder / "endless.yaml").write_text(yaml.safe_dump(endless))
    preset = (*SMOKE, "endless.yaml")
    log = fresh.folder / "results/endless/logs/train/time_calibration/64/0000-0002.log"
    command = [sys.executable, "-m", "snakemake", "--cores", "1", *preset, "--"]
    with subprocess.Popen(
        [*command, "results/endless/aggregated/time_calibration.csv"],
        cwd=fresh.folder,
        env=os.environ | {"PYTHONPATH": str(fresh.folder / "src")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as running:
        try:
            deadline = time.monotonic() + 60
            while not log.exists() and time.monotonic() < deadline:
                assert running.poll() is None, "the workflow ended"
                time.sleep(0.1)
            done = fresh.snakemake("--cores", 1, *preset, "--", "clean_results")
        finally:
            os.killpg(running.pid, signal.SIGKILL)  # Snakemake alone would wait for its jobs
    assert done.returncode != 0
    assert "results/endless is in use" in done.stdout
    assert log.exists()
