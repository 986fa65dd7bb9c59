"""One SLURM cluster for all tests, and copies of the workflow to run on it."""

import importlib.util
import os
import shutil
import time
from pathlib import Path

import pytest
import yaml
from cluster import Cluster, Unavailable, require
from workflow_copies import Workflow

from emergence.config.load import load_config, merge
from emergence.config.settings import training_settings
from emergence.jobs.planning import time_step

SMOKE = ("--configfile", "config/smoke.yaml")
SITE = ("--profile", "tests/hpc/site", "--workflow-profile", "profiles/slurm")


def pytest_collection_modifyitems(items):
    for item in items:  # of the whole session, other folders' too
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.slurm)


@pytest.fixture(scope="session", autouse=True)
def plugins():
    """The optional environment: Snakemake's executors for schedulers."""
    for name in ("slurm", "cluster_generic"):
        if importlib.util.find_spec(f"snakemake_executor_plugin_{name}") is None:
            pytest.skip(f"executor plugin {name} is not installed: use `make test-slurm`")


@pytest.fixture(scope="session")
def cluster(tmp_path_factory):
    """A running cluster of one node; skips where SLURM cannot be started."""
    try:
        require()
        # Cores are counted, not used: the widest group of short jobs asks for three.
        with Cluster(tmp_path_factory.mktemp("slurm"), max(4, os.cpu_count())) as started:
            yield started
    except Unavailable as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def faults(tmp_path_factory):
    """Options of a preset in which `time` outlasts a limit of one minute here.

    SLURM enforces limits every half minute.
    """
    job = {"widths": [256], "batch_size": 2000, "learning_rate": 0.002, "runs": 1}
    smoke = load_config(["config/smoke.yaml"], "nam2024")
    settings = training_settings(merge(smoke, {"experiments": {"time": job}}), "time")
    settings |= {"engine": "lookup", "device": "cpu"}
    every = round(110.0 / time_step(settings, 256, 1).seconds / 100)
    experiments = {"time": {**job, "steps": 100 * every, "measure_every": every}}
    # Checkpoints can then only come from a signal.
    changes = {"training": {"checkpoint_seconds": 10000}, "nam2024": {"experiments": experiments}}
    path = tmp_path_factory.mktemp("preset") / "faults.yaml"
    path.write_text(yaml.safe_dump(changes))
    return (*SMOKE, str(path))


def _with_tests(workflow, repository):
    """A copy in which the configuration and profile of these tests are found."""
    (workflow.folder / "tests").symlink_to(repository / "tests")
    return workflow


@pytest.fixture
def copy(fresh, repository):
    """A copy of a test's own, nothing built."""
    return _with_tests(fresh, repository)


@pytest.fixture(scope="session")
def local_runs(faults, pristine, repository, tmp_path_factory, build_folder):
    """Results of the runs of that preset computed on this machine without a scheduler, as bytes."""
    folder = tmp_path_factory.mktemp("local") / "workflow"
    shutil.copytree(pristine.folder, folder)
    workflow = _with_tests(Workflow(folder, build_folder), repository)
    workflow.build(*faults, "--", "results/smoke/nam2024/aggregated/time_runs.csv")
    return results_of(workflow)


def results_of(workflow):
    """Bytes of all results of training and of the tables of `time`, by path."""
    results = workflow.folder / "results" / "smoke" / "nam2024"
    paths = [
        *(results / "runs" / "time").rglob("*.npz"),
        *(results / "aggregated" / f"time{kind}.csv" for kind in ("", "_runs")),
    ]
    assert len(paths) == 3, paths
    return {str(path.relative_to(results)): path.read_bytes() for path in paths}


def wait_for(what, condition, seconds=60.0, process=None):
    """Wait until the condition holds; fails where it does not, or the process ends before."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, f"waited {seconds:g} s for {what}"
        assert process is None or process.poll() is None, f"Snakemake ended before {what}"
        time.sleep(0.3)
    return value
