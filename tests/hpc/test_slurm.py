"""The workflow on a real SLURM cluster: to the end, and to the same bytes after every mishap."""

import re

import pytest
from cluster import run, running_jobs, wait_for
from conftest import SITE, SMOKE

from emergence.config.load import load_config
from emergence.jobs.packing import shards

pytestmark = pytest.mark.usefixtures("cluster")
RESULTS = "results/smoke/nam2024"
TIME, ONE_SKILL = (f"{RESULTS}/aggregated/{name}_runs.csv" for name in ("time", "time_calibration"))


def _log(workflow, experiment):
    """What the training job of an experiment with one shard has said so far."""
    logs = (workflow.folder / RESULTS / "logs/train" / experiment).rglob("*.log")
    return "".join(path.read_text() for path in logs)


def _asked(job, key):
    """A field of what SLURM knows of a job."""
    return re.search(rf"\b{key}=(\S+)", run("scontrol", "show", "job", job))[1]


def test_smoke_runs_through_sbatch_to_the_end(copy):
    done = copy.snakemake(*SITE, *SMOKE)
    assert done.returncode == 0, done.stdout[-6000:]
    submitted = re.findall(r"submitted with SLURM jobid", done.stdout)
    finished = re.search(r"(\d+) of \1 steps \(100%\) done", done.stdout)
    assert 40 < len(submitted) < int(finished[1]) / 2  # most of them groups
    results = copy.folder / RESULTS
    config = load_config([copy.folder / "config" / "smoke.yaml"], "nam2024")
    config["planning"]["packing"] = "job_minutes"
    expected = {f"{s.name}.npz" for name in config["experiments"] for s in shards(config, name)}
    found = {str(p.relative_to(results / "runs")) for p in (results / "runs").rglob("*.npz")}
    assert found == expected  # as planned, nothing packed otherwise
    verified = copy.snakemake(*SITE, *SMOKE, "--", "verify").stdout
    assert "outputs checked" in verified
    for problem in ("is missing", "was altered", "the manifest"):
        assert problem not in verified, verified[-3000:]
    again = copy.snakemake(*SITE, *SMOKE, "--dry-run")
    assert "Nothing to be done" in again.stdout
    # Packing is not the laptop's, the numbers are.
    table = "results/laptop/nam2024/aggregated/data.csv"
    copy.build("--workflow-profile", "none", *SMOKE, "--config", "preset=laptop", "--", table)
    for name in ("data.csv", "data_runs.csv"):
        expected = (copy.folder / table).with_name(name).read_bytes()
        assert (results / "aggregated" / name).read_bytes() == expected


def test_a_job_that_runs_out_of_time_is_resumed_with_more(copy, faults, tmp_path):
    """One command: the second attempt asks for twice the time and goes on where the first was."""
    command = (*SITE, "--retries", 4, *faults, "--set-resources", "generate:runtime=0",
               "train:runtime=attempt", "--", TIME)  # fmt: skip
    with open(tmp_path / "said", "w") as output:
        process = copy.start("-m", "snakemake", *command, output=output)
    jobs = []
    for words, seconds in (("step 0 of", 180), ("stopped by SIGTERM", 150), ("resuming from", 180)):
        wait_for(words, lambda words=words: words in _log(copy, "time"), seconds, process)
        jobs += [job for job in running_jobs() if job not in jobs]
    assert _asked(jobs[0], "JobState") == "TIMEOUT"
    assert [_asked(job, "TimeLimit") for job in jobs] == ["00:01:00", "00:02:00"]
    assert process.wait(timeout=300) == 0, (tmp_path / "said").read_text()[-4000:]
    results = copy.folder / RESULTS
    made = [*results.glob("runs/time/*/*.npz"), *results.glob("aggregated/time*.csv")]
    assert len(made) == 3
    before = [path.read_bytes() for path in made]
    copy.build(*faults, "--forceall", "--", TIME)
    assert [path.read_bytes() for path in made] == before


def test_a_gpu_job_asks_for_one_and_says_clearly_that_it_sees_none(copy):
    """The node's GPUs are pretended: SLURM hands one out, and PyTorch finds no such thing."""
    command = (*SITE, "--retries", 0, *SMOKE, "--config", "training={device: cuda}", "--",
               ONE_SKILL)  # fmt: skip
    done = copy.snakemake(*command)
    assert done.returncode != 0
    assert "PyTorch sees no GPU" in _log(copy, "time_calibration")
    assert re.search(r"CUDA_VISIBLE_DEVICES is [01]\b", _log(copy, "time_calibration"))
    job = re.search(r"SLURM jobid (\d+)", done.stdout)[1]
    assert _asked(job, "TresPerJob") == "gres:gpu:1"
