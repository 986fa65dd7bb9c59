"""One training job: killed and continued to the same bytes, and refusing what it cannot trust."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from emergence.models.architectures import MODULES
from emergence.store.files import DamagedFile, read_npz, write_json, write_npz
from emergence.store.meaning import Meaning
from emergence.store.provenance import digest
from emergence.tasks.experiments import generate
from emergence.training import shard
from emergence.training.engines import choice
from emergence.training.shard import Interrupted, Limits, run_shard, training_code

FIRST_RUN, N_RUNS = 3, 2
SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "train.py"
WIDTH = 16
# The engine lookup needs no PyTorch, whose import takes seconds in each process.
LONG = {
    **{"engine": "lookup", "steps": 60_000, "measure_every": 6000},
    **{"optimizer": "adam", "learning_rate": 1e-3},
}


class Job:
    """scripts/train.py as the workflow calls it, in a folder of its own."""

    def __init__(self, folder, settings):
        self.folder = folder
        self.result = folder / "runs" / "result.npz"
        self.checkpoint = folder / "checkpoints" / "state.npz"
        self.data, self.log = folder / "data.npz", folder / "train.log"
        write_json(folder / "settings.json", settings)
        record = {"settings_digest": digest(settings), "value": WIDTH, "first_run": FIRST_RUN}
        write_npz(self.data, generate(settings, WIDTH, FIRST_RUN, N_RUNS), record)

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


@pytest.fixture(scope="module")
def settings(small_settings):
    return small_settings(**LONG)


@pytest.fixture(scope="module")
def unbroken(settings, tmp_path_factory):
    """Bytes of the result of a training that nothing disturbs."""
    folder = tmp_path_factory.mktemp("unbroken")
    arrays, record = _run(settings, folder / "checkpoint.npz")
    write_npz(folder / "result.npz", arrays, record)
    return (folder / "result.npz").read_bytes()


def _run(settings, checkpoint, seconds=1e9, first=FIRST_RUN):
    data = generate(settings, WIDTH, first, N_RUNS)
    limits = Limits(checkpoint_seconds=seconds)
    return run_shard(settings, WIDTH, first, data, checkpoint, limits)


@pytest.fixture
def job(tmp_path, settings):
    return Job(tmp_path, settings)


def test_result_has_the_documented_arrays(settings, tmp_path):
    short = settings | {"steps": 40, "measure_every": 10}
    arrays, record = _run(short, tmp_path / "checkpoint.npz")
    assert arrays["step"].tolist() == [0, 10, 20, 30, 40]
    assert arrays["strength"].shape == arrays["loss"].shape == (N_RUNS, 5, 2)
    assert record["measured"] == {"strength": ["skill"], "loss": ["skill"]}
    assert record["axes"] == {"skill": [1, 2]}
    assert arrays["training_loss"].shape == (N_RUNS, 5)
    assert arrays["stopped_at"].tolist() == [-1] * N_RUNS
    assert record["settings"] == short
    assert record["settings_digest"] == digest(short)
    made = [record[key] for key in ("engine", "device", "value", "first_run")]
    assert made == ["lookup", "cpu", WIDTH, FIRST_RUN]
    assert record["versions"].keys() == {"python", "numpy", "scipy"}
    assert "compiler" in record["build"]
    assert "emergence.training.protocol" in record["code"]["modules"]
    assert not (tmp_path / "checkpoint.npz").exists()  # none was due


def _assert_stopped(job, status, errors, by):
    """The step of the checkpoint."""
    assert status == {"SIGTERM": 2, "the time limit": 75}[by], errors
    assert errors.count(f"stopped by {by} at step") == 1
    assert str(job.checkpoint) in errors
    assert "Traceback" not in errors
    return int(read_npz(job.checkpoint)[0]["progress.step"])


def test_a_job_that_is_stopped_and_killed_continues_to_the_same_bytes(job, unbroken):
    """By its time limit (each call gets ahead), by SIGTERM, by SIGKILL; its log tells of all."""
    first, second = (
        _assert_stopped(job, *job.finish(limit=limit), "the time limit") for limit in (0.02, 0.0)
    )
    assert 0 < first < second < LONG["steps"]
    for number in (signal.SIGTERM, signal.SIGKILL):
        before = job.checkpoint.stat().st_mtime_ns
        process = job.start(seconds=0.01)
        while job.checkpoint.stat().st_mtime_ns == before:
            assert process.poll() is None, "the training ended before its first checkpoint"
            time.sleep(0.01)
        process.send_signal(number)
        _, errors = process.communicate(timeout=60)
        assert not job.result.exists()
        if number == signal.SIGTERM:
            assert _assert_stopped(job, process.returncode, errors, "SIGTERM") > second
    status, errors = job.finish()
    assert status == 0, errors
    assert job.result.read_bytes() == unbroken
    assert not job.checkpoint.exists()
    log = job.log.read_text()
    assert log.count("resuming from") == 4
    assert "stopped by SIGTERM" in log


@pytest.fixture
def short(settings):
    """Settings of a training of milliseconds."""
    return settings | {"steps": 80, "measure_every": 20}


@pytest.fixture
def checkpoint(short, tmp_path, monkeypatch):
    """A checkpoint in the middle of a training."""
    path = tmp_path / "checkpoint.npz"
    save = shard._save

    def save_and_stop(path, record, engine, progress):
        save(path, record, engine, progress)
        if progress.step:
            raise Interrupted

    monkeypatch.setattr(shard, "_save", save_and_stop)
    with pytest.raises(Interrupted):
        _run(short, path, seconds=0.0)
    monkeypatch.setattr(shard, "_save", save)
    return path


def _other_code(short, patch):
    modules = training_code(short, "lookup").modules
    changed = Meaning("0" * 64, {**modules, "emergence.training.protocol": "0" * 16})
    patch.setattr(shard, "training_code", lambda *_: changed)
    return {}


def _other_versions(short, patch):
    patch.setattr(shard, "versions", lambda packages: {"python": "2.7"})
    return {}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda *_: {}, "resuming from"),
        (lambda *_: {"root_seed": 8}, "was made with other settings, settings_digest: not used"),
        (lambda *_: {"first": FIRST_RUN + 1}, "was made with other first_run: not used"),
        (_other_versions, "was made with other versions: not used"),
        (_other_code, "was made with another meaning of emergence.training.protocol: not used"),
    ],
)
def test_a_checkpoint_is_used_for_its_own_job_only(
    short, checkpoint, tmp_path, monkeypatch, caplog, change, said
):
    """And either way the result is that of a training without one."""
    caplog.set_level("INFO")
    changes = change(short, monkeypatch)
    first = changes.pop("first", FIRST_RUN)
    (found, record), (expected, fresh) = (
        _run(short | changes, path, first=first) for path in (checkpoint, tmp_path / "none.npz")
    )
    assert said in caplog.text
    assert record == fresh
    assert found.keys() == expected.keys()
    for name, array in expected.items():
        np.testing.assert_array_equal(found[name], array, err_msg=name)


def test_a_damaged_checkpoint_is_named(short, checkpoint):
    checkpoint.write_bytes(checkpoint.read_bytes()[:-1])
    with pytest.raises(DamagedFile, match=r"checkpoint\.npz is damaged .*delete it"):
        _run(short, checkpoint)


TWO_LAYER, TRANSFORMER = "emergence.models.two_layer", "emergence.models.transformer"


@pytest.mark.parametrize(
    ("architecture", "engine", "model"),
    [
        *(("two-layer", engine, TWO_LAYER) for engine in choice.ENGINES),
        ("transformer", "plain", TRANSFORMER),
    ],
)
def test_training_stands_on_its_engine_and_architecture_and_on_no_other(
    architecture, engine, model
):
    modules = training_code({"architecture": architecture}, engine).modules.keys()
    own = {model, choice.engine_module(engine)}
    assert own | {"emergence.training.protocol", "emergence.randomness"} <= modules
    others = {TWO_LAYER, TRANSFORMER, *map(choice.engine_module, choice.ENGINES)} - own
    assert not others & modules
    assert (MODULES in modules) == (architecture == "two-layer" and engine == "plain")
    assert choice.__name__ not in modules  # a record names the engine
    later = ("theory", "analysis", "exhibits", "jobs", "report", "verify", "bench", "cli")
    assert not [name for name in modules if name.split(".")[1] in later or name[:5] == "paper"]
