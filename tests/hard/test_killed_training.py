"""A training job killed at any moment continues to the bytes of an unbroken one."""

import shutil
import signal
import time

import pytest
from trees import partial_files

from emergence.store.files import write_json, write_npz
from emergence.store.provenance import digest
from emergence.tasks.experiments import generate
from emergence.training.engines.choice import engine_class

pytestmark = pytest.mark.workflow
RUNS, FIRST = 2, 3
ENGINES = {
    "lookup": ({"engine": "lookup", "steps": 60_000, "measure_every": 1000}, 64),
    "torch": ({"engine": "torch", "steps": 3000, "measure_every": 100, "optimizer": "adam"}, 32),
    "transformer": (
        {
            "architecture": "transformer",
            **{"heads": 2, "mlp_factor": 2, "momentum": 0.9, "precision": "float32"},
            **{"engine": "torch", "steps": 1200, "measure_every": 100, "learning_rate": 0.01},
        },
        8,
    ),
}


class Job:
    """scripts/train.py with files in a folder of its own, saving itself all the time."""

    def __init__(self, workflow, folder, settings, value):
        self.workflow, self.folder = workflow, folder
        self.result = folder / "runs" / "result.npz"
        self.checkpoint = folder / "checkpoints" / "state.npz"
        write_json(folder / "settings.json", settings)
        record = {"settings_digest": digest(settings), "value": value, "first_run": FIRST}
        write_npz(folder / "data.npz", generate(settings, value, FIRST, RUNS), record)
        self.run()
        self.expected = self.result.read_bytes()
        self.clear()
        started = time.monotonic()  # again: the first may have compiled the engine
        self.run()
        self.life = time.monotonic() - started

    def start(self):
        self.clear()
        return self._start()

    def _start(self):
        return self.workflow.start(
            "scripts/train.py",
            *("--settings", self.folder / "settings.json", "--data", self.folder / "data.npz"),
            *("--output", self.result, "--checkpoint", self.checkpoint),
            *("--checkpoint-seconds", "0.02"),
        )

    def run(self):
        """To the end, from whatever is there."""
        process = self._start()
        said, _ = process.communicate(timeout=120)
        assert process.returncode == 0, said
        return said

    def clear(self):
        for path in (self.result, self.checkpoint):
            shutil.rmtree(path.parent, ignore_errors=True)

    def assert_continues(self):
        """Nothing wrong is there, and the same command makes the expected bytes."""
        if self.result.exists():  # killed between its last two steps: result, checkpoint away
            assert self.result.read_bytes() == self.expected
        self.run()
        assert self.result.read_bytes() == self.expected
        assert not self.checkpoint.exists()
        assert not partial_files(self.folder)


@pytest.fixture(scope="module")
def jobs(pristine, build_folder, tmp_path_factory):
    if engine_class("lookup").missing("cpu"):
        pytest.skip("the lookup engine needs a C compiler")
    folder = tmp_path_factory.mktemp("killed")
    shutil.copytree(pristine.folder, folder / "workflow")
    workflow = type(pristine)(folder / "workflow", build_folder)
    made = {}

    def job(name, small_settings):
        if name not in made:
            changes, value = ENGINES[name]
            (folder / name).mkdir()
            made[name] = Job(workflow, folder / name, small_settings(**changes), value)
        return made[name]

    return job


def _kill_moments(tally, what, jobs, small_settings, signals=(signal.SIGKILL,)):
    """Send jobs signals at random moments of their lives; one that was faster does not count."""
    draw, killed, tried = tally.random(what), 0, 0
    names = list(ENGINES) if tally.full else ["lookup"]
    while killed < tally.count(what):
        tried += 1
        assert tried < 5 * tally.count(what) + 10, "jobs end before they are killed"
        job = jobs(names[killed % len(names)], small_settings)
        moment = draw.uniform(0.0, job.life)
        process = job.start()
        time.sleep(moment)
        number = signals[killed % len(signals)]
        process.send_signal(number)
        said, _ = process.communicate(timeout=60)
        if process.returncode == 0:
            continue
        killed += 1
        left = [p.parent.name for p in (job.checkpoint, job.result) if p.exists()]
        name = names[(killed - 1) % len(names)]
        detail = f"{number.name}, {name}, {moment:.2f} s, left {left}"
        yield job, process.returncode, number, said, detail


def test_killed_at_random_moments(tally, jobs, small_settings):
    what = "SIGKILL of a training job, then rerun"
    for job, status, number, _, detail in _kill_moments(tally, what, jobs, small_settings):
        with tally.case(what, detail) as row:
            row["checkpoint"] = job.checkpoint.exists()
            assert status == -number
            job.assert_continues()


def test_terminated_at_random_moments(tally, jobs, small_settings):
    what = "SIGTERM or SIGINT of a training job, then rerun"
    arguments = (tally, what, jobs, small_settings, (signal.SIGTERM, signal.SIGINT))
    for job, status, number, said, detail in _kill_moments(*arguments):
        with tally.case(what, detail) as row:
            row["checkpoint"] = job.checkpoint.exists()
            if status == 2:
                assert f"stopped by {number.name} at step" in said
                assert job.checkpoint.exists()
            elif number == signal.SIGTERM:  # before it trains, or after: nothing to save
                assert status == -number
            assert "Traceback" not in said or "import" in said  # SIGINT, while Python starts
            job.assert_continues()


@pytest.mark.parametrize("written", ["checkpoints", "runs"])
def test_killed_while_it_writes(tally, jobs, small_settings, written):
    """Of the checkpoint, after a random time; of the result, when it is written."""
    what = "SIGKILL of a training job while it writes, then rerun"
    draw = tally.random(what)
    wanted = (tally.count(what) + 1) // 2
    caught = 0
    for attempt in range(20 * wanted):
        name = list(ENGINES)[attempt % len(ENGINES)] if tally.full else "lookup"
        job = jobs(name, small_settings)
        process = job.start()
        folder = job.folder / written
        if written == "checkpoints":
            time.sleep(draw.uniform(0.4, 0.9) * job.life)
        while process.poll() is None and not (folder.exists() and partial_files(folder)):
            pass
        process.kill()
        process.communicate(timeout=60)
        if process.returncode != -signal.SIGKILL or not partial_files(folder):
            continue  # the write was faster than this loop
        caught += 1
        with tally.case(what, f"{name}, {written}, after attempt {attempt}"):
            job.assert_continues()
        if caught == wanted:
            return
    pytest.fail(f"{caught} of {wanted} writes were caught")
