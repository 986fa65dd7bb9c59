"""scripts/train.py as the workflow calls it, in a folder of its own."""

import subprocess
import sys
from pathlib import Path

from emergence.store.files import write_json, write_npz
from emergence.store.provenance import digest
from emergence.tasks.experiments import generate

FIRST_RUN, N_RUNS = 3, 2
SCRIPT = Path(__file__).resolve().parents[1] / "scripts" / "train.py"


class Job:
    """One training job: two runs of a width."""

    def __init__(self, folder, settings, width):
        self.folder = folder
        self.result = folder / "runs" / "result.npz"
        self.checkpoint = folder / "checkpoints" / "state.npz"
        self.data, self.log = folder / "data.npz", folder / "train.log"
        write_json(folder / "settings.json", settings)
        record = {"settings_digest": digest(settings), "value": width, "first_run": FIRST_RUN}
        write_npz(self.data, generate(settings, width, FIRST_RUN, N_RUNS), record)

    def start(self, seconds=1e9, limit=1e9):
        """The running process, which saves itself every so many seconds."""
        command = [sys.executable, SCRIPT]
        command += ["--settings", self.folder / "settings.json", "--data", self.data]
        command += ["--output", self.result, "--checkpoint", self.checkpoint]
        command += ["--checkpoint-seconds", seconds, "--time-limit", limit, "--log", self.log]
        return subprocess.Popen(list(map(str, command)), stderr=subprocess.PIPE, text=True)

    def finish(self, seconds=1e9, limit=1e9):
        """Exit status and what was said, from whatever is there to the end or the limit."""
        process = self.start(seconds, limit)
        _, errors = process.communicate(timeout=120)
        return process.returncode, errors
