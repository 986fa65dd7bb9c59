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


class Watched:
    """A build of short jobs, and what its main process uses."""

    def __init__(self, workflow, folder, jobs, include):
        folder.mkdir()
        (folder / "Snakefile").write_text(SHORT_JOBS.format(include=include))
        where = ("--directory", folder, "--snakefile", folder / "Snakefile", "--nolock")
        profile = ("--workflow-profile", workflow.folder / "profiles" / "default")
        settings = ("--cores", 8, "--config", f"jobs={jobs}")
        with open(folder / "said", "w") as output:
            command = ("-m", "snakemake", *where, *profile, *settings)
            self.process = workflow.start(*command, output=output)
        self.jobs = folder / "jobs"

    def seconds(self):
        """Time on a processor until now, without that of jobs."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def threads(self):
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"^Threads:\s*(\d+)", status, re.MULTILINE)[1])

    def in_a_long_job(self, jobs):
        """Share of a core, and threads, while a long job runs and one waits."""
        end = time.monotonic() + 60 + jobs
        while not self.jobs.exists() or len(os.listdir(self.jobs)) < jobs:
            assert self.process.poll() is None
            assert time.monotonic() < end
            time.sleep(0.2)
        time.sleep(2)
        before, started = self.seconds(), time.monotonic()
        time.sleep(3)
        found = (self.seconds() - before) / (time.monotonic() - started), self.threads()
        assert self.process.wait(60) == 0
        return found


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_the_main_process_sleeps_after_many_jobs(pristine, tmp_path, request):
    """`pytest --hard` takes a thousand jobs. Without the remedy each leaves a timer behind."""
    jobs = 1000 if request.config.getoption("--hard") else 60
    remedy = f'include: "{pristine.folder / "workflow" / "rules" / "scheduler.smk"}"'
    share, threads = Watched(pristine, tmp_path / "with", jobs, remedy).in_a_long_job(jobs)
    assert share < SHARE
    assert threads < 20
