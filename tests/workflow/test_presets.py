"""Every preset can be planned by the command in its first lines; what building one leaves."""

import json
import re
import runpy
import shlex
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from emergence.config.load import REPOSITORY, load_config
from emergence.jobs.packing import shards

pytestmark = pytest.mark.workflow
# full is as default, and all other tests plan smoke
PRESETS = sorted(
    path for path in (REPOSITORY / "config").glob("*.yaml") if path.stem not in ("full", "smoke")
)
EXPERIMENTS = load_config([REPOSITORY / "config" / "smoke.yaml"], "nam2024")["experiments"]


@pytest.mark.parametrize("path", PRESETS, ids=lambda path: path.stem)
def test_every_preset_can_be_planned(pristine, path):
    """With the targets that its purpose names, if it names any."""
    purpose = re.match(r"(# .*\n)+", path.read_text())[0].replace("\n#", "")
    command = re.search(r"`snakemake --cores all (.*?)`", purpose)
    arguments = shlex.split(command[1]) if command else ["--configfile", f"config/{path.name}"]
    assert f"config/{path.name}" in arguments
    planned = pristine.planned(*arguments)
    config = load_config([path], "nam2024")
    if config["source"] == "shipped":
        assert not planned.keys() & {"settings", "generate", "train", "aggregate"}
    elif not command:
        papers = [load_config([path], Path(folder).name) for folder in config["papers"]]
        jobs = sum(len(shards(paper, name)) for paper in papers for name in paper["experiments"])
        assert planned["train"] == planned["generate"] == jobs
    if not command:
        figures = 18 + 12 * (len(config["papers"]) - 1)  # five of nam2024's are of studies
        assert (planned["figure"], planned["table"], planned["all"]) == (figures, 6, 1)
    assert not (pristine.folder / "results" / config["preset"]).exists()


@pytest.fixture(scope="module")
def results(smoke_built):
    """Results of the smoke preset."""
    return smoke_built.folder / "results" / "smoke" / "nam2024"


def test_smoke_builds_every_figure_and_tidy_tables(results):
    figures = sorted((results / "figures").glob("*.pdf"))
    assert len(figures) == 18
    for figure in figures:
        assert figure.read_bytes().startswith(b"%PDF")
        assert figure.with_suffix(".png").read_bytes().startswith(b"\x89PNG")
    for name, block in EXPERIMENTS.items():
        runs = pd.read_csv(results / "aggregated" / f"{name}_runs.csv")
        assert runs["run"].nunique() == block["runs"]
        assert np.isfinite(runs[["strength", "loss"]]).all(axis=None)
        assert not runs.duplicated(["value", "run", "step", "skill"]).any()
        summary = pd.read_csv(results / "aggregated" / f"{name}.csv")
        assert (summary["n"] == block["runs"]).all()
    for fit in (results / "fits").glob("*_calibration.json"):
        fitted = json.loads(fit.read_text())
        assert 0 < fitted["low"] <= fitted["value"] <= fitted["high"]


def test_smoke_leaves_nothing_half_done_and_nothing_elsewhere(smoke_built, pristine, results):
    assert not list(results.rglob("*.partial*"))
    assert not [path for path in results.glob("checkpoints/**/*") if path.is_file()]
    assert "\x1b" not in smoke_built.output  # no colours where no terminal is
    for said in (smoke_built.output, *(log.read_text() for log in results.glob("logs/**/*.log"))):
        assert "Traceback" not in said
    old, new = (
        {path.relative_to(w.folder) for path in w.folder.rglob("*") if path.is_file()}
        for w in (pristine, smoke_built)
    )
    assert {path.parts[:2] for path in new - old if path.parts[0] != ".snakemake"} == {
        ("results", "smoke")
    }


def test_the_manifest_counts_every_job_once(results):
    manifest = json.loads((results / "manifest.json").read_text())
    timed, runs = list(results.glob("benchmarks/**/*.tsv")), list(results.glob("runs/**/*.npz"))
    assert (manifest["cost"]["jobs"], manifest["cost"]["jobs_not_timed"]) == (len(timed), 0)
    training = [row for rows in manifest["training"].values() for row in rows]
    assert sum(row["jobs"] for row in training) == len(runs)


def test_jobs_of_an_earlier_configuration_cost_nothing(smoke_built, tmp_path, monkeypatch):
    changes = {"nam2024": {"experiments": {"data": {"dataset_sizes": [200, 500]}}}}  # without 1000
    (tmp_path / "fewer.yaml").write_text(json.dumps(changes))
    smoke = REPOSITORY / "config" / "smoke.yaml"
    monkeypatch.chdir(smoke_built.folder)
    script = runpy.run_path(str(REPOSITORY / "scripts" / "manifest.py"))

    def jobs(*files):
        config = json.dumps(load_config(files, "nam2024"))
        folder = "results/smoke/nam2024"
        made = ("--output", str(tmp_path / "manifest.json"), "--outputs", f"{folder}/claims.csv")
        arguments = ["--config-json", config, "--benchmarks", f"{folder}/benchmarks", *made]
        script["main"](script["parser"].parse_args([*arguments, "--sharded-rules", "train"]))
        return json.loads((tmp_path / "manifest.json").read_text())["cost"]["jobs"]

    assert jobs(smoke, tmp_path / "fewer.yaml") == jobs(smoke) - 1
