"""Samples inside Triton kernels: the same words, batches and targets as `randomness` and `problem`.

Samples are grouped by skill, and processed in blocks that hold samples of one skill only: the
control weight is then one number for each hidden unit.
"""

from __future__ import annotations

import triton
import triton.language as tl

from emergence.randomness import Purpose

_BATCH_SKILLS = tl.constexpr(int(Purpose.BATCH_SKILLS))
_BATCH_BITS = tl.constexpr(int(Purpose.BATCH_BITS))


@triton.jit
def load_stream(streams, run):
    """Key (two words) and run index of a run's `randomness.Stream`."""
    first = tl.load(streams + 3 * run).to(tl.uint32, bitcast=True)
    second = tl.load(streams + 3 * run + 1).to(tl.uint32, bitcast=True)
    index = tl.load(streams + 3 * run + 2).to(tl.uint32, bitcast=True)
    return first, second, index


@triton.jit
def philox_words(counter, step, purpose, key_0, key_1, run):
    """The four words of each counter block: words 4 counter to 4 counter + 3 of the stream."""
    zero = counter ^ counter
    return tl.philox_impl(
        counter, zero + step, zero + run, zero + purpose, zero + key_0, zero + key_1
    )


@triton.jit
def stream_word(index, step, purpose, key_0, key_1, run):
    """Word `index` of `Stream.words(purpose, step, ...)`."""
    counter = (index >> 2).to(tl.uint32)
    first, second, third, fourth = philox_words(counter, step, purpose, key_0, key_1, run)
    place = index & 3
    low = tl.where(place == 0, first, second)
    high = tl.where(place == 2, third, fourth)
    return tl.where(place < 2, low, high)


@triton.jit
def draw_bits(index, count, step, purpose, key_0, key_1, run, WIDE: tl.constexpr):
    """Packed skill bits of samples `index` of `count`: see `problem.draw_skill_bits`.

    uint32, or uint64 if there are more than 32 bits (WIDE). Bits beyond n_b are random, not 0.
    """
    bits = stream_word(index, step, purpose, key_0, key_1, run)
    if WIDE:
        high = stream_word(count + index, step, purpose, key_0, key_1, run)
        bits = bits.to(tl.uint64) | (high.to(tl.uint64) << 32)
    return bits


@triton.jit
def load_bits(words, sample, valid, largest, WIDE: tl.constexpr):
    """Packed skill bits of some samples of a batch, 0 where not valid.

    words: bits 0-31 of up to `largest` samples, then bits 32-63 if there are more than 32 (WIDE).
    """
    bits = tl.load(words + sample, mask=valid, other=0).to(tl.uint32, bitcast=True)
    if WIDE:
        high = tl.load(words + largest + sample, mask=valid, other=0).to(tl.uint32, bitcast=True)
        bits = bits.to(tl.uint64) | (high.to(tl.uint64) << 32)
    return bits


@triton.jit
def odd_parity(bits, WIDE: tl.constexpr):
    """1 where the number of set bits is odd, else 0."""
    if WIDE:
        bits = bits ^ (bits >> 32)
    bits = bits ^ (bits >> 16)
    bits = bits ^ (bits >> 8)
    bits = bits ^ (bits >> 4)
    bits = bits ^ (bits >> 2)
    return (bits ^ (bits >> 1)) & 1


@triton.jit
def sparse_mask(masks, run, n_skills, skill, WIDE: tl.constexpr):
    """Packed mask of a skill's sparse bits, from masks (runs, n_s) int64."""
    mask = tl.load(masks + run * n_skills + skill).to(tl.uint64, bitcast=True)
    if not WIDE:
        mask = mask.to(tl.uint32)
    return mask


@triton.jit
def skill_ends(
    thresholds, size, step, streams, run, n_skills, SKILLS: tl.constexpr, COUNTERS: tl.constexpr
):  # fmt: skip
    """Where each skill's samples end in a fresh batch, (SKILLS,): the running sum of its counts.

    thresholds: those of `SparseParity`, (n_s - 1,) int32. COUNTERS: Philox blocks at a time.
    """
    key_0, key_1, index = load_stream(streams, run)
    skill = tl.arange(0, SKILLS)
    ends = tl.full([SKILLS], size, dtype=tl.int32)
    for first in range(0, tl.cdiv(size, 4), COUNTERS):
        counter = first + tl.arange(0, COUNTERS)
        words = philox_words(counter.to(tl.uint32), step, _BATCH_SKILLS, key_0, key_1, index)
        for k in range(n_skills - 1):
            threshold = tl.load(thresholds + k).to(tl.uint32, bitcast=True)
            beyond = tl.zeros([COUNTERS], dtype=tl.int32)
            for place in tl.static_range(4):
                inside = 4 * counter + place < size
                beyond += ((words[place] >= threshold) & inside).to(tl.int32)
            ends -= tl.where(skill == k, tl.sum(beyond, axis=0), 0)
    return ends


@triton.jit
def draw_words(words, count, step, streams, run, COUNTERS: tl.constexpr):
    """Write `count` words of a fresh batch's bits."""
    key_0, key_1, index = load_stream(streams, run)
    for first in range(0, tl.cdiv(count, 4), COUNTERS):
        counter = first + tl.arange(0, COUNTERS)
        drawn = philox_words(counter.to(tl.uint32), step, _BATCH_BITS, key_0, key_1, index)
        for place in tl.static_range(4):
            word = 4 * counter + place
            tl.store(words + word, drawn[place].to(tl.int32, bitcast=True), mask=word < count)


@triton.jit(do_not_specialize=["n_runs"])
def draw_batches(
    words, ends, thresholds, streams, active, clock, size, n_runs, n_skills,
    WIDE: tl.constexpr, SKILLS: tl.constexpr, COUNTERS: tl.constexpr,
):  # fmt: skip
    """Fresh batches: program (i, run) that of step clock + i.

    Skill ends to ends[i, run], bits to words[i, run] (see `load_bits`).
    """
    offset, run = tl.program_id(0), tl.program_id(1)
    if tl.load(active + run) == 0:
        return
    step = (tl.load(clock) + offset).to(tl.uint32)
    row = (offset * n_runs + run).to(tl.int64)
    found = skill_ends(thresholds, size, step, streams, run, n_skills, SKILLS, COUNTERS)
    tl.store(ends + row * SKILLS + tl.arange(0, SKILLS), found)
    count = size
    if WIDE:
        count = 2 * size
    draw_words(words + row * count, count, step, streams, run, COUNTERS)


@triton.jit
def locate_block(ends, block, SKILLS: tl.constexpr, TILE: tl.constexpr):
    """Skill, first sample and end of the samples of a block, from a batch's skill ends (SKILLS,).

    A skill's samples fill cdiv(count, TILE) blocks; past the last block, the end is not after the
    first.
    """
    skill = tl.arange(0, SKILLS)
    end = tl.load(ends + skill)
    start = tl.load(ends + skill - 1, mask=skill > 0, other=0)
    blocks = (end - start + TILE - 1) // TILE
    last = tl.cumsum(blocks, axis=0)
    first = last - blocks
    here = (block >= first) & (block < last)
    sample = tl.sum(tl.where(here, start + (block - first) * TILE, 0), axis=0)
    return (
        tl.sum(tl.where(here, skill, 0), axis=0),
        sample,
        tl.minimum(tl.sum(tl.where(here, end, 0), axis=0), sample + TILE),
    )


@triton.jit
def expand(bits, positions):
    """Whether the bits at some positions of each sample are set, (samples, positions)."""
    return ((bits[:, None] >> positions[None, :].to(bits.dtype)) & 1) != 0
