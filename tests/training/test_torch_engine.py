"""The reference engine against float64 autograd, torch.optim and exhaustive sums."""

import numpy as np
import pytest
import torch
from emergence.bench.drawn_ensemble import draw_ensemble
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.fx.experimental.proxy_tensor import make_fx
from torch.profiler import ProfilerActivity, profile

from emergence.randomness import Stream
from emergence.tasks.sparse_parity.measurement import measurement_backgrounds
from emergence.tasks.sparse_parity.problem import SparseParity, draw_batch
from emergence.training.engines.torch.torch_engine import TorchEngine
from emergence.training.ensemble import Optimizer

TASK = SparseParity(n_skills=3, skill_bits=12, sparse_bits=2, data_exponent=0.6, target_scale=2.0)
WIDE_TASK = SparseParity(n_skills=2, skill_bits=40, sparse_bits=3, data_exponent=0.9, target_scale=1.0)
SGD, ADAM = Optimizer("sgd", weight_decay=1e-3), Optimizer("adam", weight_decay=1e-2)


def _ensemble(
    task=TASK, width=7, runs=(0, 1, 2), batch_size=20, n_fixed=0, optimizer=SGD, sigma=0.4
):
    streams = tuple(Stream((21, 22), run) for run in runs)
    return draw_ensemble(task, streams, width, sigma, batch_size, optimizer, 64, n_fixed)


def _inputs_and_targets(task, batch, sparse_bits):
    """By definition, one sample at a time, in float64."""
    inputs, targets = [], []
    for skill, word in zip(batch.skills, batch.skill_bits, strict=True):
        bits = [(int(word) >> j) & 1 for j in range(task.skill_bits)]
        inputs.append([float(k == skill) for k in range(task.n_skills)] + bits)
        parity = sum(bits[j] for j in sparse_bits[skill]) % 2
        targets.append(task.target_scale * (1 - 2 * parity))
    return torch.tensor(inputs, dtype=torch.float64), torch.tensor(targets, dtype=torch.float64)


class Reference:
    """One run in float64: autograd and torch.optim."""

    def __init__(self, ensemble, run):
        self.ensemble, self.run = ensemble, run
        self.parameters = {
            name: torch.tensor(array[run], dtype=torch.float64, requires_grad=True)
            for name, array in ensemble.initial.arrays().items()
        }
        kind = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}[ensemble.optimizer.name]
        self.optimizer = kind(
            self.parameters.values(), lr=0.0, weight_decay=ensemble.optimizer.weight_decay
        )

    def output(self, inputs):
        p = self.parameters
        hidden = torch.relu(inputs @ p["input_weights"].T + p["hidden_biases"])
        return hidden @ p["output_weights"] + p["output_biases"]

    def step(self, step, learning_rate):
        ensemble = self.ensemble
        if ensemble.fixed_batches is None:
            stream = ensemble.streams[self.run]
            batch = draw_batch(ensemble.task, stream, step, ensemble.batch_size)
        else:
            batches = ensemble.fixed_batches[self.run]
            batch = batches[step % len(batches)]
        inputs, targets = _inputs_and_targets(ensemble.task, batch, ensemble.sparse_bits[self.run])
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate
        self.optimizer.zero_grad()
        loss = ((self.output(inputs) - targets) ** 2).mean()
        loss.backward()
        self.optimizer.step()
        return loss.item()


def _all_active(ensemble):
    return np.ones(ensemble.n_runs, dtype=bool)


def _assert_same_state(first, second):
    assert first.keys() == second.keys()
    for name, array in first.items():
        np.testing.assert_array_equal(array, second[name], err_msg=name)


