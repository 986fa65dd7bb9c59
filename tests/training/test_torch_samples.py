"""Samples drawn as tensors are bit for bit those of the definition."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from engine_checks import make_ensemble
from hypothesis import given, settings
from hypothesis import strategies as st

from emergence.randomness import Stream
from emergence.tasks.sparse_parity.measurement import measure
from emergence.tasks.sparse_parity.problem import (
    SparseParity,
    draw_batch,
    fixed_batches,
    sparse_masks,
    target,
    unpack,
)
from emergence.training.engines.torch.torch_samples import TorchSamples

CPU = torch.device("cpu")
WORD = st.integers(0, 2**32 - 1)


@st.composite
def ensembles(draw):
    skill_bits = draw(st.sampled_from([1, 2, 7, 8, 9, 31, 32, 33, 63, 64]))
    sparse_bits = draw(st.integers(1, min(3, skill_bits)))
    n_skills = draw(st.integers(1, min(6, skill_bits // sparse_bits)))
    task = SparseParity(n_skills, skill_bits, sparse_bits, draw(st.sampled_from([0.1, 2.0])), 5.0)
    keys = draw(st.lists(st.tuples(WORD, WORD), min_size=1, max_size=3))
    ensemble = make_ensemble(
        task, 2, draw(st.sampled_from([1, 3, 4, 50])), runs=tuple(range(len(keys)))
    )
    return replace(ensemble, streams=tuple(Stream(key, draw(WORD)) for key in keys))


def _assert_equal(samples, batch, task, masks):
    np.testing.assert_array_equal(samples.skills.numpy(), batch.skills)
    np.testing.assert_array_equal(samples.skill_bits.numpy().view(np.uint64), batch.skill_bits)
    expected = target(task, batch.skills, batch.skill_bits, masks)
    np.testing.assert_array_equal(samples.targets.numpy(), expected)


@settings(max_examples=60)
@given(ensembles(), st.lists(WORD, min_size=1, max_size=3), st.randoms(use_true_random=False))
def test_fresh_samples_and_inputs_are_those_of_the_task(ensemble, steps, random):
    samples = TorchSamples(ensemble, CPU)
    chosen = sorted(random.sample(range(ensemble.n_runs), random.randint(1, ensemble.n_runs)))
    for runs in (None, torch.tensor(chosen)):
        drawn = samples.draw(torch.tensor(steps), runs)
        inputs = samples.unpack(drawn.skills, drawn.skill_bits)
        assert inputs.dtype == torch.float32
        for i, step in enumerate(steps):
            for j, run in enumerate(range(ensemble.n_runs) if runs is None else chosen):
                batch = draw_batch(ensemble.task, ensemble.streams[run], step, ensemble.batch_size)
                masks = sparse_masks(ensemble.data["sparse_bits"][run])
                _assert_equal(drawn.at((i, j)), batch, ensemble.task, masks)
                expected = unpack(ensemble.task, batch.skills, batch.skill_bits)
                np.testing.assert_array_equal(inputs[i, j].numpy(), expected)


TASK = SparseParity(n_skills=3, skill_bits=40, sparse_bits=2, data_exponent=0.6, target_scale=2.0)


def test_fixed_samples_are_those_of_the_ensemble():
    ensemble = make_ensemble(TASK, 2, 7, runs=(0, 9), n_batches=3)
    batches = TorchSamples(ensemble, CPU).fixed()
    assert len(batches) == 3
    for i, samples in enumerate(batches):
        for run in range(2):
            data = ensemble.data_of(run)
            masks = sparse_masks(data["sparse_bits"])
            _assert_equal(samples.at(run), fixed_batches(data)[i], TASK, masks)


@pytest.mark.parametrize("tile", [64, 17])
def test_measurement_is_of_the_documented_inputs(tile):
    """With a made-up network, f = first skill bit + 2 · (second control bit)."""
    ensemble = make_ensemble(TASK, 2, 7, runs=(0, 9), measurement_inputs=64)
    seen = []

    def outputs(inputs):
        seen.append(inputs.shape[-2])
        return inputs[..., 3] + 2 * inputs[..., 1]

    measured = TorchSamples(ensemble, CPU).measure(11, tile, outputs)
    assert max(seen) <= tile
    assert sum(seen) == 3 * 64
    for run, stream in enumerate(ensemble.streams):
        expected = measure(TASK, ensemble.data["sparse_bits"][run], stream, 11, 64, outputs)
        for name, values in expected.items():
            np.testing.assert_allclose(measured[name][run], values, atol=1e-13)
