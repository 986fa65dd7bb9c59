"""A disk without room, or a quota: one error, no half-written file; with room, the same bytes."""

import os
import re
import resource
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from trees import partial_files

RESULTS, ELSEWHERE = "results/smoke/nam2024/", "full/"
SCRIPTS = ("train.py", "product.py", "aggregate.py", "generate.py")


@pytest.fixture
def jobs(smoke):
    """Command of each job, writing to a folder of its own, and what it writes, by script."""
    said, found = smoke.dry_run("--forceall", "-p", "--configfile", "config/smoke.yaml"), {}
    for text in re.findall(r"^Shell command: (?:exec )?(python scripts/.*)$", said, re.MULTILINE):
        option, outputs = "", []
        for word in shlex.split(text):
            option = word if word.startswith("--") else option
            if option.endswith("output") and word.startswith(RESULTS):
                outputs.append(word.removeprefix(RESULTS))
        for path in outputs:
            text = text.replace(RESULTS + path, ELSEWHERE + path)
        text = re.sub(rf"--(log|checkpoint) {RESULTS}", rf"--\1 {ELSEWHERE}", text)
        if outputs:
            found.setdefault(Path(text.split()[1]).name, []).append((text, outputs))
    return found


def _run(workflow, command, size=resource.RLIM_INFINITY):
    """Run a command that may write no file of more bytes than `size`."""
    variables = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": f"{workflow.folder / 'src'}:{workflow.folder}",
        "EMERGENCE_BUILD_DIR": str(workflow.build_folder),
    }
    return subprocess.run(
        ["bash", "-c", f"exec {command}"],
        cwd=workflow.folder,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        timeout=300,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
    )


@pytest.mark.workflow
def test_a_job_that_finds_no_room_leaves_nothing_half_written(hard, draw, smoke, jobs):
    for index in range(24 if hard else 2):
        command, outputs = draw.choice(jobs[SCRIPTS[index % len(SCRIPTS)]])
        expected = {path: (smoke.folder / RESULTS / path).read_bytes() for path in outputs}
        done = _run(smoke, command, draw.randrange(max(map(len, expected.values()))))
        assert done.returncode == 2, done.stderr
        assert "Traceback" not in done.stderr
        (line,) = (line for line in done.stderr.splitlines() if "error: " in line)
        assert "File too large" in line
        for path, content in expected.items():
            made = smoke.folder / ELSEWHERE / path
            assert not made.exists() or made.read_bytes() == content
        assert not partial_files(smoke.folder / ELSEWHERE)
        done = _run(smoke, command)
        assert done.returncode == 0, done.stderr
        for path, content in expected.items():
            assert (smoke.folder / ELSEWHERE / path).read_bytes() == content
