"""What is rebuilt when something changes, and that no way of running changes a number."""

import copy

import pytest
import yaml

from emergence.config.load import load_config
from emergence.jobs.packing import shards
from emergence.models.architectures import is_transformer
from emergence.training.engines.choice import choice as engines

pytestmark = pytest.mark.workflow
SMOKE = ("--configfile", "config/smoke.yaml")
TRAINING_RULES = {"settings", "generate", "train", "aggregate"}


def _with(workflow, changes):
    """Arguments for the smoke preset with changes laid over it."""
    path = workflow.preset("changes", changes)
    return ("--configfile", "config/smoke.yaml", path.name)


def test_a_second_build_has_nothing_to_do(smoke_built):
    assert smoke_built.planned(*SMOKE) == {}


def test_a_copy_elsewhere_has_nothing_to_do(smoke):
    assert smoke.planned(*SMOKE) == {}


def test_rewriting_the_same_content_makes_nothing_stale(smoke):
    for path in (smoke.folder / "src").rglob("*.py"):
        path.write_bytes(path.read_bytes())
    assert smoke.planned(*SMOKE) == {}


def test_changed_plotting_code_redraws_figures_alone(smoke):
    smoke.append("src/emergence/exhibits/style.py", "\n# changed\n")
    planned = smoke.planned(*SMOKE)
    assert planned["figure"] >= 10
    assert planned.keys() <= {"figure", "all", "manifest", "paper", "report"}


def test_a_changed_figure_module_redraws_that_figure_alone(smoke):
    smoke.append("paper/nam2024/figures/fig09_multilinear_model.py", "\n# changed\n")
    assert smoke.planned(*SMOKE).get("figure") == 1


def test_changed_training_code_makes_all_training_stale(smoke, pristine):
    smoke.append("src/emergence/training/protocol.py", "\n# changed\n")
    planned, everything = smoke.planned(*SMOKE), pristine.planned(*SMOKE)
    assert planned["train"] == everything["train"]
    assert planned["aggregate"] == everything["aggregate"]
    assert "generate" not in planned


@pytest.mark.parametrize("source", ["lookup.c", "simd.h"])
def test_changed_compiled_code_makes_training_of_two_layer_networks_stale(smoke, source):
    smoke.append(f"src/emergence/training/{source}", "\n/* changed */\n")
    config = load_config([smoke.folder / "config" / "smoke.yaml"])
    two_layers = [n for n, block in config["experiments"].items() if not is_transformer(block)]
    expected = sum(len(shards(config, name)) for name in two_layers)
    assert smoke.planned(*SMOKE)["train"] == expected


def test_changed_theory_code_trains_nothing(smoke):
    smoke.append("src/emergence/theory/closed_forms.py", "\n# changed\n")
    planned = smoke.planned(*SMOKE)
    assert {"fit", "predict", "theory_figure09"} <= planned.keys()
    assert not planned.keys() & TRAINING_RULES


def test_changed_fitting_options_refit_and_train_nothing(smoke):
    planned = smoke.planned(*_with(smoke, {"fitting": {"confidence": 0.9}}))
    assert planned["fit"] == 3
    assert not planned.keys() & TRAINING_RULES


def test_how_jobs_run_changes_nothing_that_was_made(smoke):
    """Threads, checkpoints and memory decide how a job runs, not what it computes."""
    changes = {"threads": 2, "checkpoint_seconds": 7, "gpu_memory_mb": 128}
    planned = smoke.planned(*_with(smoke, {"training": changes}))
    assert "train" not in planned


def test_a_longer_grid_adds_only_its_own_jobs(smoke):
    sizes = [200, 300, 500, 1000]  # smoke has all but 300
    changes = {"experiments": {"data": {"dataset_sizes": sizes}}}
    planned = smoke.planned(*_with(smoke, changes))
    assert planned["train"] == planned["generate"] == 1
    assert planned["aggregate"] == 1
    assert "settings" not in planned


def test_more_runs_add_only_their_own_jobs(smoke):
    """Where the new runs fill new jobs: smoke packs two runs of data to a job."""
    planned = smoke.planned(*_with(smoke, {"experiments": {"data": {"runs": 4}}}))
    assert planned["train"] == 3  # one for each of three sizes
    assert planned["aggregate"] == 1


