"""Settings shared by all tests: one thread, repeatable property tests, small training settings."""

import copy
import os
from pathlib import Path

import hypothesis
import pytest
from workflow_copies import build_folder, fresh, pristine, smoke, smoke_built  # noqa: F401

for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")
# As in the workflow: no cache of fonts in the home folder.
os.environ.setdefault(
    "MPLCONFIGDIR", str(Path(__file__).resolve().parents[1] / ".snakemake" / "matplotlib")
)

hypothesis.settings.register_profile(
    "repeatable",
    deadline=None,
    derandomize=True,
    max_examples=50,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("repeatable")


def pytest_addoption(parser):
    """Options of tests/hard."""
    parser.addoption("--hard", action="store_true", help="tests/hard in full: half an hour")
    parser.addoption("--hard-seed", type=int, default=20241125, help="of what tests/hard draws")


SMALL_SETTINGS = {
    "experiment": "tiny",
    "root_seed": 7,
    "task": {
        "n_skills": 2,
        "skill_bits": 8,
        "sparse_bits": 2,
        "data_exponent": 0.6,
        "target_scale": 1.0,
    },
    "inputs_per_skill": 64,
    "engine": "torch",
    "device": "cpu",
    "resource": "time",
    "batch_size": 32,
    "optimizer": "sgd",
    "learning_rate": 0.05,
    "schedule": None,
    "weight_decay": 0.0,
    "initial_std": 0.5,
    "steps": 40,
    "measure_every": 10,
    "early_stop": None,
}


@pytest.fixture(scope="session")
def repository() -> Path:
    """Root of the checkout."""
    return Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def small_settings():
    """Settings of a training that takes milliseconds: small_settings(key=value, task={...})."""

    def build(**changes):
        settings = copy.deepcopy(SMALL_SETTINGS)
        settings["task"] |= changes.pop("task", {})
        settings |= changes
        if settings["resource"] == "data":
            settings.setdefault("width", 6)
        return settings

    return build
