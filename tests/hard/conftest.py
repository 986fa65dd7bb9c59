"""What is done to the pipeline, how often, and with what outcome.

`pytest` does each thing a few times, `pytest tests/hard --hard` (make test-hard) as often as
`COUNTS` says; --hard-report FOLDER writes the outcomes there.
"""

import os
import platform
import random
import shutil
import time
from contextlib import contextmanager
from dataclasses import dataclass

import pandas as pd
import pytest
from full_disk import PAGE
from trees import hashes

from emergence.store.files import write_csv, write_json
from emergence.verify.manifest import checkout_commit, processor_name

# what: (times in the quick run, times in the full run)
COUNTS = {
    "SIGKILL of a training job, then rerun": (3, 33),
    "SIGKILL of a training job while it writes, then rerun": (1, 12),
    "SIGTERM or SIGINT of a training job, then rerun": (2, 12),
    "build whose process group got SIGKILL, once or more": (1, 11),
    "build whose process group got SIGTERM or SIGINT, once or more": (0, 4),
    "SIGKILL of one worker of a living snakemake, then rerun": (0, 3),
    "byte flipped or file truncated, then its consumer run": (6, 120),
    "byte flipped in any file of results, then verify": (1, 10),
    "file damaged, then snakemake": (0, 6),
    "disk full under one job, then rerun": (2, 24),
    "disk full under snakemake, then rerun": (0, 4),
    "folder that cannot be written": (1, 4),
    "malformed configuration": (10**9, 10**9),
    "wrong command line of a script": (10**9, 10**9),
    "repeat run, byte-identical": (1, 10**9),
    "no surprise": (10**9, 10**9),
}


class Tally:
    """Counts and outcomes of everything that was done; seeded choices."""

    def __init__(self, full, seed):
        self.full, self.seed, self.rows = full, seed, []
        self.started = time.monotonic()

    def count(self, what):
        """How often to do it."""
        return COUNTS[what][self.full]

    def random(self, what):
        """Numbers for the choices of one kind: the same whatever else is run."""
        assert what in COUNTS
        return random.Random(f"{self.seed} {what}")

    @contextmanager
    def case(self, what, detail):
        """One thing that is done; its outcome is noted, and a failure passed on."""
        row = {"what": what, "detail": str(detail), "outcome": "failed"}
        self.rows.append(row)
        started = time.monotonic()
        try:
            yield row
            row["outcome"] = "as required"
        finally:
            row["seconds"] = round(time.monotonic() - started, 2)

    def table(self):
        """How often each thing was done, and how often with the required outcome."""
        cases = pd.DataFrame(self.rows)
        groups = cases.assign(good=cases["outcome"] == "as required").groupby("what", sort=False)
        table = groups.agg(
            done=("good", "size"), as_required=("good", "sum"), seconds=("seconds", "sum")
        )
        return table.reset_index().round({"seconds": 1})


# In full, two builds of this take half a minute on two cores: training, fits, two figures.
SMALL_PRESET = {
    "preset": "small",
    "training": {"checkpoint_seconds": 1},
    "nam2024": {
        "experiments": {
            "time": {"runs_per_job": 2},
            "data": {"dataset_sizes": [200, 1000]},
            "parameters": {"widths": [2, 10], "runs": 2},
            "data_calibration": {"dataset_sizes": [50, 200]},
            "parameter_calibration": {"widths": [1, 4]},
        },
    },
}
SMALL_TARGETS = [
    "figures/fig01_predicting_emergence.pdf",
    "figures/fig11_calibration.pdf",
    "tables/table05.csv",
    "theory/exponents.csv",
    "tables/table04.csv",
]
QUICK_TARGETS = ["fits/time_calibration.json", "fits/parameter_calibration.json", SMALL_TARGETS[3]]


class SmallBuild:
    """A copy of the workflow and the command that makes part of a small preset in it."""

    def __init__(self, workflow, full):
        self.workflow = workflow
        path = workflow.preset("small", SMALL_PRESET)
        names = SMALL_TARGETS if full else QUICK_TARGETS
        targets = [f"results/small/nam2024/{name}" for name in names]
        files = ("config/smoke.yaml", path.name)
        self.arguments = ("--cores", 2, "--configfile", *files, "--", *targets)
        self.results = workflow.folder / "results" / "small" / "nam2024"

    def run(self, **options):
        """The finished process."""
        return self.workflow.snakemake(*self.arguments, **options)

    def start(self):
        """The running process."""
        return self.workflow.start("-m", "snakemake", *self.arguments)


@pytest.fixture
def small_build(fresh, tally):
    """The small preset in a copy of a test's own, nothing built."""
    return SmallBuild(fresh, tally.full)


@dataclass(frozen=True)
class Unbroken:
    """A build that nothing disturbed."""

    hashes: dict
    seconds: float
    size: int


@pytest.fixture(scope="session")
def unbroken_build(pristine, tally, tmp_path_factory):
    """What one undisturbed build of the small preset leaves: hashes, seconds, bytes on a disk."""
    folder = tmp_path_factory.mktemp("unbroken") / "workflow"
    shutil.copytree(pristine.folder, folder)
    build = SmallBuild(type(pristine)(folder, pristine.build_folder), tally.full)
    started = time.monotonic()
    done = build.run()
    assert done.returncode == 0, done.stdout[-4000:]
    files = [path for path in build.results.rglob("*") if path.is_file()]
    pages = sum(-(-path.stat().st_size // PAGE) for path in files)
    return Unbroken(hashes(build.results), time.monotonic() - started, pages * PAGE)


@pytest.fixture(scope="session")
def tally(pytestconfig):
    """Where tests note what they did."""
    made = Tally(pytestconfig.getoption("--hard"), pytestconfig.getoption("--hard-seed"))
    pytestconfig.stash[_KEY] = made
    return made


_KEY = pytest.StashKey[Tally]()


def pytest_terminal_summary(terminalreporter, config):
    """Print the table, and write it with every case where --hard-report says."""
    tally = config.stash.get(_KEY, None)
    if tally is None or not tally.rows:
        return
    table = tally.table()
    terminalreporter.section("what was done to the pipeline")
    terminalreporter.write_line(table.to_string(index=False))
    folder = config.getoption("--hard-report")
    if folder:
        write_csv(folder / "hardening.csv", table)
        about = {
            "seed": tally.seed,
            "minutes": round((time.monotonic() - tally.started) / 60, 1),
            "processor": processor_name(),
            "cores": os.cpu_count(),
            "python": platform.python_version(),
            "commit": checkout_commit(),
        }
        write_json(folder / "hardening_cases.json", {**about, "cases": tally.rows})