@pytest.mark.parametrize("optimizer", [SGD, ADAM, Optimizer("sgd"), Optimizer("adam")])
@pytest.mark.parametrize(
    "shape",
    [
        {},
        {"width": 1, "runs": (4,), "batch_size": 1},
        {"width": 33, "batch_size": 50, "runs": (0, 7)},
        {"n_fixed": 3},
        {"n_fixed": 1, "batch_size": 9},
        {"task": WIDE_TASK},
        {"task": WIDE_TASK, "n_fixed": 2},
    ],
    ids=["fresh", "smallest", "larger", "three-batches", "one-batch", "40-bits", "40-bits-fixed"],
)
def test_steps_follow_float64_autograd_and_torch_optim(optimizer, shape):
    ensemble = _ensemble(optimizer=optimizer, **shape)
    engine = TorchEngine(ensemble)
    references = [Reference(ensemble, run) for run in range(ensemble.n_runs)]
    rates = [0.02] * 15 + [0.01] * 15
    for step, rate in enumerate(rates):
        loss = engine.advance(step, step + 1, rate, _all_active(ensemble))
        expected = [reference.step(step, rate) for reference in references]
        np.testing.assert_allclose(loss, expected, rtol=2e-4, atol=2e-5)
    for name, array in engine.parameters().arrays().items():
        for run, reference in enumerate(references):
            # float32 has 24 bits: 6e-8 a step, grown by 30 steps of an unstable recursion
            np.testing.assert_allclose(
                array[run], reference.parameters[name].detach().numpy(), rtol=2e-4, atol=2e-5
            )
            moved = np.abs(array[run] - ensemble.initial.arrays()[name][run])
            assert moved.max() > 1e-3  # the comparison is not of values that stood still


