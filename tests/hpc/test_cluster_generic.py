"""Another scheduler: a toy submit script in place of SLURM; only options of Snakemake differ."""

from conftest import SMOKE

TARGETS = ("fits/time_calibration.json", "figures/fig09_multilinear_model.pdf")


def test_a_toy_scheduler_makes_the_same_files(copy, repository):
    """Its jobs have no network, an empty home directory and no display."""
    submit = repository / "tests" / "hpc" / "submit.sh"
    options = ("--executor", "cluster-generic", "--cluster-generic-submit-cmd", submit)
    files = [f"results/smoke/nam2024/{target}" for target in TARGETS]
    done = copy.snakemake(*options, "--jobs", 2, "--latency-wait", 30, *SMOKE, "--", *files)
    assert done.returncode == 0, done.stdout[-4000:]
    assert "with external jobid" in done.stdout
    made = [(copy.folder / file).read_bytes() for file in files]
    copy.build(*SMOKE, "--forceall", "--", *files)
    assert [(copy.folder / file).read_bytes() for file in files] == made
