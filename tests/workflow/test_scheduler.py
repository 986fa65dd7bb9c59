"""Snakemake's main process sleeps while jobs run, however many have run before."""

import os
import re
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.workflow
# Short jobs first, then long ones that need all cores: one runs, one waits for it. The scheduler
# looks again only while jobs wait. {include}: the file with the remedy.
SHORT_JOBS = """
{include}
rule all:
    input:
        expand("long/{{i}}", i=range(2)),
        expand("jobs/{{i}}", i=range(int(config["jobs"]))),
rule short:
    output: "jobs/{{i}}"
    priority: 1
    shell: "touch {{output}}"
rule long:
    output: "long/{{i}}"
    threads: 8
    shell: "sleep 6; touch {{output}}"
"""
SHARE = 0.05  # of one core
TICKS = os.sysconf("SC_CLK_TCK")


def _used(process):
    """Seconds on a processor until now, without those of jobs, and threads."""
    folder = Path(f"/proc/{process.pid}")
    fields = (folder / "stat").read_text().rpartition(")")[2].split()
    threads = re.search(r"^Threads:\s*(\d+)", (folder / "status").read_text(), re.MULTILINE)
    return (int(fields[11]) + int(fields[12])) / TICKS, int(threads[1])


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_the_main_process_sleeps_after_many_jobs(pristine, tmp_path, request):
    """`pytest --hard` takes a thousand jobs. Without the remedy each leaves a timer behind."""
    jobs = 1000 if request.config.getoption("--hard") else 60
    include = f'include: "{pristine.folder / "workflow" / "rules" / "scheduler.smk"}"'
    (tmp_path / "Snakefile").write_text(SHORT_JOBS.format(include=include))
    where = ("--directory", tmp_path, "--snakefile", tmp_path / "Snakefile", "--nolock")
    profile = ("--workflow-profile", pristine.folder / "profiles" / "default")
    settings = ("--cores", 8, "--config", f"jobs={jobs}")
    with open(tmp_path / "said", "w") as output:
        command = ("-m", "snakemake", *where, *profile, *settings)
        process = pristine.start(*command, output=output)
    end, made = time.monotonic() + 60 + jobs, tmp_path / "jobs"
    while not made.exists() or len(os.listdir(made)) < jobs:
        assert process.poll() is None
        assert time.monotonic() < end
        time.sleep(0.2)
    time.sleep(2)  # now a long job runs and one waits
    (before, _), started = _used(process), time.monotonic()
    time.sleep(3)
    (after, threads), elapsed = _used(process), time.monotonic() - started
    assert process.wait(60) == 0
    assert (after - before) / elapsed < SHARE
    assert threads < 20
