"""The SLURM profile with a toy submit script in place of SLURM: grouped jobs, the same files."""

import shutil

import pytest

pytestmark = pytest.mark.slurm
SMOKE = ("--configfile", "config/smoke.yaml")
PROFILE = ("--workflow-profile", "profiles/slurm", "--executor", "cluster-generic")
TARGETS = ("fits/time_calibration.json", "figures/fig09_multilinear_model.pdf")


def test_a_toy_scheduler_makes_the_same_files(fresh, repository):
    """Its jobs have no network, an empty home directory and no display."""
    for name in ("slurm", "cluster_generic"):
        pytest.importorskip(f"snakemake_executor_plugin_{name}", reason="use `make test-slurm`")
    submit = shutil.copy(repository / "tests" / "hpc" / "submit.sh", fresh.folder)
    options = (*PROFILE, "--cluster-generic-submit-cmd", submit, "--jobs", 2)
    files = [f"results/smoke/nam2024/{target}" for target in TARGETS]
    done = fresh.snakemake(*options, "--latency-wait", 30, *SMOKE, "--", *files)
    assert done.returncode == 0, done.stdout[-4000:]
    assert "Submitted group job" in done.stdout
    made = [(fresh.folder / file).read_bytes() for file in files]
    fresh.build(*SMOKE, "--forceall", "--", *files)
    assert [(fresh.folder / file).read_bytes() for file in files] == made
