"""What a change makes anew: what uses it, and nothing else. No way of running changes a number."""

import os
import re
import time

import pytest
from workflow_copies import changed_jobs, jobs_by_rule

from emergence.config.load import merge
from emergence.training.engines.choice import engine_class

pytestmark = pytest.mark.workflow
SMOKE = ("--configfile", "config/smoke.yaml")
TRAINING_RULES = {"settings", "generate", "train", "aggregate"}


def _change(workflow, pattern, old, new):
    """Put a text in place of another that stands in source files."""
    paths = [path for path in workflow.folder.glob(pattern) if old in path.read_text()]
    assert paths, f"no {pattern} has {old!r}"
    for path in paths:
        path.write_text(path.read_text().replace(old, new))


def _trained(said):
    """Experiments that a dry run would train."""
    return set(re.findall(r"Training: (\w+) ", said))


def test_places_times_words_and_other_engines_make_nothing_anew(smoke):
    """In a copy elsewhere: newer files, a reworded docstring and comment, a module that moved."""
    module = smoke.folder / "src/emergence/training/protocol.py"
    _change(smoke, "src/emergence/training/protocol.py", '"""The training', '"""Other words: the')
    smoke.append("src/emergence/training/engines/lookup/train.h", "\n/* Other words. */\n")
    smoke.append("src/emergence/training/engines/triton/engine.py", "\nCHANGED = 1\n")
    module.rename(smoke.folder / "src/emergence/models/course.py")
    _change(smoke, "**/*.py", "emergence.training.protocol", "emergence.models.course")
    later = time.time() + 1e6
    for folder in ("src", "paper", "scripts", "workflow", "config"):
        for path in (smoke.folder / folder).rglob("*.*"):
            os.utime(path, (later, later))
    assert smoke.planned(*SMOKE) == {}


def test_a_change_of_meaning_makes_anew_what_uses_it(smoke):
    smoke.append("src/emergence/training/engines/lookup/simd.h", "\nstatic int changed;\n")
    smoke.append("paper/nam2024/figures/fig09_multilinear_model.py", "\nCHANGED = 1\n")
    smoke.append("paper/nam2024/theory/equation_checks.py", "\nCHANGED = 1\n")
    said = smoke.dry_run(*SMOKE)
    assert {message for message in changed_jobs(said) if not message.startswith("Training: ")} == {
        "nam2024: theory_equation_checks",
        "Drawing fig09_multilinear_model",
    }
    two_layers = ("time", "data", "parameters")
    calibrations = ("time_calibration", "data_calibration", "parameter_calibration")
    assert _trained(said) == {*two_layers, *calibrations}
    planned = jobs_by_rule(said)
    assert planned["aggregate"] == 6
    assert "generate" not in planned


def test_changed_values_make_anew_only_their_own_jobs(smoke):
    """A longer grid, more runs, another rate, another fit; how jobs run makes no difference."""
    changes = {
        "training": {"threads": 2, "checkpoint_seconds": 7, "gpu_memory_mb": 128},
        "nam2024": {
            "experiments": {
                "data": {"dataset_sizes": [200, 300, 500, 1000]},  # smoke has all but 300
                "data_calibration": {"runs": 4},  # of three sizes, two runs a job
                "parameter_calibration": {"learning_rate": 0.02},  # of three widths
            },
            "fitting": {"confidence": 0.9},
            "theory": {"figure09": {"frequencies": [0.4, 0.2]}},
        },
    }
    said = smoke.dry_run(*SMOKE, smoke.preset("changes", changes).name)
    planned = jobs_by_rule(said)
    assert planned["settings"] == 1
    assert planned["generate"] == planned["train"] == 1 + 3 + 3
    assert planned["aggregate"] == 3
    assert planned["nam2024_fit_time_calibration"] == 1  # of the fit's options alone
    assert {rule for rule in planned if "theory" in rule} == {"nam2024_theory_figure09"}
    assert not planned.keys() & {"nam2024_rises_time", "table"}


def test_lost_files_are_made_again_without_training(smoke):
    results = smoke.folder / "results/smoke/nam2024"
    for lost in ("aggregated/time.csv", "figures/fig05_linear_network.png", "claims.csv"):
        (results / lost).unlink()
    planned = smoke.planned(*SMOKE)
    assert planned.keys() & TRAINING_RULES == {"aggregate"}
    assert planned["aggregate"] == planned["nam2024_claims"] == 1
    assert planned["written_report"] == 2  # the second paper shows runs of the first


TINY = {
    "task": {"skill_bits": 16, "sparse_bits": 2},
    "measurement": {"inputs_per_skill": 200},
    "experiments": {
        "data": {
            **{"widths": [8], "dataset_sizes": [60], "batch_size": 25},
            **{"steps": 60, "runs": 3, "initial_std": 0.3},
        }
    },
}


def _table(workflow, cores, runs_per_job):
    """Bytes of a table of all runs, made anew."""
    packed = {"experiments": {"data": {"runs_per_job": runs_per_job}}}
    config = {"training": {"engine": "lookup"}, "nam2024": merge(TINY, packed)}
    table = "results/smoke/nam2024/aggregated/data_runs.csv"
    preset = workflow.preset("tiny", config).name
    workflow.build(*SMOKE, preset, "--forceall", "--", table, cores=cores)
    return (workflow.folder / table).read_bytes()


def test_cores_and_packing_change_no_byte(fresh):
    if engine_class("lookup").missing("cpu"):
        pytest.skip("the engine lookup needs a C compiler")
    assert _table(fresh, cores=1, runs_per_job=3) == _table(fresh, cores=2, runs_per_job=2)


def test_a_damaged_shard_stops_the_workflow_and_names_the_file(smoke):
    results = smoke.folder / "results/smoke/nam2024"
    shard, table = next((results / "runs/time").rglob("*.npz")), results / "aggregated/time.csv"
    shard.write_bytes(shard.read_bytes()[:100])
    table.unlink()
    target = table.relative_to(smoke.folder)
    done = smoke.snakemake("--cores", 1, *SMOKE, "--rerun-triggers", "input", "--", target)
    assert done.returncode != 0
    assert f"{shard.name} is damaged" in done.stdout
    assert not table.exists()
