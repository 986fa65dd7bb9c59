"""Skill strengths and losses in a Triton kernel, on the inputs of `measurement`."""

from __future__ import annotations

import triton
import triton.language as tl

from emergence.randomness import Purpose
from emergence.training.engines.triton.products import select
from emergence.training.engines.triton.samples import draw_bits, expand, load_stream, odd_parity
from emergence.training.engines.triton.wide import network_outputs

_MEASUREMENT_BITS = tl.constexpr(int(Purpose.MEASUREMENT_BITS))


@triton.jit(do_not_specialize=["step"])
def measure(
    high, low, offsets, outputs, output_biases, streams, positions, sums,
    step, backgrounds, sparse_bits, padded, n_skills,
    UNITS: tl.constexpr, KEPT: tl.constexpr, SKILLS: tl.constexpr, TILE: tl.constexpr,
):  # fmt: skip
    """Sums of g f and f² over a tile of a skill's inputs: program (tile, skill, run).

    Input i is background i mod backgrounds with the pattern i // backgrounds written to the
    skill's sparse positions (runs, n_s, m). To sums (runs, n_s, tiles, 2).
    """
    tile, skill, run = tl.program_id(0), tl.program_id(1), tl.program_id(2)
    WIDE: tl.constexpr = KEPT > 32
    index = tile * TILE + tl.arange(0, TILE)
    pattern = index // backgrounds
    valid = (pattern >> sparse_bits) == 0
    key_0, key_1, stream_run = load_stream(streams, run)
    bits = draw_bits(
        index % backgrounds, backgrounds, step.to(tl.uint32), _MEASUREMENT_BITS,
        key_0, key_1, stream_run, WIDE,
    )  # fmt: skip
    zero = bits ^ bits
    for j in range(sparse_bits):
        place = tl.load(positions + (run * n_skills + skill) * sparse_bits + j).to(bits.dtype)
        one = (zero + 1) << place
        written = ((pattern >> j) & 1) != 0
        bits = (bits | one) ^ tl.where(written, zero, one)
    ones = tl.full([1, 1], 1.0, dtype=tl.float16)
    f = tl.load(output_biases + run) + network_outputs(
        select(expand(bits, tl.arange(0, KEPT)), ones), run, skill, padded,
        high, low, offsets, outputs, UNITS, KEPT, SKILLS, TILE,
    )  # fmt: skip
    f = tl.where(valid, f, 0.0)
    sign = (1 - 2 * odd_parity(pattern, False)).to(tl.float32)
    place = 2 * ((run * n_skills + skill) * tl.num_programs(0) + tile)
    tl.store(sums + place, tl.sum(sign * f, axis=0))
    tl.store(sums + place + 1, tl.sum(f * f, axis=0))
