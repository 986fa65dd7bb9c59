"""Copies of the workflow to run in, so that the checkout's results are never touched: fixtures."""

import compileall
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from filelock import FileLock

_NEEDED = ("Snakefile", "workflow", "profiles", "scripts", "config", "src", "paper", "tests/toy")


class Workflow:
    """A copy of the workflow's tree and the commands on it."""

    def __init__(self, folder: Path, build_folder: Path) -> None:
        self.folder = folder
        self.build_folder = build_folder

    def call(self, *arguments, wrapper=(), environment=None, timeout=1200):
        """Run Python with this copy's library; returns the finished process, its output merged.

        wrapper: command before Python's; environment: variables besides those of this process.
        """
        process = self.start(*arguments, wrapper=wrapper, environment=environment)
        try:
            said, _ = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        return subprocess.CompletedProcess(process.args, process.returncode, said)

    def start(self, *arguments, wrapper=(), environment=None, output=subprocess.PIPE):
        """The same, running: leader of a process group of its own."""
        variables = {
            "PYTHONPATH": os.pathsep.join(map(str, (self.folder / "src", self.folder))),
            "EMERGENCE_BUILD_DIR": str(self.build_folder),
            "CUDA_VISIBLE_DEVICES": "",  # the same engines on every machine
        }
        return subprocess.Popen(
            [*wrapper, sys.executable, *map(str, arguments)],
            cwd=self.folder,
            env=os.environ | variables | (environment or {}),
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def snakemake(self, *arguments, **options):
        """Run Snakemake as a user would; options as of `call`."""
        return self.call("-m", "snakemake", *arguments, **options)

    def build(self, *arguments, cores=2):
        """Run jobs; fails the test with Snakemake's words if one fails."""
        done = self.snakemake("--cores", cores, *arguments)
        assert done.returncode == 0, done.stdout[-4000:]
        return done.stdout

    def dry_run(self, *arguments):
        """What Snakemake says of the jobs that it would run."""
        done = self.snakemake("--dry-run", "--cores", 1, *arguments)
        assert done.returncode == 0, done.stdout[-4000:]
        return done.stdout

    def planned(self, *arguments):
        """Jobs of a dry run by rule, {} if nothing is to be done."""
        return jobs_by_rule(self.dry_run(*arguments))

    def preset(self, name, changes):
        """Write a configuration file that changes the smoke preset; returns its path."""
        path = self.folder / f"{name}.yaml"
        path.write_text(yaml.safe_dump(changes))
        return path

    def append(self, relative, text):
        """Change a source file."""
        path = self.folder / relative
        path.write_text(path.read_text() + text)


def jobs_by_rule(said):
    """Number of jobs of each rule in the words of a dry run."""
    if "Nothing to be done" in said:
        return {}
    table = said.split("Job stats:")[1].split("total")[0]
    return {rule: int(n) for rule, n in re.findall(r"^(\w+) +(\d+)$", table, re.MULTILINE)}


def changed_jobs(said):
    """Messages of the jobs that run because a parameter of theirs changed, code among them."""
    return set(re.findall(r"Job \d+: (.*)\n +Reason: Params have changed", said))


def _made_once(tmp_path_factory, name, make):
    """Folder of that name, shared by the processes of one test session: the first one makes it.

    make: fills the folder it is given, which does not exist yet.
    """
    alone = "PYTEST_XDIST_WORKER" not in os.environ
    base = tmp_path_factory.getbasetemp() if alone else tmp_path_factory.getbasetemp().parent
    folder, done = base / "shared" / name, base / "shared" / f"{name}.done"
    folder.parent.mkdir(exist_ok=True)
    with FileLock(f"{folder}.lock"):
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)  # another process failed half-way
            make(folder)
            done.touch()
    return folder


@pytest.fixture(scope="session")
def build_folder(tmp_path_factory):
    """Cache of compiled engines, shared by all copies."""
    return _made_once(tmp_path_factory, "compiled", Path.mkdir)


@pytest.fixture(scope="session")
def pristine(repository, tmp_path_factory, build_folder):
    """A copy in which nothing was ever run. Tests must not run jobs in it."""

    def make(folder):
        folder.mkdir()
        for name in _NEEDED:
            source = repository / name
            if source.is_dir():
                ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
                shutil.copytree(source, folder / name, ignore=ignored)
            else:
                shutil.copy2(source, folder / name)
        for name in ("src", "paper"):  # as make environment: jobs write no bytecode
            compileall.compile_dir(folder / name, quiet=1)
        shipped = repository / "results" / "shipped"
        if shipped.exists():
            shutil.copytree(shipped, folder / "results" / "shipped")

    return Workflow(_made_once(tmp_path_factory, "pristine", make), build_folder)


@pytest.fixture(scope="session")
def smoke_built(pristine, tmp_path_factory, build_folder):
    """A copy with the smoke preset built once. Tests must not change it."""

    def make(folder):
        shutil.copytree(pristine.folder, folder)
        said = Workflow(folder, build_folder).build("--configfile", "config/smoke.yaml")
        folder.with_suffix(".said").write_text(said)

    workflow = Workflow(_made_once(tmp_path_factory, "smoke", make), build_folder)
    workflow.output = workflow.folder.with_suffix(".said").read_text()
    return workflow


@pytest.fixture
def fresh(pristine, tmp_path, build_folder):
    """A copy of a test's own, nothing built."""
    shutil.copytree(pristine.folder, tmp_path / "workflow")
    return Workflow(tmp_path / "workflow", build_folder)


@pytest.fixture
def smoke(smoke_built, tmp_path, build_folder):
    """A copy of a test's own with the smoke preset built."""
    shutil.copytree(smoke_built.folder, tmp_path / "workflow", symlinks=True)
    return Workflow(tmp_path / "workflow", build_folder)
