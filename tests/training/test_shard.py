"""One training job: killed and continued to the same bytes, and refusing what it cannot trust."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from emergence.models.architectures import MODULES
from emergence.store.files import DamagedFile, read_json, read_npz, write_json, write_npz
from emergence.store.meaning import Meaning
from emergence.store.provenance import digest
from emergence.tasks.experiments import generate
from emergence.training import shard
from emergence.training.engines import choice
from emergence.training.pace import Pace
from emergence.training.shard import Interrupted, run_shard, training_code

FIRST_RUN, N_RUNS, WIDTH = 3, 2, 16
# The engine lookup needs no PyTorch, whose import takes seconds in each process.
LONG = {
    **{"engine": "lookup", "steps": 60_000, "measure_every": 6000},
    **{"optimizer": "adam", "learning_rate": 1e-3},
}


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


def _run(settings, checkpoint, seconds=1e9):
    data = generate(settings, WIDTH, FIRST_RUN, N_RUNS)
    return run_shard(settings, WIDTH, FIRST_RUN, data, checkpoint, seconds, threads=1)


class Job:
    """scripts/train.py as the workflow calls it, in a folder of its own."""

    def __init__(self, repository, folder, settings):
        self.repository, self.folder = repository, folder
        self.result = folder / "runs" / "result.npz"
        self.checkpoint = folder / "checkpoints" / "state.npz"
        self.data, self.log = folder / "data.npz", folder / "train.log"
        write_json(folder / "settings.json", settings)
        record = {"settings_digest": digest(settings), "value": WIDTH, "first_run": FIRST_RUN}
        write_npz(self.data, generate(settings, WIDTH, FIRST_RUN, N_RUNS), record)

    def start(self, seconds=1e9, limit=1e9):
        command = [sys.executable, self.repository / "scripts" / "train.py"]
        command += ["--settings", self.folder / "settings.json", "--data", self.data]
        command += ["--output", self.result, "--checkpoint", self.checkpoint]
        command += ["--checkpoint-seconds", seconds, "--time-limit", limit, "--log", self.log]
        return subprocess.Popen(list(map(str, command)), stderr=subprocess.PIPE, text=True)

    def finish(self, seconds=1e9, limit=1e9):
        process = self.start(seconds, limit)
        _, errors = process.communicate(timeout=60)
        return process.returncode, errors

    def wait_for_checkpoint(self, process):
        limit = time.monotonic() + 60
        while not self.checkpoint.exists():
            assert process.poll() is None, "the training ended before its first checkpoint"
            assert time.monotonic() < limit
            time.sleep(0.01)


@pytest.fixture
def job(repository, tmp_path, settings):
    return Job(repository, tmp_path, settings)


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
    assert (record["engine"], record["device"]) == ("lookup", "cpu")
    assert (record["value"], record["first_run"]) == (WIDTH, FIRST_RUN)
    assert record["versions"].keys() == {"python", "numpy", "scipy"}
    assert "compiler" in record["build"]
    assert len(record["code"]["digest"]) == 64
    assert "emergence.training.protocol" in record["code"]["modules"]
    assert not (tmp_path / "checkpoint.npz").exists()  # none was due


def _assert_continues(job, unbroken):
    """Also that the log tells of all parts."""
    status, errors = job.finish()
    assert status == 0, errors
    assert "resuming from" in errors
    assert job.result.read_bytes() == unbroken
    assert not job.checkpoint.exists()
    assert "resuming from" in job.log.read_text()


def _assert_stopped(job, status, errors, by):
    """The step of the checkpoint."""
    assert status == {"SIGTERM": 2, "the time limit": 75}[by], errors
    assert errors.count(f"stopped by {by} at step") == 1
    assert str(job.checkpoint) in errors
    assert "Traceback" not in errors
    assert not job.result.exists()
    return int(read_npz(job.checkpoint)[0]["progress.step"])


def test_sigterm_leaves_a_checkpoint_from_which_the_result_is_byte_identical(job, unbroken):
    process = job.start(seconds=0.01)
    job.wait_for_checkpoint(process)
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=60)
    assert 0 < _assert_stopped(job, process.returncode, errors, "SIGTERM") < LONG["steps"]
    _assert_continues(job, unbroken)
    assert "stopped by SIGTERM" in job.log.read_text()


def test_a_time_limit_leaves_a_checkpoint_from_which_the_result_is_byte_identical(job, unbroken):
    steps = [
        _assert_stopped(job, *job.finish(limit=limit), "the time limit") for limit in (0.02, 0.0)
    ]
    assert 0 < steps[0] < steps[1] < LONG["steps"]  # every call gets ahead
    _assert_continues(job, unbroken)


def test_sigkill_loses_only_what_came_after_the_last_checkpoint(job, unbroken):
    process = job.start(seconds=0.01)
    job.wait_for_checkpoint(process)
    process.kill()
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert not job.result.exists()
    _assert_continues(job, unbroken)


def test_sigint_is_collected_and_handlers_are_restored(settings, tmp_path, monkeypatch):
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    monkeypatch.setattr(Pace, "report", lambda *_: os.kill(os.getpid(), signal.SIGINT))
    with pytest.raises(Interrupted, match=r"runs 3-4: stopped by SIGINT at step \d+"):
        _run(settings, tmp_path / "checkpoint.npz")
    assert (tmp_path / "checkpoint.npz").exists()
    assert [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)] == before


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


def _assert_equal(first, second):
    assert first.keys() == second.keys()
    for name, array in first.items():
        np.testing.assert_array_equal(array, second[name], err_msg=name)


def test_a_checkpoint_of_the_same_job_is_continued(short, checkpoint, tmp_path, caplog):
    caplog.set_level("INFO")
    continued, record = _run(short, checkpoint)
    assert "resuming from" in caplog.text
    fresh, fresh_record = _run(short, tmp_path / "none.npz")
    _assert_equal(continued, fresh)
    assert record == fresh_record


@pytest.mark.parametrize("change", [{"root_seed": 8}, {"steps": 100}])
def test_a_checkpoint_of_other_settings_is_not_used(short, checkpoint, change, tmp_path, caplog):
    changed, _ = _run(short | change, checkpoint)
    assert "was made with other settings" in caplog.text
    fresh, _ = _run(short | change, tmp_path / "none.npz")
    _assert_equal(changed, fresh)


def test_a_checkpoint_of_other_code_or_versions_is_not_used(short, checkpoint, monkeypatch, caplog):
    with monkeypatch.context() as patch:
        modules = training_code(short, "lookup").modules
        changed = Meaning("0" * 64, {**modules, "emergence.training.protocol": "0" * 16})
        patch.setattr(shard, "training_code", lambda *_: changed)
        _run(short, checkpoint)
        said = "was made with another meaning of emergence.training.protocol: not used"
        assert said in caplog.text
    monkeypatch.setattr(shard, "versions", lambda packages: {"python": "2.7"})
    _run(short, checkpoint)
    assert "with other versions: not used" in caplog.text


def test_a_checkpoint_of_other_runs_is_not_used(short, checkpoint, caplog):
    data = generate(short, WIDTH, FIRST_RUN + 1, N_RUNS)
    run_shard(short, WIDTH, FIRST_RUN + 1, data, checkpoint, 1e9, threads=1)
    assert "first_run: not used" in caplog.text


@pytest.mark.parametrize("keep", [0.0, 0.5, 0.95])
def test_a_damaged_checkpoint_is_named(short, checkpoint, keep):
    content = checkpoint.read_bytes()
    checkpoint.write_bytes(content[: int(keep * len(content))])
    with pytest.raises(DamagedFile, match=r"checkpoint\.npz is damaged .*delete it"):
        _run(short, checkpoint)


def _assert_refused(job, said):
    status, errors = job.finish()
    assert status == 2
    assert said in errors
    assert "error: " in errors
    assert "Traceback" not in errors
    assert not job.result.exists()
    assert said in job.log.read_text()


def _damage(job):
    job.data.write_bytes(job.data.read_bytes()[:200])
    return "data.npz is damaged"


def _other_settings(job):
    settings = read_json(job.folder / "settings.json")
    write_json(job.folder / "settings.json", settings | {"batch_size": 33})
    return "belongs to other settings"


def _no_data(job):
    job.data.unlink()
    return "data.npz"


@pytest.mark.parametrize("spoil", [_damage, _other_settings, _no_data])
def test_data_that_are_not_the_job_s_end_it_with_one_line(job, spoil):
    _assert_refused(job, spoil(job))


def test_divergence_ends_the_job_with_one_line(repository, tmp_path, settings):
    _assert_refused(
        Job(repository, tmp_path, settings | {"optimizer": "sgd", "learning_rate": 90}),
        "runs 3-4: run 0 of the ensemble diverged before step",
    )


@pytest.mark.parametrize(("engine", "status", "used"), [("lookup", 2, None), ("auto", 0, "torch")])
def test_a_job_without_a_compiler_is_refused_in_one_line_or_done_by_torch(
    repository, tmp_path, settings, monkeypatch, engine, status, used
):
    monkeypatch.setenv("CC", "no-such-compiler")
    job = Job(repository, tmp_path, settings | {"engine": engine, "steps": 20, "measure_every": 10})
    found, errors = job.finish()
    assert found == status, errors
    assert "Traceback" not in errors
    assert errors.count("no C compiler found") == 1
    assert job.result.exists() == bool(used)
    if used:
        _, record = read_npz(job.result)
        assert (record["engine"], record["build"]) == (used, None)


def test_how_often_a_checkpoint_is_written_does_not_change_the_result(short, tmp_path):
    seldom, _ = _run(short, tmp_path / "a.npz")
    often, _ = _run(short, tmp_path / "b.npz", seconds=0.0)
    assert (tmp_path / "b.npz").exists()
    _assert_equal(seldom, often)


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
