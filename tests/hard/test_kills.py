"""A workflow killed at any moment: the same command completes to the same bytes."""

import itertools
import os
import shutil
import signal
import subprocess
import time

import pytest
from trees import assert_equal, assert_whole, hashes, partial_files

SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
TARGETS = ("fits/time_calibration.json", "fits/parameter_calibration.json", "theory/exponents.csv")


@pytest.mark.workflow
def test_a_workflow_completes_to_the_files_of_an_unbroken_one(hard, draw, fresh):
    """Its whole process group is killed, once or more, before it is left to end."""
    results = fresh.folder / "results/smoke/nam2024"
    targets = [f"results/smoke/nam2024/{name}" for name in TARGETS]
    build = ("--cores", 2, "--configfile", "config/smoke.yaml", "--", *targets)
    started = time.monotonic()
    assert fresh.snakemake(*build).returncode == 0
    unbroken, seconds = hashes(results), time.monotonic() - started
    numbers, killed = itertools.cycle(SIGNALS), 0
    for _ in range(15 if hard else 1):
        shutil.rmtree(results)
        for _ in range(draw.randint(1, 3) if hard else 1):
            process = fresh.start("-m", "snakemake", *build)
            killed += _killed_after(draw.uniform(0.1, 0.5) * seconds, process, next(numbers))
            assert_whole(results, unbroken)
        done = fresh.snakemake(*build)
        assert done.returncode == 0, done.stdout[-4000:]
        assert "Traceback" not in done.stdout
        assert_equal(hashes(results), unbroken)
        assert not partial_files(results)
    assert killed


def _killed_after(seconds, process, number):
    """Send a process's group a signal; returns whether it ended of it, not before."""
    try:
        process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, number)
        process.communicate(timeout=60)
    return process.returncode != 0
