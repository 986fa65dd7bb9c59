"""One SLURM cluster for all tests, and copies of the workflow to run on it."""

from pathlib import Path

import pytest
import yaml
from cluster import running_cluster

from emergence.config.load import load_config, merge
from emergence.config.settings import training_settings
from emergence.jobs.planning import time_step

SMOKE = ("--configfile", "config/smoke.yaml")
SITE = ("--profile", "tests/hpc/site", "--workflow-profile", "profiles/slurm")


def pytest_collection_modifyitems(items):
    for item in items:  # of the whole session, other folders' too
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.slurm)


@pytest.fixture(scope="session")
def cluster(tmp_path_factory):
    """A running cluster of one node; skips where SLURM cannot be started."""
    with running_cluster(tmp_path_factory.mktemp("slurm")):
        yield


@pytest.fixture
def faults(tmp_path):
    """Options of a preset in which `time` outlasts a limit of one minute here.

    SLURM enforces limits every half minute.
    """
    job = {"widths": [256], "batch_size": 2000, "learning_rate": 0.002, "runs": 1}
    smoke = load_config(["config/smoke.yaml"], "nam2024")
    settings = training_settings(merge(smoke, {"experiments": {"time": job}}), "time")
    settings |= {"engine": "lookup", "device": "cpu"}
    every = round(110.0 / time_step(settings, 256, 1) / 100)
    experiments = {"time": {**job, "steps": 100 * every, "measure_every": every}}
    # Checkpoints can then only come from a signal.
    changes = {"training": {"checkpoint_seconds": 10000}, "nam2024": {"experiments": experiments}}
    (tmp_path / "faults.yaml").write_text(yaml.safe_dump(changes))
    return (*SMOKE, str(tmp_path / "faults.yaml"))


@pytest.fixture
def copy(fresh, repository):
    """A copy of a test's own, nothing built, with the profile of these tests."""
    (fresh.folder / "tests" / "hpc").symlink_to(repository / "tests" / "hpc")
    return fresh
