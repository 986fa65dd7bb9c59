"""When work is run, recorded and replayed: with a stand-in for CUDA's graphs."""

from contextlib import contextmanager

import pytest
import torch

from emergence.training.engines.torch.cuda_graphs import CudaGraphs


class Recorder:
    """Replays what was recorded, and says what happened."""

    said: list[str]
    fails = False

    def replay(self):
        Recorder.said.append("replay")
        self.function()

    def pool(self):
        return "pool"


@pytest.fixture
def gpu(monkeypatch):
    """Graphs on a device that is not there; `done` collects what ran."""
    Recorder.said, Recorder.fails = [], False
    done: list[str] = []

    @contextmanager
    def graph(recorder, pool=None):
        before = list(done)
        yield
        recorded = done[len(before) :]
        recorder.function = lambda: done.extend(recorded)
        done[:] = before  # a recording does nothing
        if Recorder.fails:
            raise RuntimeError("operation not permitted when stream is capturing\nsecond line")
        Recorder.said.append(f"record {pool}")

    monkeypatch.setattr(torch.cuda, "CUDAGraph", Recorder)
    monkeypatch.setattr(torch.cuda, "graph", graph)
    return CudaGraphs(torch.device("cuda")), done


def test_functions_are_warmed_up_recorded_and_replayed_by_key(gpu):
    graphs, done = gpu
    for _ in range(2):
        for key in ("a", "b", "b", "a", "b", "a"):
            graphs.run(key, lambda key=key: done.append(key))
        graphs.clear()  # after which all is recorded anew
    assert done == ["a", "b", "b", "a", "b", "a"] * 2
    assert Recorder.said == ["record None", "replay", "record pool", *["replay"] * 3] * 2


def test_a_failed_recording_is_reported_once_and_everything_still_runs(gpu, caplog):
    graphs, done = gpu
    Recorder.fails = True
    for _ in range(4):
        graphs.run("a", lambda: done.append("a"))
    assert done == ["a"] * 4
    assert Recorder.said == []
    assert caplog.text.count("not recorded") == 1
    assert "when stream is capturing" in caplog.text
