"""The presets: valid plans, the same keys everywhere, and the smoke preset built once."""

import numpy as np
import pandas as pd
import pytest
import yaml

from emergence.config.load import REPOSITORY, load_config
from emergence.jobs.packing import shards
from emergence.store.files import read_json

PRESETS = sorted(path.name for path in (REPOSITORY / "config").glob("*.yaml"))
TRAINED = ("default.yaml", "full.yaml", "smoke.yaml")
CALIBRATED = {
    "time_calibration": "squared_coupling",
    "data_calibration": "critical_samples",
    "parameter_calibration": "critical_parameters",
}


def _load(name):
    return load_config([REPOSITORY / "config" / name], "nam2024")


def _skills(config, name):
    return (config["task"] | config["experiments"][name].get("task", {}))["n_skills"]


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_changes_numbers_only(name):
    """The same keys everywhere: no preset has a code path of its own."""
    default, preset = _load("default.yaml"), _load(name)
    assert preset.keys() == default.keys()
    for key in ("task", "measurement", "training", "fitting"):
        assert preset[key].keys() == default[key].keys()
    assert default["experiments"].keys() <= preset["experiments"].keys()


# The paper's protocol (App. K; settings that it leaves open: discrepancies 1, 2, 5 and 6): n_s,
# width or sweep, runs, steps, batch, rate (0.05 after its halving at pass 0 for data), σ, decay.
PAPER = {
    "time": (5, [1000], 10, 30_000, 4000, 0.02, 0.01, 0.0),
    "data": (5, [1000], 10, 500_000, 2000, 0.025, 0.001, 0.0),
    "parameters": (5, list(range(1, 21)), 50, 500_000, 4000, 0.01, 0.01, 5e-3),
    "time_calibration": (1, [1000], 50, 2_500, 4000, 0.02, 0.01, 0.0),
    "data_calibration": (1, [1000], 50, 30_000, 2000, 0.025, 0.001, 0.0),
    "parameter_calibration": (1, list(range(1, 13)), 50, 50_000, 4000, 0.01, 0.01, 5e-3),
}


@pytest.mark.parametrize("name", PAPER)
def test_the_full_preset_is_the_protocol_of_the_paper(name):
    config = _load("full.yaml")
    experiment, n_skills = config["experiments"][name], _skills(config, name)
    sizes = [n_skills, *(experiment[key] for key in ("widths", "runs", "steps", "batch_size"))]
    rates = [experiment[key] for key in ("learning_rate", "initial_std", "weight_decay")]
    assert (*sizes, *rates) == PAPER[name]
    assert experiment["optimizer"] == ("adam" if "parameter" in name else "sgd")
    assert experiment["measure_every"] == (50 if "time" in name else None)


def test_the_full_preset_has_the_data_grids_of_the_paper():
    experiments = _load("full.yaml")["experiments"]
    grid = [*range(500, 10001, 500), *range(11000, 15001, 1000), *range(20000, 35001, 5000)]
    assert experiments["data"]["dataset_sizes"] == grid
    assert experiments["data_calibration"]["dataset_sizes"] == list(range(100, 2001, 100))
    assert experiments["data"]["schedule"] == {"factor": 0.5, "every": 50_000}


@pytest.mark.workflow
@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_can_be_planned(pristine, name):
    if (
        _load(name)["source"] == "shipped"
        and not (REPOSITORY / "results/shipped/settings").exists()
    ):
        pytest.skip("this checkout has no shipped results to redraw")
    planned = pristine.planned("--configfile", f"config/{name}")
    assert planned["all"] == 1
    if name in TRAINED:
        config = _load(name)
        trained = [e for e in config["experiments"] if e in PAPER]
        expected = sum(len(shards(config, experiment)) for experiment in trained)
        assert planned["train"] >= expected
        assert planned["generate"] == planned["train"]
        assert planned["figure"] >= 10


@pytest.mark.workflow
def test_the_default_preset_is_what_no_option_gives(pristine):
    default = pristine.planned("--configfile", "config/default.yaml")
    assert pristine.planned() == default


@pytest.mark.workflow
def test_planning_writes_no_results(pristine):
    pristine.planned("--configfile", "config/smoke.yaml")
    assert not (pristine.folder / "results" / "smoke").exists()


@pytest.mark.workflow
def test_smoke_builds_every_figure_table_and_fit(smoke_built):
    results = smoke_built.folder / "results" / "smoke"
    figures = sorted((results / "figures").glob("*.pdf"))
    assert len(figures) >= 10
    for figure in figures:
        assert figure.read_bytes().startswith(b"%PDF")
        assert figure.with_suffix(".png").read_bytes().startswith(b"\x89PNG")
        assert figure.stat().st_size > 2000
    for name in PAPER:
        runs = pd.read_csv(results / "aggregated" / f"{name}_runs.csv")
        experiment = _load("smoke.yaml")["experiments"][name]
        assert runs["run"].nunique() == experiment["runs"]
        assert runs["skill"].nunique() == _skills(_load("smoke.yaml"), name)
        assert np.isfinite(runs[["strength", "loss"]]).all(axis=None)
        assert not runs.duplicated(["value", "run", "step", "skill"]).any()
        summary = pd.read_csv(results / "aggregated" / f"{name}.csv")
        assert (summary["n"] == experiment["runs"]).all()
    for name, constant in CALIBRATED.items():
        fitted = read_json(results / "fits" / f"{name}.json")
        assert fitted["constant"] == constant
        assert 0 < fitted["low"] <= fitted["value"] <= fitted["high"]


@pytest.mark.workflow
def test_smoke_leaves_no_checkpoint_partial_file_or_traceback(smoke_built):
    results = smoke_built.folder / "results" / "smoke"
    assert not list(results.rglob("*.partial*"))
    assert not [path for path in results.glob("checkpoints/**/*") if path.is_file()]
    assert "Traceback" not in smoke_built.output
    logs = list((results / "logs").rglob("*.log"))
    assert len(logs) > 20
    for log in logs:
        assert "Traceback" not in log.read_text(), log


@pytest.mark.workflow
def test_every_job_of_smoke_has_a_benchmark(smoke_built):
    folder = smoke_built.folder / "results" / "smoke" / "benchmarks"
    trained = list((folder / "train").rglob("*.tsv"))
    config = _load("smoke.yaml")
    assert len(trained) >= sum(len(shards(config, name)) for name in PAPER)


@pytest.mark.workflow
def test_smoke_writes_nothing_outside_its_results(smoke_built, pristine):
    def files(workflow):
        return {
            str(path.relative_to(workflow.folder))
            for path in workflow.folder.rglob("*")
            if path.is_file()
        }

    new = files(smoke_built) - files(pristine)
    assert new
    assert not [path for path in new if not path.startswith(("results/smoke/", ".snakemake/"))]


def test_presets_are_commented_yaml_that_starts_with_a_purpose():
    for name in PRESETS:
        text = (REPOSITORY / "config" / name).read_text()
        assert text.startswith("# "), name
        assert yaml.safe_load(text), name
