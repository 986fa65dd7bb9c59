"""The workflow on a real SLURM cluster: to the end, and to the same bytes after every mishap."""

import re
import time

from cluster import run
from conftest import SITE, SMOKE, results_of, wait_for

from emergence.config.load import load_config
from emergence.jobs.packing import shards


def _table(experiment):
    return f"results/smoke/nam2024/aggregated/{experiment}_runs.csv"


def _log(workflow, experiment):
    """What the training job of an experiment with one shard has said so far."""
    logs = (workflow.folder / "results/smoke/nam2024/logs/train" / experiment).rglob("*.log")
    return "".join(path.read_text() for path in logs)


def _start(workflow, output, *arguments):
    """Snakemake running, its output in a file."""
    with open(output, "w") as stream:
        return workflow.start("-m", "snakemake", *arguments, output=stream)


def _started(workflow, experiment, cluster, process):
    """The SLURM id of the running job of an experiment, once it has done some steps."""
    wait_for("training to start", lambda: ": step 0 of" in _log(workflow, experiment), 120, process)
    time.sleep(3)
    (job,) = cluster.jobs("running")
    return job


def _finish(process, seconds=300):
    """The exit status of a Snakemake that was started."""
    return process.wait(timeout=seconds)


def test_smoke_runs_through_sbatch_to_the_end(copy, cluster):
    done = copy.snakemake(*SITE, *SMOKE)
    assert done.returncode == 0, done.stdout[-6000:]
    submitted = re.findall(r"submitted with SLURM jobid", done.stdout)
    finished = re.search(r"(\d+) of \1 steps \(100%\) done", done.stdout)
    assert 40 < len(submitted) < int(finished[1]) / 2  # most of them groups
    results = copy.folder / "results" / "smoke" / "nam2024"
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
    local = copy.snakemake(
        "--cores",
        2,
        "--workflow-profile",
        "none",
        *SMOKE,
        "--config",
        "preset=laptop",
        "--",
        "results/laptop/nam2024/aggregated/data.csv",
    )
    assert local.returncode == 0, local.stdout[-4000:]
    for name in ("data.csv", "data_runs.csv"):
        expected = (copy.folder / "results/laptop/nam2024/aggregated" / name).read_bytes()
        assert (results / "aggregated" / name).read_bytes() == expected


def test_a_job_that_runs_out_of_time_is_resumed_with_more(
    copy, cluster, faults, local_runs, tmp_path
):
    """One command: the second attempt asks for twice the time and goes on where the first was."""
    command = (*SITE, "--retries", 4, *faults, "--set-resources", "generate:runtime=0",
               "train:runtime=attempt", "--", _table("time"))  # fmt: skip
    process = _start(copy, tmp_path / "first", *command)
    job = _started(copy, "time", cluster, process)
    limits = [_limit(job)]
    wait_for("the time limit", lambda: "stopped by SIGTERM" in _log(copy, "time"), 150, process)
    limits.append(_limit(_started_again(copy, cluster, process, job)))
    assert "JobState=TIMEOUT" in run("scontrol", "show", "job", job)[1]
    assert limits == ["00:01:00", "00:02:00"]
    assert _finish(process) == 0, (tmp_path / "first").read_text()[-4000:]
    assert results_of(copy) == local_runs


def _limit(job):
    return re.search(r"TimeLimit=(\S+)", run("scontrol", "show", "job", job)[1])[1]


def _started_again(workflow, cluster, process, earlier):
    def other():
        return [job for job in cluster.jobs("running") if job != earlier]

    (job,) = wait_for("the second attempt", other, 120, process)
    wait_for("training to resume", lambda: "resuming from" in _log(workflow, "time"), 60, process)
    return job


def test_a_gpu_job_asks_for_one_and_says_clearly_that_it_sees_none(copy, cluster):
    """The node's GPUs are pretended: SLURM hands one out, and PyTorch finds no such thing."""
    command = (*SITE, "--retries", 0, *SMOKE, "--config", "training={device: cuda}", "--",
               _table("time_calibration"))  # fmt: skip
    done = copy.snakemake(*command)
    assert done.returncode != 0
    assert "PyTorch sees no GPU" in _log(copy, "time_calibration")
    assert re.search(r"CUDA_VISIBLE_DEVICES is [01]\b", _log(copy, "time_calibration"))
    (job,) = re.findall(r"group.*?SLURM jobid (\d+)", done.stdout) or re.findall(
        r"SLURM jobid (\d+)", done.stdout
    )
    asked = run("scontrol", "show", "job", job)[1]
    assert re.search(r"TresPerJob=gres:gpu:1\b", asked), asked
