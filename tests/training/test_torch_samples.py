"""Samples drawn as tensors are bit for bit those of the definition."""

import numpy as np
import pytest
import torch
from emergence.bench.drawn_ensemble import draw_ensemble
from hypothesis import given, settings
from hypothesis import strategies as st

from emergence.randomness import Stream
from emergence.tasks.sparse_parity.measurement import measurement_backgrounds, measurement_inputs
from emergence.tasks.sparse_parity.problem import (
    SparseParity,
    draw_batch,
    sparse_masks,
    target,
    unpack,
)
from emergence.training.engines.torch.torch_samples import TorchSamples
from emergence.training.ensemble import Optimizer

CPU = torch.device("cpu")
WORD = st.integers(0, 2**32 - 1)


def _ensemble(task, streams, batch_size=7, inputs=64, n_fixed=0):
    return draw_ensemble(task, streams, 2, 0.1, batch_size, Optimizer("sgd"), inputs, n_fixed)


@st.composite
def ensembles(draw):
    skill_bits = draw(st.sampled_from([1, 2, 7, 8, 9, 31, 32, 33, 63, 64]))
    sparse_bits = draw(st.integers(1, min(3, skill_bits)))
    n_skills = draw(st.integers(1, min(6, skill_bits // sparse_bits)))
    task = SparseParity(n_skills, skill_bits, sparse_bits, draw(st.sampled_from([0.1, 0.6, 2.0])), 5.0)
    keys = draw(st.lists(st.tuples(WORD, WORD), min_size=1, max_size=3))
    streams = tuple(Stream(key, draw(WORD)) for key in keys)
    return _ensemble(task, streams, draw(st.sampled_from([1, 3, 4, 50])))


def _assert_equal(samples, batch, task, masks):
    np.testing.assert_array_equal(samples.skills.numpy(), batch.skills)
    np.testing.assert_array_equal(samples.skill_bits.numpy().view(np.uint64), batch.skill_bits)
    expected = target(task, batch.skills, batch.skill_bits, masks)
    np.testing.assert_array_equal(samples.targets.numpy(), expected)


@settings(max_examples=100)
@given(ensembles(), st.lists(WORD, min_size=1, max_size=3), st.randoms(use_true_random=False))
def test_fresh_samples_are_those_of_draw_batch(ensemble, steps, random):
    samples = TorchSamples(ensemble, CPU)
    chosen = sorted(random.sample(range(ensemble.n_runs), random.randint(1, ensemble.n_runs)))
    for runs in (None, torch.tensor(chosen)):
        drawn = samples.draw(torch.tensor(steps), runs)
        for i, step in enumerate(steps):
            for j, run in enumerate(range(ensemble.n_runs) if runs is None else chosen):
                batch = draw_batch(ensemble.task, ensemble.streams[run], step, ensemble.batch_size)
                masks = sparse_masks(ensemble.sparse_bits[run])
                _assert_equal(drawn.at((i, j)), batch, ensemble.task, masks)


@given(ensembles())
def test_inputs_are_those_of_unpack(ensemble):
    samples = TorchSamples(ensemble, CPU)
    drawn = samples.draw(torch.tensor([3])).at(0)
    inputs = samples.unpack(drawn.skills, drawn.skill_bits)
    assert inputs.dtype == torch.float32
    for run, stream in enumerate(ensemble.streams):
        batch = draw_batch(ensemble.task, stream, 3, ensemble.batch_size)
        expected = unpack(ensemble.task, batch.skills, batch.skill_bits)
        np.testing.assert_array_equal(inputs[run].numpy(), expected)
        part = samples.unpack(drawn.skills[:, 1:3], drawn.skill_bits[:, 1:3])  # a tile
        np.testing.assert_array_equal(part[run].numpy(), expected[1:3])


TASK = SparseParity(n_skills=3, skill_bits=40, sparse_bits=2, data_exponent=0.6, target_scale=2.0)
STREAMS = (Stream((1, 2), 0), Stream((1, 2), 9))


def test_fixed_samples_are_those_of_the_ensemble():
    ensemble = _ensemble(TASK, STREAMS, n_fixed=3)
    batches = TorchSamples(ensemble, CPU).fixed()
    assert len(batches) == 3
    for i, samples in enumerate(batches):
        for run in range(2):
            masks = sparse_masks(ensemble.sparse_bits[run])
            _assert_equal(samples.at(run), ensemble.fixed_batches[run][i], TASK, masks)


@given(ensembles(), WORD)
def test_backgrounds_of_measurements_are_those_of_the_definition(ensemble, step):
    found = TorchSamples(ensemble, CPU).measurement_backgrounds(step).numpy().view(np.uint64)
    for run, stream in enumerate(ensemble.streams):
        expected = measurement_backgrounds(ensemble.task, stream, step, ensemble.measurement_inputs)
        np.testing.assert_array_equal(found[run], expected)


@pytest.mark.parametrize("tile", [64, 17])
def test_measurement_is_of_the_documented_inputs(tile):
    """With a made-up network, f = first skill bit + 2 · (second control bit)."""
    ensemble = _ensemble(TASK, STREAMS)
    seen = []

    def outputs(inputs):
        seen.append(inputs.shape[1])
        return inputs[..., 3] + 2 * inputs[..., 1]

    measured = TorchSamples(ensemble, CPU).measure(11, tile, outputs)
    assert max(seen) <= tile
    assert sum(seen) == 3 * 64
    for run, stream in enumerate(STREAMS):
        backgrounds = measurement_backgrounds(TASK, stream, 11, 64)
        for skill in range(3):
            bits = measurement_inputs(backgrounds, ensemble.sparse_bits[run, skill]).ravel()
            skills = np.full(64, skill)
            f = (bits & np.uint64(1)).astype(float) + 2 * (skill == 1)
            wanted = target(TASK, skills, bits, sparse_masks(ensemble.sparse_bits[run]))
            strength = np.mean(wanted * f) / TASK.target_scale
            loss = np.mean((wanted - f) ** 2) / 2
            assert measured.skill_strength[run, skill] == pytest.approx(strength, abs=1e-14)
            assert measured.skill_loss[run, skill] == pytest.approx(loss, abs=1e-13)
