"""Snakemake and its jobs killed in the middle: the same command completes to the same bytes."""

import contextlib
import itertools
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


@pytest.mark.parametrize(
    ("what", "signals"),
    [
        ("build whose process group got SIGKILL, once or more", [signal.SIGKILL]),
        (
            "build whose process group got SIGTERM or SIGINT, once or more",
            [signal.SIGTERM, signal.SIGINT],
        ),
    ],
    ids=["SIGKILL", "SIGTERM or SIGINT"],
)
def test_the_process_group_is_killed(tally, small_build, unbroken_build, what, signals):
    """Once or more in each build, before it is left to end."""
    draw, numbers = tally.random(what), itertools.cycle(signals)
    completed = tried = 0
    while completed < tally.count(what):
        tried += 1
        assert tried < 2 * tally.count(what) + 3, "builds end before they are killed"
        with tally.case(what, "") as row:
            kills = _kills(small_build, draw, numbers, unbroken_build)
            row["detail"] = "; ".join(kills)
            _assert_completes(small_build, unbroken_build)
        completed += bool(kills)
        if not kills:
            tally.rows.remove(row)
        shutil.rmtree(small_build.results)


def _kills(build, draw, numbers, unbroken):
    """Kill a build and its reruns at random moments until one is to be the last; tell each."""
    kills = []
    while not kills or draw.random() < 0.3:
        moment, number = draw.uniform(0.1, 0.8) * unbroken.seconds, next(numbers)
        if not _killed_after(moment, build.start(), number):
            break
        assert_whole(build.results, unbroken.hashes)
        made = len([path for path in build.results.rglob("*") if path.is_file()])
        kills.append(f"{number.name}, {moment:.1f} s, {made} files")
    return kills


def _killed_after(seconds, process, number):
    """Send a process's group a signal; returns whether it ended of it, not before."""
    try:
        process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, number)
        process.communicate(timeout=60)
    return process.returncode != 0


def _kill_worker(process):
    """Kill one training script of a process's group; returns whether there was one."""
    while process.poll() is None:
        found = subprocess.run(
            ["ps", "-A", "-o", "pgid=,pid=,stat=,args="], capture_output=True, text=True, check=True
        )
        for line in found.stdout.splitlines():
            group, pid, state, arguments = line.split(None, 3)
            mine = int(group) == process.pid and "scripts/train.py" in arguments
            if mine and not state.startswith("Z"):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(pid), signal.SIGKILL)
                    return True
        time.sleep(0.02)
    return False


def test_one_worker_is_killed(tally, small_build, unbroken_build):
    """As a machine short of memory does: that job fails, the next command makes up for it."""
    what = "SIGKILL of one worker of a living snakemake, then rerun"
    draw, unbroken = tally.random(what), unbroken_build
    for _ in range(tally.count(what)):
        shutil.rmtree(small_build.results, ignore_errors=True)
        with tally.case(what, "a training job"):
            process = small_build.start()
            time.sleep(draw.uniform(0.2, 0.4) * unbroken.seconds)
            assert _kill_worker(process)
            said, _ = process.communicate(timeout=300)
            assert process.returncode == 1, said[-3000:]
            assert "Error in rule train" in said
            assert "Traceback" not in said
            assert_whole(small_build.results, unbroken.hashes)
            _assert_completes(small_build, unbroken)
