"""Runs of the studies' scripts."""

import json
import subprocess
import sys

import pytest


@pytest.fixture
def run_study(repository, tmp_path):
    """Runs a study on settings: the finished process, and where its table is."""

    def run(script, settings, *arguments):
        (tmp_path / "settings.json").write_text(json.dumps(settings))
        output = tmp_path / "study.csv"
        done = subprocess.run(
            [
                *(sys.executable, repository / "scripts" / script),
                *("--settings", tmp_path / "settings.json", *arguments, "--output", output),
            ],
            capture_output=True,
            text=True,
        )
        return done, output

    return run
