"""Jobs beside each other take different GPUs of those that are visible, and give them back."""

import os
import subprocess
import sys

import pytest

TAKE = """
import logging, os, sys
from emergence.training.gpu_choice import take_gpu
logging.basicConfig(level=logging.INFO)
take_gpu()
print(os.environ.get("CUDA_VISIBLE_DEVICES", "not set"), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def start(repository):
    """Start a job that takes a GPU and keeps it; returns it and what it then sees."""
    started = []

    def job(visible):
        process = subprocess.Popen(
            [sys.executable, "-c", TAKE],
            env={**os.environ, "CUDA_VISIBLE_DEVICES": visible},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process, process.stdout.readline().strip()

    yield job
    for process in started:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


def test_jobs_take_different_gpus_until_all_are_taken(start):
    names = {f"GPU-test-{os.getpid()}-{i}" for i in range(2)}
    visible = ", ".join(sorted(names))
    first, first_sees = start(visible)
    assert {first_sees, start(visible)[1]} == names
    assert start(visible)[1] in names  # shared, and still one alone
    first.kill()
    first.wait()
    assert start(visible)[1] == first_sees


@pytest.mark.parametrize("visible", ["3", "", "7,-1,8"])
def test_what_a_scheduler_chose_stays(start, visible):
    assert start(visible)[1] == visible
