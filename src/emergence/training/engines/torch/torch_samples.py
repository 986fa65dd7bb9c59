"""Samples as PyTorch tensors on any device: drawn there, from the same counters as in `problem`.

Random words are int64 tensors of values below 2^32; a product of two of them wraps around in int64
as it does in uint64, so every word equals that of `randomness.Stream`, and every sample that of
`problem.draw_batch`. The step is a tensor too: a recorded CUDA graph draws new samples whenever it
is replayed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from emergence.randomness import PHILOX_MULTIPLIERS, Purpose, philox_round_keys
from emergence.tasks.base import Measurement
from emergence.tasks.sparse_parity.measurement import measurement_patterns, strength_and_loss
from emergence.tasks.sparse_parity.problem import fixed_batches, sparse_masks, target
from emergence.training.engines.parity import task_and_network
from emergence.training.ensemble import Ensemble

_MASK = 0xFFFFFFFF
_BYTE_BITS = 8


class Samples(NamedTuple):
    """skills (..., count) int64; skill_bits (..., count) int64, packed; targets (..., count)."""

    skills: Tensor
    skill_bits: Tensor
    targets: Tensor

    def at(self, index: Any) -> Samples:
        """Every tensor indexed alike."""
        return Samples(*(tensor[index] for tensor in self))


class _Counters(NamedTuple):
    """Counter words 0 and 3, each (blocks,): blocks of so many words for each of some purposes."""

    blocks: Tensor
    purposes: Tensor
    counts: tuple[int, ...]


class TorchSamples:
    """Samples of an ensemble's runs on a device; nothing is copied from the host to draw them."""

    def __init__(self, ensemble: Ensemble, device: torch.device) -> None:
        self._ensemble, self._device = ensemble, device
        self._task, _ = task_and_network(ensemble)
        task, streams = self._task, ensemble.streams
        keys = [philox_round_keys(stream.key) for stream in streams]  # (runs, rounds, 2)
        self._keys = self._tensor(np.array(keys).transpose(1, 2, 0)[..., None])
        self._multipliers = self._tensor(np.array(PHILOX_MULTIPLIERS)[:, None, None, None])
        self._runs = self._tensor(np.array([stream.run for stream in streams])[:, None])
        self._thresholds = self._tensor(task.skill_thresholds.astype(np.int64))
        self._skills = torch.arange(task.n_skills, device=device)
        self._positions = self._tensor(ensemble.data["sparse_bits"])
        self._order = torch.arange(ensemble.batch_size, device=device)
        size, inputs = ensemble.batch_size, ensemble.measurement_inputs
        self._batch_words = self._counters(
            {Purpose.BATCH_SKILLS: size, Purpose.BATCH_BITS: self._words_of_bits(size)}
        )
        self._backgrounds = inputs >> task.sparse_bits
        self._measurement_words = self._counters(
            {Purpose.MEASUREMENT_BITS: self._words_of_bits(self._backgrounds)}
        )
        self._bit_masks = self._tensor(1 << np.arange(_BYTE_BITS, dtype=np.uint8))

    def draw(self, steps: Tensor, runs: Tensor | None = None) -> Samples:
        """Fresh batches of the steps (n,) for the runs (r,), None for all: (n, r, batch)."""
        task = self._task
        uniform, words = self._words(steps, self._batch_words, runs)
        ends = (uniform[..., None] < self._thresholds).sum(-2)  # samples of skills up to each
        skills = (self._order[:, None] >= ends[..., None, :]).sum(-1)
        bits = self._pack(words, self._ensemble.batch_size)
        positions = self._positions if runs is None else self._positions[runs]
        positions = positions.expand(len(steps), *positions.shape)
        index = skills[..., None].expand(*skills.shape, task.sparse_bits)
        odd = ((bits[..., None] >> positions.gather(2, index)) & 1).sum(-1) & 1
        return Samples(skills, bits, task.target_scale * (1 - 2 * odd).float())

    def fixed(self) -> list[Samples]:
        """The batches of the fixed training sets, each (runs, batch); one copy from the host."""
        ensemble = self._ensemble
        masks = sparse_masks(ensemble.data["sparse_bits"])
        runs = [fixed_batches(ensemble.data_of(run)) for run in range(ensemble.n_runs)]
        batches = []
        for of_runs in zip(*runs, strict=True):
            targets = [
                target(self._task, batch.skills, batch.skill_bits, mask)
                for batch, mask in zip(of_runs, masks, strict=True)
            ]
            batches.append(
                Samples(
                    self._tensor(np.stack([batch.skills for batch in of_runs])),
                    self._tensor(np.stack([batch.skill_bits for batch in of_runs]).view(np.int64)),
                    self._tensor(np.stack(targets).astype(np.float32)),
                )
            )
        return batches

    def unpack(self, skills: Tensor, skill_bits: Tensor) -> Tensor:
        """Network inputs (..., n_s + n_b), 0 or 1 in float32: one-hot control bits, skill bits.

        skills may be of fewer dimensions, to be broadcast.
        """
        task = self._task
        used_bytes = -(-task.skill_bits // _BYTE_BITS)
        # the bytes of a word from the lowest, as on every machine that PyTorch supports
        low = skill_bits.view(torch.uint8).unflatten(-1, (-1, _BYTE_BITS))[..., :used_bytes, None]
        bits = (low & self._bit_masks).ne(0).flatten(-2)[..., : task.skill_bits]
        shape = (*skill_bits.shape, task.input_size)
        inputs = torch.empty(shape, dtype=torch.float32, device=self._device)
        inputs[..., : task.n_skills] = skills[..., None] == self._skills
        inputs[..., task.n_skills :] = bits
        return inputs

    def measurement_backgrounds(self, step: int) -> Tensor:
        """See `measurement.measurement_backgrounds`; of all runs, shape (runs, backgrounds)."""
        steps = torch.full((1,), step, device=self._device)
        (words,) = self._words(steps, self._measurement_words, None)
        return self._pack(words[0], self._backgrounds)

    def measure(self, step: int, tile: int, outputs: Callable[[Tensor], Tensor]) -> Measurement:
        """R_k and L_k from a network's outputs (see `ensemble.Engine.measure`).

        outputs: from inputs (runs, count, n_s + n_b) with count ≤ tile to f of shape (runs, count).
        """
        ensemble, task = self._ensemble, self._task
        backgrounds = self.measurement_backgrounds(step)
        sums = torch.zeros((2, task.n_skills, ensemble.n_runs), dtype=torch.float64)
        sums = sums.to(self._device)
        for skill in range(task.n_skills):
            written, masks, signs = measurement_patterns(ensemble.data["sparse_bits"][:, skill])
            kept = backgrounds & ~self._tensor(masks.view(np.int64))[:, None]
            bits = kept[:, None] | self._tensor(written.view(np.int64))[:, :, None]
            bits = bits.flatten(1)
            sign = self._tensor(signs.astype(np.float64)).repeat_interleave(kept.shape[1])
            for start in range(0, bits.shape[1], tile):
                part = slice(start, start + tile)
                f = outputs(self.unpack(self._skills[skill], bits[:, part])).double()
                sums[0, skill] += f @ sign[part]
                sums[1, skill] += f.square().sum(1)
        strength, square = sums.transpose(1, 2).cpu().numpy() / bits.shape[1]
        return strength_and_loss(task, strength, square)

    def _tensor(self, array: NDArray) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(array)).to(self._device)

    def _words_of_bits(self, count: int) -> int:
        return count * (2 if self._task.skill_bits > 32 else 1)

    def _pack(self, words: Tensor, count: int) -> Tensor:
        """See `problem.draw_skill_bits`."""
        n_bits = self._task.skill_bits
        if n_bits > 32:
            words = words[..., :count] | (words[..., count:] << 32)
        return words & ((1 << n_bits) - 1) if n_bits < 64 else words

    def _words(self, steps: Tensor, counters: _Counters, runs: Tensor | None) -> list[Tensor]:
        """The words of the counters, (steps, runs, count) for each purpose, in one go.

        See `randomness.philox` and `Stream.words`. Counter words 0 and 2 are multiplied: they and
        words 1 and 3 are kept as pairs, shape (2, steps, runs, blocks).
        """
        keys, run = self._keys, self._runs
        if runs is not None:
            keys, run = keys[:, :, runs], run[runs]
        block, purpose = counters.blocks, counters.purposes
        shape = (len(steps), len(run), len(block))
        multiplied = torch.stack([block.expand(shape), run.expand(shape)])
        other = torch.stack([steps[:, None, None].expand(shape), purpose.expand(shape)])
        for key in keys:
            product = (multiplied * self._multipliers).flip(0)
            multiplied = (product >> 32).bitwise_and_(_MASK).bitwise_xor_(other)
            multiplied.bitwise_xor_(key[:, None])
            other = product.bitwise_and_(_MASK)
        words = torch.stack([multiplied[0], other[0], multiplied[1], other[1]], dim=-1)
        parts = words.split([-(-count // 4) for count in counters.counts], dim=2)
        return [part.flatten(2)[..., :n] for part, n in zip(parts, counters.counts, strict=True)]

    def _counters(self, counts: dict[Purpose, int]) -> _Counters:
        n_blocks = [-(-count // 4) for count in counts.values()]
        return _Counters(
            self._tensor(np.concatenate([np.arange(n) for n in n_blocks])),
            self._tensor(np.repeat([int(purpose) for purpose in counts], n_blocks)),
            tuple(counts.values()),
        )
