"""The transformer's engine against float64 autograd with torch.optim.SGD, and its own promises."""

import numpy as np
import pytest
import torch
from emergence.training.engines.transformer.transformer_engine import TransformerEngine
from hypothesis import given, settings
from hypothesis import strategies as st

from emergence.models.transformer import Transformer
from emergence.tasks.experiments import generate
from emergence.training.ensemble import build_ensemble
from emergence.tasks.sparse_parity.measurement import measurement_backgrounds, measurement_inputs
from emergence.tasks.sparse_parity.problem import draw_batch, parity_sign, sparse_masks, unpack
from emergence.training.engines.choice import create_engine

SIZES = {"architecture": "transformer", "heads": 2, "mlp_factor": 2}
WIDTH = 8


@pytest.fixture(scope="module")
def ensemble(small_settings):
    """ensemble(n_runs, **settings): an ensemble of small transformers."""

    def build(n_runs=2, **changes):
        options = {"momentum": 0.9, "weight_decay": 1e-2, "precision": "float32", **SIZES}
        settings = small_settings(**{**options, **changes})
        return build_ensemble(settings, WIDTH, 0, generate(settings, WIDTH, 0, n_runs))

    return build


def _active(ensemble):
    return np.ones(ensemble.n_runs, dtype=bool)


def _inputs_and_targets(ensemble, run, step):
    """By definition, one sample at a time, in float64."""
    task = ensemble.task
    batch = draw_batch(task, ensemble.streams[run], step, ensemble.batch_size)
    inputs, targets = [], []
    for skill, word in zip(batch.skills, batch.skill_bits, strict=True):
        bits = [(int(word) >> j) & 1 for j in range(task.skill_bits)]
        inputs.append([float(k == skill) for k in range(task.n_skills)] + bits)
        parity = sum(bits[j] for j in ensemble.sparse_bits[run, skill]) % 2
        targets.append(task.target_scale * (1 - 2 * parity))
    return torch.tensor(inputs, dtype=torch.float64), torch.tensor(targets, dtype=torch.float64)


class Reference:
    """One run in float64: autograd and torch.optim.SGD."""

    def __init__(self, ensemble, run):
        self.ensemble, self.run = ensemble, run
        self.model = Transformer(ensemble.initial.sizes)
        arrays = ensemble.initial.arrays.items()
        self.model.load_state_dict({name: torch.from_numpy(a[run]) for name, a in arrays})
        self.model.double()
        self.optimizer = torch.optim.SGD(
            self.model.parameters(),
            lr=0.0,
            momentum=ensemble.optimizer.momentum,
            weight_decay=ensemble.optimizer.weight_decay,
        )

    def step(self, step, learning_rate):
        inputs, targets = _inputs_and_targets(self.ensemble, self.run, step)
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate
        self.optimizer.zero_grad()
        loss = ((self.model(inputs) - targets) ** 2).mean()
        loss.backward()
        self.optimizer.step()
        return loss.item()


@pytest.mark.parametrize(
    "changes", [{}, {"momentum": 0.0}, {"weight_decay": 0.0}, {"batch_size": 1}], ids=str
)
def test_steps_follow_float64_autograd_and_torch_optim(ensemble, changes):
    trained = ensemble(**changes)
    engine = TransformerEngine(trained)
    references = [Reference(trained, run) for run in range(trained.n_runs)]
    for step, rate in enumerate([0.005] * 10 + [0.002] * 10):
        loss = engine.advance(step, step + 1, rate, _active(trained))
        expected = [reference.step(step, rate) for reference in references]
        np.testing.assert_allclose(loss, expected, rtol=5e-4, atol=2e-5)
    for name, array in engine.parameters().arrays.items():
        for run, reference in enumerate(references):
            expected = reference.model.get_parameter(name).detach().numpy()
            np.testing.assert_allclose(array[run], expected, rtol=5e-4, atol=5e-5, err_msg=name)
    moved = np.abs(
        engine.parameters().arrays["read_out.weight"] - trained.initial.arrays["read_out.weight"]
    )
    assert moved.max() > 1e-3  # the comparison is not of values that stood still


def test_batches_are_processed_in_parts_without_changing_the_result(ensemble):
    trained = ensemble(batch_size=37)
    whole, parts = TransformerEngine(trained), TransformerEngine(trained, memory_bytes=60_000)
    assert 1 <= parts._part < 37 <= whole._part
    for engine in (whole, parts):
        engine.advance(0, 10, 0.005, _active(trained))
    for name, array in whole.parameters().arrays.items():
        np.testing.assert_allclose(array, parts.parameters().arrays[name], atol=2e-6, rtol=2e-5)
    np.testing.assert_allclose(
        whole.measure(3).skill_strength, parts.measure(3).skill_strength, atol=1e-6
    )


def test_a_run_alone_is_the_run_in_an_ensemble(ensemble):
    together, alone = TransformerEngine(ensemble(3)), TransformerEngine(ensemble(1))
    loss = together.advance(0, 12, 0.005, np.array([True, True, True]))
    assert alone.advance(0, 12, 0.005, np.array([True]))[0] == loss[0]
    for name, array in alone.parameters().arrays.items():
        np.testing.assert_array_equal(array[0], together.parameters().arrays[name][0])


