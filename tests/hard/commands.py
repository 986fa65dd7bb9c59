"""The command of every job of a preset, as Snakemake would run it, and its inputs and outputs."""

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Command:
    """One job's shell command."""

    text: str

    @property
    def script(self):
        """Name of its script."""
        return Path(self.text.split()[1]).name

    def _paths(self):
        """(whether written, path) of each file under results/ that it names."""
        option, found = "", []
        for word in shlex.split(self.text):
            if word.startswith("--"):
                option = word
            elif word.startswith("results/") and option not in ("--log", "--checkpoint"):
                found.append((re.search(r"(^--|-)output$", option) is not None, word))
        return found

    @property
    def outputs(self):
        """Files that it writes."""
        return [path for written, path in self._paths() if written]

    @property
    def inputs(self):
        """Files under results/ that it reads, where it names them."""
        return [path for written, path in self._paths() if not written]


def commands(workflow, *arguments):
    """Commands of all jobs behind Snakemake's arguments."""
    done = workflow.snakemake("--dry-run", "--forceall", "-p", "--cores", 1, *arguments)
    assert done.returncode == 0, done.stdout[-4000:]
    found = re.findall(r"^Shell command: (python scripts/.*)$", done.stdout, re.MULTILINE)
    assert found, done.stdout[-4000:]
    return [Command(text) for text in found]


def run(workflow, command, **options):
    """Run one command in a workflow's folder; returns the finished process."""
    variables = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(workflow.folder / "src"),
        "EMERGENCE_BUILD_DIR": str(workflow.build_folder),
    }
    return subprocess.run(
        ["bash", "-c", f"exec {command.text}"],
        cwd=workflow.folder,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        timeout=300,
        **options,
    )


def error_lines(done):
    """Lines of a finished process that name an error; a traceback counts as none."""
    assert "Traceback" not in done.stderr, done.stderr
    return [line for line in done.stderr.splitlines() if "error: " in line]
