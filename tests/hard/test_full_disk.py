"""A disk that fills up, a quota, a folder without permission: no half-written result, one error."""

import os
import shutil
from dataclasses import replace

import pytest
from commands import commands, error_lines, run
from full_disk import PAGE, may_mount, short_files, small_disk
from trees import assert_equal, assert_whole, hashes, partial_files

pytestmark = pytest.mark.workflow
SMOKE = ("--configfile", "config/smoke.yaml")
RESULTS, ELSEWHERE = "results/smoke/nam2024/", "full/"
SCRIPTS = ("train.py", "figure.py", "aggregate.py", "product.py", "generate.py", "table.py")


@pytest.fixture
def jobs(smoke):
    """Commands that make something, by script, writing to a folder of their own."""
    found = {}
    for command in commands(smoke, *SMOKE):
        text = command.text.replace(f"--log {RESULTS}", f"--log {ELSEWHERE}")
        text = text.replace(f"--checkpoint {RESULTS}", f"--checkpoint {ELSEWHERE}")
        for path in command.outputs:
            text = text.replace(path, path.replace(RESULTS, ELSEWHERE))
        found.setdefault(command.script, []).append((replace(command, text=text), command.outputs))
    return found


def _assert_fails_in_one_line(done, said):
    assert done.returncode == 2, done.stderr
    (line,) = error_lines(done)
    assert said in line


def _assert_only_whole_files(workflow, outputs):
    """What is there under its final name is what an undisturbed job writes."""
    for path in outputs:
        made = workflow.folder / path.replace(RESULTS, ELSEWHERE)
        assert not made.exists() or made.read_bytes() == (workflow.folder / path).read_bytes()
    assert not partial_files(workflow.folder / ELSEWHERE)


def _assert_all_made(workflow, outputs):
    _assert_only_whole_files(workflow, outputs)
    assert all((workflow.folder / path.replace(RESULTS, ELSEWHERE)).exists() for path in outputs)


def _pages(workflow, outputs):
    """Pages that outputs take."""
    return sum(-(-(workflow.folder / path).stat().st_size // PAGE) for path in outputs)


def _fill(workflow, command, outputs, draw):
    """Run a job where its outputs find no room, and where they do; returns what was done."""
    folder = workflow.folder / ELSEWHERE
    if may_mount():
        pages = draw.randrange(1, _pages(workflow, outputs))
        with small_disk(folder, pages * PAGE) as resize:
            done = run(workflow, command)
            _assert_only_whole_files(workflow, outputs)
            _assert_fails_in_one_line(done, "No space left on device")
            resize(2**24)
            again = run(workflow, command)
            assert again.returncode == 0, again.stderr
            _assert_all_made(workflow, outputs)
        return f"{pages} pages"
    largest = max((workflow.folder / path).stat().st_size for path in outputs)
    size = draw.randrange(largest)
    done = run(workflow, command, preexec_fn=short_files(size))
    _assert_only_whole_files(workflow, outputs)
    _assert_fails_in_one_line(done, "File too large")
    again = run(workflow, command)
    assert again.returncode == 0, again.stderr
    _assert_all_made(workflow, outputs)
    shutil.rmtree(folder)
    return f"files of at most {size} bytes"


def test_a_job_that_finds_no_room_leaves_nothing_half_written(tally, smoke, jobs):
    what = "disk full under one job, then rerun"
    draw = tally.random(what)
    for index in range(tally.count(what)):
        script = SCRIPTS[index % len(SCRIPTS)]
        command, outputs = draw.choice([job for job in jobs[script] if _pages(smoke, job[1]) > 1])
        with tally.case(what, f"{script}: {outputs[0]}") as row:
            row["detail"] += f", {_fill(smoke, command, outputs, draw)}"


@pytest.mark.parametrize("script", ["settings.py", "train.py", "aggregate.py", "figure.py"])
def test_a_folder_that_cannot_be_written_is_one_error(tally, smoke, jobs, script):
    what = "folder that cannot be written"
    if not tally.full and script != "aggregate.py":
        pytest.skip("in the full run")
    command, outputs = jobs[script][0]
    folder = smoke.folder / ELSEWHERE
    with tally.case(what, script):
        if may_mount():  # permissions do not bind root
            with small_disk(folder, 2**24) as resize:
                resize(2**24, "ro")
                done = run(smoke, command)
                assert not list(folder.iterdir())
            _assert_fails_in_one_line(done, "Read-only file system")
        else:
            folder.mkdir()
            folder.chmod(0o555)
            done = run(smoke, command)
            assert not list(folder.iterdir())
            _assert_fails_in_one_line(done, "Permission denied")
        assert outputs


def test_snakemake_on_a_full_disk_completes_when_there_is_room(tally, small_build, unbroken_build):
    what = "disk full under snakemake, then rerun"
    if tally.full and not may_mount():
        pytest.skip("mounting a small disk needs root")
    draw, unbroken = tally.random(what), unbroken_build
    for _ in range(tally.count(what)):
        size = int(draw.uniform(0.1, 0.9) * unbroken.size)
        with (
            tally.case(what, f"{size} of {unbroken.size} bytes"),
            small_disk(small_build.results, size) as resize,
        ):
            done = small_build.run()
            assert done.returncode == 1, done.stdout[-3000:]
            assert "No space left on device" in done.stdout
            assert_whole(small_build.results, unbroken.hashes)
            assert not partial_files(small_build.results)
            resize(2**28)
            done = small_build.run()
            assert done.returncode == 0, done.stdout[-3000:]
            assert_equal(hashes(small_build.results), unbroken.hashes)
        os.rmdir(small_build.results)