def test_inactive_runs_stay_as_they_are(ensemble):
    trained = ensemble(3)
    engine = TransformerEngine(trained)
    engine.advance(0, 4, 0.005, _active(trained))
    before = engine.state()
    loss = engine.advance(4, 8, 0.005, np.array([True, False, True]))
    after = engine.state()
    assert np.isnan(loss[1])
    assert np.isfinite(loss[[0, 2]]).all()
    for name, array in after.items():
        np.testing.assert_array_equal(array[1], before[name][1])
        assert (array[0] != before[name][0]).any()


@settings(max_examples=10)
@given(breaks=st.lists(st.integers(1, 14), max_size=3, unique=True))
def test_slices_and_saved_states_change_nothing(ensemble, breaks):
    trained = ensemble()
    unbroken = TransformerEngine(trained)
    expected = unbroken.advance(0, 15, 0.005, _active(trained))
    engine, start = TransformerEngine(trained), 0
    for end in [*sorted(breaks), 15]:
        loss = engine.advance(start, end, 0.005, _active(trained))
        state, start = engine.state(), end
        engine = TransformerEngine(trained)
        engine.load_state(state)
    np.testing.assert_array_equal(loss, expected)
    for name, array in engine.state().items():
        np.testing.assert_array_equal(array, unbroken.state()[name])


def test_a_state_is_a_copy(ensemble):
    trained = ensemble()
    engine = TransformerEngine(trained)
    state = engine.state()
    kept = {name: array.copy() for name, array in state.items()}
    engine.advance(0, 3, 0.005, _active(trained))
    for name, array in state.items():
        np.testing.assert_array_equal(array, kept[name])


def test_measurement_is_the_mean_over_its_inputs(ensemble):
    """Definition of R_k and L_k on the documented inputs, in float64."""
    trained = ensemble(1)
    task = trained.task
    measured = TransformerEngine(trained).measure(10)
    model = Reference(trained, 0).model
    backgrounds = measurement_backgrounds(task, trained.streams[0], 10, trained.measurement_inputs)
    for skill in range(task.n_skills):
        inputs, signs = [], []
        for background in backgrounds:
            for pattern in range(2**task.sparse_bits):
                bits = [(int(background) >> j) & 1 for j in range(task.skill_bits)]
                for j, position in enumerate(trained.sparse_bits[0, skill]):
                    bits[position] = (pattern >> j) & 1
                inputs.append([float(k == skill) for k in range(task.n_skills)] + bits)
                signs.append((-1) ** sum(bits[p] for p in trained.sparse_bits[0, skill]))
        f = model(torch.tensor(inputs, dtype=torch.float64)).detach().numpy()
        g = np.array(signs)
        assert len(f) == trained.measurement_inputs
        assert measured.skill_strength[0, skill] == pytest.approx(np.mean(g * f), abs=1e-6)
        error = 0.5 * (task.target_scale * g - f) ** 2
        assert measured.skill_loss[0, skill] == pytest.approx(np.mean(error), abs=1e-5)


def test_squared_gradients_are_the_slope_of_the_strength_along_itself(ensemble):
    """Moving the parameters by ε ∇R_k / |∇R_k| raises R_k by ε |∇R_k|: central differences."""
    trained = ensemble(1)
    task = trained.task
    engine = TransformerEngine(trained)
    engine.advance(0, 20, 0.005, _active(trained))
    found = engine.squared_gradients(10)[0]
    reference = Reference(trained, 0).model
    for name, array in engine.parameters().arrays.items():
        reference.get_parameter(name).data.copy_(torch.from_numpy(array[0]))
    parameters = list(reference.parameters())
    (backgrounds,) = [
        measurement_backgrounds(task, stream, 10, trained.measurement_inputs)
        for stream in trained.streams
    ]
    for skill in range(task.n_skills):
        bits = measurement_inputs(backgrounds, trained.sparse_bits[0, skill]).ravel()
        inputs = torch.from_numpy(unpack(task, np.full(len(bits), skill), bits)).double()
        mask = sparse_masks(trained.sparse_bits[0])[skill]
        sign = torch.from_numpy(parity_sign(bits, mask))

        def strength(inputs=inputs, sign=sign):
            return (sign * reference(inputs)).mean()

        gradients = torch.autograd.grad(strength(), parameters)
        norm = torch.sqrt(sum((g**2).sum() for g in gradients))
        ends = []
        for shift in (1e-6, -1e-6):
            for parameter, gradient in zip(parameters, gradients, strict=True):
                parameter.data += shift * gradient / norm
            ends.append(strength().item())
            for parameter, gradient in zip(parameters, gradients, strict=True):
                parameter.data -= shift * gradient / norm
        slope = (ends[0] - ends[1]) / 2e-6
        assert found[skill] == pytest.approx(slope**2, rel=1e-3)


def test_bfloat16_rounds_the_step_and_only_the_step(ensemble):
    """8 significant bits: a relative error of the gradient near 2^-8, not of the measurement."""
    exact, rounded = (
        TransformerEngine(ensemble(1, precision=precision, weight_decay=0.0, batch_size=256))
        for precision in ("float32", "bfloat16")
    )
    np.testing.assert_array_equal(
        exact.measure(0).skill_strength, rounded.measure(0).skill_strength
    )
    for engine in (exact, rounded):
        engine.advance(0, 1, 0.005, np.array([True]))
    step, other = (engine.state()["momentum"][0] for engine in (exact, rounded))
    error = np.linalg.norm(step - other) / np.linalg.norm(step)
    assert 2**-12 < error < 2**-4


def test_engine_is_created_for_its_architecture(ensemble):
    assert isinstance(create_engine("torch", "cpu", ensemble(), 1), TransformerEngine)
