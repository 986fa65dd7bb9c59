"""Samples drawn as tensors are bit for bit those of the definition."""

from dataclasses import replace

import numpy as np
import torch
from engine_checks import make_ensemble
from hypothesis import given, settings
from hypothesis import strategies as st

from emergence.randomness import Stream
from emergence.tasks.sparse_parity.problem import (
    SparseParity,
    draw_batch,
    sparse_masks,
    target,
    unpack,
)
from emergence.training.engines.torch.torch_samples import TorchSamples

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


@settings(max_examples=40)
@given(ensembles(), st.lists(WORD, min_size=1, max_size=3), st.randoms(use_true_random=False))
def test_fresh_samples_and_inputs_are_those_of_the_task(ensemble, steps, random):
    task, samples = ensemble.task, TorchSamples(ensemble, torch.device("cpu"))
    chosen = sorted(random.sample(range(ensemble.n_runs), random.randint(1, ensemble.n_runs)))
    for runs in (None, torch.tensor(chosen)):
        drawn = samples.draw(torch.tensor(steps), runs)
        inputs = samples.unpack(drawn.skills, drawn.skill_bits)
        assert inputs.dtype == torch.float32
        for i, step in enumerate(steps):
            for j, run in enumerate(range(ensemble.n_runs) if runs is None else chosen):
                batch = draw_batch(task, ensemble.streams[run], step, ensemble.batch_size)
                found, masks = drawn.at((i, j)), sparse_masks(ensemble.data["sparse_bits"][run])
                np.testing.assert_array_equal(found.skills, batch.skills)
                np.testing.assert_array_equal(
                    found.skill_bits.numpy().view(np.uint64), batch.skill_bits
                )
                targets = target(task, batch.skills, batch.skill_bits, masks)
                np.testing.assert_array_equal(found.targets, targets)
                expected = unpack(task, batch.skills, batch.skill_bits)
                np.testing.assert_array_equal(inputs[i, j], expected)
