"""Jobs and workflows killed at any moment: the same command completes to the same bytes."""

import itertools
import os
import shutil
import signal
import subprocess
import time

import pytest
from training_job import Job
from trees import assert_equal, assert_whole, hashes, partial_files

SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
SIZES = {"heads": 2, "mlp_factor": 2, "momentum": 0.9, "precision": "float32"}
ENGINES = {
    "lookup": (64, {"engine": "lookup", "steps": 60_000, "measure_every": 1000}),
    "torch": (32, {"engine": "torch", "steps": 3000, "measure_every": 100, "optimizer": "adam"}),
    "plain": (8, {"architecture": "transformer", **SIZES, "steps": 1200, "measure_every": 100}),
}
TARGETS = ("fits/time_calibration.json", "fits/parameter_calibration.json", "theory/exponents.csv")


@pytest.mark.workflow
@pytest.mark.parametrize("name", ENGINES)
def test_a_training_job_continues_to_the_bytes_of_an_unbroken_one(
    hard, draw, tmp_path, small_settings, name
):
    """Killed while it starts, trains, or writes: it saves itself all the time."""
    if not hard and name != "lookup":
        pytest.skip("in the full run")
    width, changes = ENGINES[name]
    job = Job(tmp_path, small_settings(**changes), width)
    assert job.finish()[0] == 0  # may compile the engine
    expected, started = job.result.read_bytes(), time.monotonic()
    assert job.finish(seconds=0.02)[0] == 0
    life = time.monotonic() - started
    for number in itertools.islice(itertools.cycle(SIGNALS), 30 if hard else 3):
        for path in (job.result, job.checkpoint):
            path.unlink(missing_ok=True)
        process = job.start(seconds=0.02)
        time.sleep(draw.uniform(0.0, life))
        process.send_signal(number)
        _, errors = process.communicate(timeout=60)
        assert number == signal.SIGINT or "Traceback" not in errors  # while Python starts
        assert not job.result.exists() or job.result.read_bytes() == expected
        assert job.finish()[0] == 0
        assert job.result.read_bytes() == expected
        assert not job.checkpoint.exists()
        assert not partial_files(tmp_path)


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
            killed += _killed_after(draw.uniform(0.1, 0.8) * seconds, process, next(numbers))
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