def test_samples_are_processed_in_tiles_without_changing_the_result():
    ensemble = _ensemble(batch_size=37, optimizer=ADAM)
    whole = TorchEngine(ensemble)
    tiled = TorchEngine(ensemble, memory_bytes=4 * 3 * 7 * 5)  # five samples of three runs a tile
    for engine in (whole, tiled):
        engine.advance(0, 20, 0.01, _all_active(ensemble))
    for name, array in whole.parameters().arrays().items():
        np.testing.assert_allclose(array, tiled.parameters().arrays()[name], atol=2e-5, rtol=2e-4)
    np.testing.assert_allclose(
        whole.measure(3).skill_strength, tiled.measure(3).skill_strength, atol=1e-4
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


@pytest.mark.parametrize(("width", "n_fixed"), [(300, 0), (4, 0), (300, 2)])
def test_samples_and_activations_stay_within_the_memory_given_on_a_gpu(width, n_fixed):
    memory, runs = 4 << 20, 2 if width > 100 else 9
    ensemble = _ensemble(width=width, runs=tuple(range(runs)), batch_size=2000, n_fixed=n_fixed)
    engine = TorchEngine(ensemble, memory_bytes=memory)
    engine._tile = engine._tile_samples(width, memory, "cuda")
    assert engine._tile > 100
    gradients = 4 * runs * (width * (TASK.input_size + 2) + 1)
    active = _all_active(ensemble)
    engine.advance(0, engine._cycle, 0.01, active)
    used = _peak_bytes(lambda: engine.advance(0, engine._cycle, 0.01, active))
    assert 0.3 * memory < used < memory + 3 * gradients
    assert _peak_bytes(lambda: engine.measure(0)) < memory + 3 * gradients


@pytest.mark.parametrize("optimizer", [SGD, ADAM])
@pytest.mark.parametrize("n_fixed", [0, 2])
def test_a_run_alone_is_the_run_in_an_ensemble(optimizer, n_fixed):
    """To float32 rounding: batched products sum in another order than the product of one run."""
    options = {"optimizer": optimizer, "n_fixed": n_fixed, "width": 16, "batch_size": 40}
    together = _ensemble(runs=(3, 5, 8, 9), **options)
    engine = TorchEngine(together)
    losses = engine.advance(0, 30, 0.02, _all_active(together))
    measured = engine.measure(30)
    for i, run in enumerate((3, 5, 8, 9)):
        alone = TorchEngine(_ensemble(runs=(run,), **options))
        loss = alone.advance(0, 30, 0.02, np.array([True]))
        assert loss[0] == pytest.approx(losses[i], rel=1e-5)
        for name, array in engine.parameters().arrays().items():
            np.testing.assert_allclose(
                array[i], alone.parameters().arrays()[name][0], rtol=1e-5, atol=2e-6
            )
        np.testing.assert_allclose(
            alone.measure(30).skill_strength[0], measured.skill_strength[i], atol=1e-5
        )


@pytest.mark.parametrize("optimizer", [SGD, ADAM])
@pytest.mark.parametrize("n_fixed", [0, 2])
def test_inactive_runs_stay_as_they_are_and_do_not_touch_the_others(optimizer, n_fixed):
    options = {"optimizer": optimizer, "n_fixed": n_fixed}
    ensemble = _ensemble(**options)
    engine = TorchEngine(ensemble)
    engine.advance(0, 5, 0.02, _all_active(ensemble))
    before = engine.state()
    active = np.array([True, False, True])
    loss = engine.advance(5, 12, 0.02, active)
    after = engine.state()
    for name, array in after.items():
        np.testing.assert_array_equal(array[1], before[name][1], err_msg=name)
        if name != "steps_done":
            assert (array[0] != before[name][0]).any(), name
    assert np.isnan(loss[1])
    assert np.isfinite(loss[[0, 2]]).all()
    unbroken = TorchEngine(_ensemble(**options))
    unbroken.advance(0, 12, 0.02, _all_active(ensemble))
    for name, array in unbroken.parameters().arrays().items():
        np.testing.assert_allclose(
            array[active], engine.parameters().arrays()[name][active], rtol=1e-5, atol=1e-6
        )


@settings(max_examples=15)
@given(
    st.sampled_from([SGD, ADAM]),
    st.sampled_from([0, 2]),
    st.lists(st.integers(1, 24), max_size=4, unique=True),
)
def test_slices_and_saved_states_change_nothing(optimizer, n_fixed, breaks):
    options = {"optimizer": optimizer, "n_fixed": n_fixed}
    ensemble = _ensemble(**options)
    unbroken = TorchEngine(ensemble)
    expected = unbroken.advance(0, 25, 0.02, _all_active(ensemble))
    engine, start = TorchEngine(ensemble), 0
    for end in [*sorted(breaks), 25]:
        loss = engine.advance(start, end, 0.02, _all_active(ensemble))
        state, start = engine.state(), end
        engine = TorchEngine(ensemble)
        engine.load_state(state)
        _assert_same_state(engine.state(), state)
    _assert_same_state(engine.state(), unbroken.state())
    np.testing.assert_array_equal(loss, expected)


def test_a_state_is_a_copy():
    ensemble = _ensemble(optimizer=ADAM)
    engine = TorchEngine(ensemble)
    engine.advance(0, 3, 0.02, _all_active(ensemble))
    state = engine.state()
    kept = {name: array.copy() for name, array in state.items()}
    engine.advance(3, 6, 0.02, _all_active(ensemble))
    _assert_same_state(state, kept)
    engine.load_state(state)
    for array in state.values():
        array[...] = 0
    _assert_same_state(engine.state(), kept)


def test_parameters_are_a_copy_and_start_at_the_initial_ones():
    ensemble = _ensemble()
    engine = TorchEngine(ensemble)
    for name, array in engine.parameters().arrays().items():
        np.testing.assert_array_equal(array, ensemble.initial.arrays()[name])
        array[...] = 0
    assert engine.parameters().input_weights.any()
    engine.advance(0, 5, 0.02, _all_active(ensemble))
    fresh = _ensemble()
    for name, array in ensemble.initial.arrays().items():
        np.testing.assert_array_equal(array, fresh.initial.arrays()[name])


@pytest.mark.parametrize("task", [TASK, WIDE_TASK])
def test_measurement_is_the_mean_over_its_inputs(task):
    """Definition of R_k and L_k on the documented inputs, in float64."""
    ensemble = _ensemble(task=task)
    engine = TorchEngine(ensemble)
    engine.advance(0, 10, 0.02, _all_active(ensemble))
    trained = engine.parameters().astype(np.float64)
    measured = engine.measure(10)
    for run in range(ensemble.n_runs):
        backgrounds = measurement_backgrounds(
            task, ensemble.streams[run], 10, ensemble.measurement_inputs
        )
        for skill in range(task.n_skills):
            positions = ensemble.sparse_bits[run, skill]
            products, squares, errors = [], [], []
            for background in backgrounds:
                for pattern in range(2**task.sparse_bits):
                    bits = [(int(background) >> j) & 1 for j in range(task.skill_bits)]
                    for j, position in enumerate(positions):
                        bits[position] = (pattern >> j) & 1
                    x = np.array([float(k == skill) for k in range(task.n_skills)] + bits)
                    hidden = np.maximum(
                        trained.input_weights[run] @ x + trained.hidden_biases[run], 0
                    )
                    f = hidden @ trained.output_weights[run] + trained.output_biases[run]
                    g = (-1) ** sum(bits[p] for p in positions)
                    products.append(g * f)
                    squares.append(f * f)
                    errors.append(0.5 * (task.target_scale * g - f) ** 2)
            assert len(products) == ensemble.measurement_inputs
            assert measured.skill_strength[run, skill] == pytest.approx(np.mean(products), abs=1e-5)
            assert measured.skill_loss[run, skill] == pytest.approx(np.mean(errors), abs=1e-5)


def test_measurement_estimates_the_exact_skill_strength_without_bias():
    """Against the sum over all 2^12 inputs; the standard error comes from the steps themselves."""
    ensemble = _ensemble(runs=(0,), sigma=0.6)
    engine = TorchEngine(ensemble)
    p = engine.parameters().astype(np.float64)
    every = np.arange(2**TASK.skill_bits)
    bits = (every[:, None] >> np.arange(TASK.skill_bits)) & 1
    estimates = np.stack([engine.measure(step).skill_strength[0] for step in range(200)])
    for skill in range(TASK.n_skills):
        hidden = (
            bits @ p.input_weights[0, :, TASK.n_skills :].T
            + p.input_weights[0, :, skill]
            + p.hidden_biases[0]
        )
        f = np.maximum(hidden, 0) @ p.output_weights[0] + p.output_biases[0]
        g = 1 - 2 * (bits[:, ensemble.sparse_bits[0, skill]].sum(axis=1) % 2)
        error = estimates[:, skill].std(ddof=1) / np.sqrt(len(estimates))
        assert estimates[:, skill].mean() == pytest.approx(np.mean(g * f), abs=4 * error + 1e-6)
        independent = np.std(g * f) / np.sqrt(ensemble.measurement_inputs)
        assert estimates[:, skill].std() < 1.2 * independent  # stratified: never worse


def test_skill_loss_and_strength_obey_their_inequality():
    # L_k ≥ ½(S - R_k)²: discrepancy 16 rests on it
    ensemble = _ensemble()
    engine = TorchEngine(ensemble)
    engine.advance(0, 40, 0.02, _all_active(ensemble))
    measured = engine.measure(40)
    bound = 0.5 * (TASK.target_scale - measured.skill_strength) ** 2
    assert (measured.skill_loss >= bound - 1e-9).all()


def test_loss_returned_is_the_one_before_the_update():
    ensemble = _ensemble()
    inputs, targets = _inputs_and_targets(
        TASK, draw_batch(TASK, ensemble.streams[1], 0, 20), ensemble.sparse_bits[1]
    )
    expected = ((Reference(ensemble, 1).output(inputs) - targets) ** 2).mean().item()
    loss = TorchEngine(ensemble).advance(0, 1, 0.02, _all_active(ensemble))
    assert loss[1] == pytest.approx(expected, rel=1e-5)
    assert loss.dtype == np.float64
    assert loss.shape == (3,)


def test_a_run_that_blows_up_reports_a_loss_that_is_not_finite():
    ensemble = _ensemble(sigma=1.0)
    loss = TorchEngine(ensemble).advance(0, 50, 100.0, _all_active(ensemble))
    assert not np.isfinite(loss).all()


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


@pytest.mark.parametrize(("optimizer", "n_fixed"), [(SGD, 0), (ADAM, 0), (SGD, 3)])
def test_steps_are_tensor_operations_alone(optimizer, n_fixed, monkeypatch):
    """What a CUDA graph needs: recorded once, they do the next steps, at another learning rate."""
    monkeypatch.setattr("emergence.training.engines.torch.torch_engine._DRAWN_STEPS", 2)
    ensemble = _ensemble(optimizer=optimizer, n_fixed=n_fixed)
    expected, engine = TorchEngine(ensemble), TorchEngine(ensemble)
    engine._graphs = recorded = TracedSteps()
    everyone, without = _all_active(ensemble), np.array([True, False, True])
    for first, last, rate, active in [
        (0, 9, 0.02, everyone),
        (9, 18, 0.01, everyone),
        (18, 27, 0.015, without),
    ]:
        losses = [e.advance(first, last, rate, active) for e in (expected, engine)]
        np.testing.assert_array_equal(*losses)
        _assert_same_state(engine.state(), expected.state())
    assert recorded.replays >= 5
