"""The engine torch: memory in tiles, and steps that a CUDA graph can replay."""

import numpy as np
import pytest
from engine_checks import make_ensemble, state_distance
from torch.fx.experimental.proxy_tensor import make_fx
from torch.profiler import ProfilerActivity, profile

from emergence.tasks.sparse_parity.problem import SparseParity
from emergence.training.engines.torch.torch_engine import TorchEngine

TASK = SparseParity(n_skills=3, skill_bits=12, sparse_bits=2, data_exponent=0.6, target_scale=2.0)


def _ensemble(**options):
    return make_ensemble(TASK, **{"width": 7, "batch_size": 20, "runs": (0, 1, 2), **options})


def test_samples_are_processed_in_tiles_without_changing_the_result(train):
    ensemble = _ensemble(batch_size=37, optimizer="adam")
    whole = TorchEngine(ensemble)
    tiled = TorchEngine(ensemble, memory_bytes=4 * 3 * 7 * 5)  # five samples of three runs a tile
    for engine in (whole, tiled):
        train(engine, ensemble, 0, 20)
    for name, array in whole.parameters().arrays.items():
        np.testing.assert_allclose(array, tiled.parameters().arrays[name], atol=2e-5, rtol=2e-4)
    np.testing.assert_allclose(
        whole.measure(3)["strength"], tiled.measure(3)["strength"], atol=1e-4
    )


def _peak_bytes(function):
    """Most bytes of tensors, beside those that are there before."""
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiler:
        function()
    live = peak = 0
    for event in profiler.profiler.kineto_results.events():
        if event.name() == "[memory]":
            live += event.nbytes()
            peak = max(peak, live)
    return peak


@pytest.mark.parametrize(("width", "n_batches"), [(4, 0), (300, 2)])
def test_samples_and_activations_stay_within_the_memory_given_on_a_gpu(train, width, n_batches):
    memory, runs = 4 << 20, 2 if width > 100 else 9
    ensemble = _ensemble(width=width, runs=tuple(range(runs)), batch_size=2000, n_batches=n_batches)
    engine = TorchEngine(ensemble, memory_bytes=memory)
    engine._tile = engine._tile_samples(width, memory, "cuda")
    assert engine._tile > 100
    gradients = 4 * runs * (width * (TASK.input_size + 2) + 1)
    train(engine, ensemble, 0, engine._cycle)
    used = _peak_bytes(lambda: train(engine, ensemble, 0, engine._cycle))
    assert 0.3 * memory < used < memory + 3 * gradients
    assert _peak_bytes(lambda: engine.measure(0)) < memory + 3 * gradients


class TracedSteps:
    """Stands in for CUDA graphs: replays the tensor operations that it saw, nothing of Python."""

    def __init__(self):
        self.traces, self.replays = {}, 0

    def run(self, key, function):
        if key in self.traces:
            self.replays += 1
            self.traces[key]()
        else:
            self.traces[key] = make_fx(lambda: function())()  # does it, too

    def clear(self):
        self.traces.clear()


@pytest.mark.parametrize("n_batches", [0, 3])
def test_steps_are_tensor_operations_alone(n_batches, monkeypatch):
    """What a CUDA graph needs: recorded once, they do the next steps, at another learning rate."""
    monkeypatch.setattr("emergence.training.engines.torch.torch_engine._DRAWN_STEPS", 2)
    ensemble = _ensemble(optimizer="adam", n_batches=n_batches)
    expected, engine = TorchEngine(ensemble), TorchEngine(ensemble)
    engine._graphs = recorded = TracedSteps()
    everyone, without = np.array([True, True, True]), np.array([True, False, True])
    for first, last, rate, active in [
        (0, 9, 0.02, everyone),
        (9, 18, 0.01, everyone),
        (18, 27, 0.015, without),
    ]:
        losses = [e.advance(first, last, rate, active) for e in (expected, engine)]
        np.testing.assert_array_equal(*losses)
        assert state_distance(engine.state(), expected.state()) == 0
    assert recorded.replays >= 5
