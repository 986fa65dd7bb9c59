"""Units in a process of their own: what is left when it dies, hangs or is stopped."""

import os
import signal
import time

import pytest

from emergence.bench.gpu import worker
from emergence.bench.gpu.parts import Stopped, Unit, run_part
from emergence.bench.gpu.worker import Worker, deadline_or_signal


def _rows(what):
    if what == "die":
        yield {"half": True}
        os.kill(os.getpid(), signal.SIGKILL)
    if what == "hang":
        yield {"half": True}
        time.sleep(600)
    if what == "spoil":
        import torch

        torch.cuda.is_initialized, torch.cuda.synchronize = (lambda: True), _fail
    if what == "raise":
        raise ValueError("not\ntoday")
    yield {"process": os.getpid()}


def _fail():
    raise RuntimeError("CUDA error: an illegal memory access was encountered")


class Make:
    """A function that can be sent to another process."""

    def __init__(self, what):
        self.what = what

    def __call__(self):
        return _rows(self.what)


def units_of(part):
    return [Unit({"case": what}, Make(what)) for what in part.split("-")]


@pytest.fixture
def run(tmp_path):
    """Make the part whose units its name says."""
    workers = []

    def make(name, stopped=lambda: None):
        made = Worker(units_of, stopped)
        workers.append(made)
        return run_part(
            tmp_path, name, lambda: units_of(name), lambda i, unit: made.rows(name, i, unit)
        )

    yield make
    for made in workers:
        made.close()


def test_a_process_that_dies_or_cannot_use_the_gpu_any_more_is_replaced(run):
    part = run("one-raise-two-die-three-spoil-four")
    assert part.finished
    one, raised, two, half, died, three, spoiled, four = part.rows
    assert spoiled["process"] == three["process"] != four["process"]
    assert one["process"] == two["process"] not in (three["process"], os.getpid())
    assert raised == {"case": "raise", "error": "ValueError: not today"}
    assert half == {"case": "die", "half": True}
    assert died == {"case": "die", "error": "its process died: SIGKILL"}
    assert len(part.errors) == 2


def test_what_hangs_is_ended_by_the_deadline_and_its_rows_are_kept(run, tmp_path):
    started = time.monotonic()
    with pytest.raises(Stopped, match="time limit"):
        run(
            "hang-one",
            lambda: (
                "time limit" if (tmp_path / "hang-one.json").read_text().count("half") else None
            ),
        )
    assert time.monotonic() - started < 60
    assert '"error": "time limit"' in (tmp_path / "hang-one.json").read_text()
    assert '"finished": false' in (tmp_path / "hang-one.json").read_text()


def test_one_that_hangs_leaves_time_for_the_others(run, monkeypatch):
    rows = Worker.rows

    def limited(self, part, index, unit):
        monkeypatch.setattr(worker, "_UNIT_SECONDS", 1.0 if unit.key["case"] == "hang" else 240.0)
        return rows(self, part, index, unit)

    monkeypatch.setattr(Worker, "rows", limited)
    part = run("one-hang-two")
    assert part.finished
    one, half, stopped, two = part.rows
    assert half["half"]
    assert stopped == {"case": "hang", "error": "stopped after 1 seconds"}
    assert one["process"] != two["process"]


def test_no_unit_is_begun_when_there_is_no_time(run):
    with pytest.raises(Stopped, match="no time"):
        run("one", lambda: "no time")


def test_time_ends_at_the_deadline_or_with_a_signal():
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        assert deadline_or_signal(0.0)() == "stopped by the time limit"
        stopped = deadline_or_signal(600.0)
        assert stopped() is None
        os.kill(os.getpid(), signal.SIGTERM)
        assert stopped() == "stopped by SIGTERM"
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