def test_a_changed_learning_rate_trains_that_experiment_alone(smoke):
    planned = smoke.planned(*_with(smoke, {"experiments": {"data": {"learning_rate": 0.04}}}))
    assert planned["settings"] == planned["aggregate"] == 1
    assert planned["generate"] == planned["train"] == 3
    assert planned["predict"] == 1
    assert "fit" not in planned  # calibration stands on other experiments


def test_a_lost_table_is_aggregated_again_without_training(smoke):
    (smoke.folder / "results/smoke/aggregated/time.csv").unlink()
    planned = smoke.planned(*SMOKE, "--", "results/smoke/aggregated/time.csv")
    assert planned["aggregate"] == 1
    assert not planned.keys() & {"train", "generate", "settings"}


def test_until_aggregate_stops_before_fits_and_figures(pristine):
    planned = pristine.planned(*SMOKE, "--until", "aggregate")
    assert planned.keys() == TRAINING_RULES


def test_forcing_figures_redraws_them_alone(smoke):
    planned = smoke.planned(*SMOKE, "--forcerun", "figure")
    assert planned["figure"] >= 10
    assert not planned.keys() & (TRAINING_RULES | {"fit", "predict"})
    assert not [rule for rule in planned if rule.startswith("theory")]


def test_one_figure_is_built_from_what_it_needs_alone(pristine):
    target = "results/smoke/figures/fig09_multilinear_model.pdf"
    planned = pristine.planned(*SMOKE, "--", target)
    assert planned == {"figure": 1, "theory_figure09": 1}


def test_shipped_tables_are_redrawn_without_training(smoke):
    smoke.build(*SMOKE, "--", "ship", cores=1)
    arguments = ("--configfile", "config/smoke.yaml", "config/redraw.yaml")
    planned = smoke.planned(*arguments)
    config = load_config([smoke.folder / "config" / "smoke.yaml"])
    assert planned["take_shipped"] == len(config["experiments"])
    assert planned["figure"] >= 10
    assert planned["fit"] == 3
    assert not planned.keys() & TRAINING_RULES


# The same numbers however they are computed

TINY = {
    "preset": "tiny",
    "task": {"skill_bits": 16, "sparse_bits": 2},
    "measurement": {"inputs_per_skill": 200},
    "experiments": {
        "data": {
            "widths": [8],
            "dataset_sizes": [60],
            "batch_size": 25,
            "steps": 60,
            "runs": 3,
            "initial_std": 0.3,
        },
        "parameters": {
            "widths": [10],
            "batch_size": 40,
            "steps": 60,
            "runs": 3,
            "initial_std": 0.3,
        },
    },
}


def _tables(workflow, names, cores, engine, runs_per_job):
    """Bytes of the tables of all runs and of their means."""
    config = copy.deepcopy(TINY)
    config["training"] = {"engine": engine, "device": "cpu"}
    for experiment in config["experiments"].values():
        experiment["runs_per_job"] = runs_per_job
    path = workflow.folder / "tiny.yaml"
    path.write_text(yaml.safe_dump(config))
    tables = [f"results/tiny/aggregated/{n}{kind}.csv" for n in names for kind in ("", "_runs")]
    workflow.build("--configfile", path.name, "--forceall", "--", *tables, cores=cores)
    return [(workflow.folder / table).read_bytes() for table in tables]


def test_cores_and_packing_change_no_byte_of_the_lookup_engine(fresh):
    if engines._missing_for_lookup():
        pytest.skip("the lookup engine needs a C compiler")
    names = ("data", "parameters")
    expected = _tables(fresh, names, cores=1, engine="lookup", runs_per_job=3)
    assert _tables(fresh, names, cores=2, engine="lookup", runs_per_job=2) == expected


def test_cores_change_no_byte_of_the_reference_engine(fresh):
    expected = _tables(fresh, ("data",), cores=1, engine="torch", runs_per_job=2)
    assert _tables(fresh, ("data",), cores=2, engine="torch", runs_per_job=2) == expected


def test_a_damaged_shard_stops_the_workflow_and_names_the_file(smoke):
    shard = next((smoke.folder / "results/smoke/runs/time").rglob("*.npz"))
    shard.write_bytes(shard.read_bytes()[:100])
    (smoke.folder / "results/smoke/aggregated/time.csv").unlink()
    done = smoke.snakemake(
        "--cores", 1, *SMOKE, "--rerun-triggers", "input", "--", "results/smoke/aggregated/time.csv"
    )
    assert done.returncode != 0
    assert f"{shard.name} is damaged" in done.stdout
    assert not (smoke.folder / "results/smoke/aggregated/time.csv").exists()
