"""Snakemake and its jobs killed in the middle: the same command completes to the same bytes."""

import os
import shutil
import signal
import subprocess
import time

import pytest
from trees import assert_equal, assert_whole, hashes, partial_files

pytestmark = pytest.mark.workflow


def _assert_completes(build, unbroken):
    done = build.run()
    assert done.returncode == 0, done.stdout[-4000:]
    assert "Traceback" not in done.stdout
    assert_equal(hashes(build.results), unbroken.hashes)
    assert not partial_files(build.results)


def test_the_process_group_is_killed(tally, small_build, unbroken_build):
    """Once or twice in a build, then it is left to end."""
    what = "SIGKILL of the snakemake process group, then rerun"
    draw, unbroken = tally.random(what), unbroken_build
    killed = 0
    while killed < tally.count(what):
        shutil.rmtree(small_build.results, ignore_errors=True)
        with tally.case(what, "") as row:
            for _ in range(draw.choice([1, 2])):
                process = small_build.start()
                moment = draw.uniform(0.1, 0.8) * unbroken.seconds
                time.sleep(moment)
                assert process.poll() is None, "the build ended before it was killed"
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate(timeout=60)
                assert process.returncode == -signal.SIGKILL
                assert_whole(small_build.results)
                made = len([p for p in small_build.results.rglob("*") if p.is_file()])
                row["detail"] += f"{moment:.1f} s, {made} files; "
                killed += 1
            _assert_completes(small_build, unbroken)


def _workers(group):
    """Process ids of the training scripts of a process group."""
    found = subprocess.run(
        ["ps", "-A", "-o", "pgid=,pid=,args="], capture_output=True, text=True, check=True
    )
    rows = [line.split(None, 2) for line in found.stdout.splitlines()]
    return [
        int(pid) for pgid, pid, args in rows if int(pgid) == group and "scripts/train.py" in args
    ]


def test_one_worker_is_killed(tally, small_build, unbroken_build):
    """As a machine short of memory does: that job fails, the next command makes up for it."""
    what = "SIGKILL of one worker of a living snakemake, then rerun"
    draw, unbroken = tally.random(what), unbroken_build
    for _ in range(tally.count(what)):
        shutil.rmtree(small_build.results, ignore_errors=True)
        with tally.case(what, "a training job"):
            process = small_build.start()
            time.sleep(draw.uniform(0.2, 0.4) * unbroken.seconds)
            while process.poll() is None and not (workers := _workers(process.pid)):
                time.sleep(0.02)
            for worker in workers:
                os.kill(worker, signal.SIGKILL)
            said, _ = process.communicate(timeout=300)
            assert process.returncode == 1, said[-3000:]
            assert "Error in rule train" in said
            assert "Traceback" not in said
            assert_whole(small_build.results)
            _assert_completes(small_build, unbroken)
