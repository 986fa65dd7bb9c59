"""A training step of wide two-layer networks as three Triton kernels; no activation is stored.

`forward`: outputs and residuals of a block of samples. `backward`: for a block of hidden units and
a part of the samples, pre-activations once more, and the sums that make the gradient. `update`:
these sums in a fixed order, gradient, optimiser. The second axis of every grid is the run. Nothing
is added atomically: the result does not depend on the order in which programs run.
"""

from __future__ import annotations

import triton
import triton.language as tl

from emergence.training.engines.triton.products import (
    power_of_two,
    pre_activations,
    select,
    split,
    sum_where,
)
from emergence.training.engines.triton.samples import (
    expand,
    load_bits,
    locate_block,
    odd_parity,
    sparse_mask,
)
from emergence.training.engines.triton.update import store_prepared, update_array


@triton.jit
def network_outputs(
    inputs, run, skill, padded, high, low, offsets, outputs,
    UNITS: tl.constexpr, KEPT: tl.constexpr, SKILLS: tl.constexpr, TILE: tl.constexpr,
):  # fmt: skip
    """Σ_h a_h ReLU(z_h) for inputs (TILE, KEPT), 0 or 1 in float16, of one skill: (TILE,)."""
    total = tl.zeros([TILE], dtype=tl.float32)
    bit = tl.arange(0, KEPT)[None, :]
    offset_row = offsets + (run * SKILLS + skill).to(tl.int64) * padded
    output_row = outputs + run.to(tl.int64) * padded
    for first in range(0, padded, UNITS):
        units = first + tl.arange(0, UNITS)
        index = (run * padded + units).to(tl.int64)[:, None] * KEPT + bit
        z = pre_activations(inputs, tl.load(high + index), tl.load(low + index))
        hidden = tl.maximum(z + tl.load(offset_row + units)[None, :], 0.0)
        total += tl.sum(hidden * tl.load(output_row + units)[None, :], axis=1)
    return total


@triton.jit(do_not_specialize=["offset", "n_runs"])
def forward(
    high, low, offsets, outputs, output_biases,
    ends, words, masks, active, clock,
    sample_bits, residual_high, residual_low, block_scales, block_skills, block_sums,
    offset, n_batches, largest, n_runs, padded, n_skills, target_scale,
    FIXED: tl.constexpr, UNITS: tl.constexpr, KEPT: tl.constexpr, SKILLS: tl.constexpr,
    TILE: tl.constexpr,
):  # fmt: skip
    """Outputs and residuals of a block of samples: program (block, run), step clock + offset.

    Writes the samples' packed bits and the two parts of the scaled residual f - f*, each
    (runs, blocks, TILE) and 0 beyond the block's samples; the inverse scale and the skill
    (runs, blocks); the sums of residual and squared residual (runs, blocks, 2).
    """
    block, run = tl.program_id(0), tl.program_id(1)
    if tl.load(active + run) == 0:
        return
    WIDE: tl.constexpr = KEPT > 32
    slot = offset
    if FIXED:
        slot = ((tl.load(clock) + offset) % n_batches).to(tl.int32)
    batch = slot * n_runs + run
    skill, first, last = locate_block(ends + batch * SKILLS, block, SKILLS, TILE)
    sample = first + tl.arange(0, TILE)
    valid = sample < last
    count = largest
    if WIDE:
        count = 2 * largest
    bits = load_bits(words + batch.to(tl.int64) * count, sample, valid, largest, WIDE)
    ones = tl.full([1, 1], 1.0, dtype=tl.float16)
    f = tl.load(output_biases + run) + network_outputs(
        select(expand(bits, tl.arange(0, KEPT)), ones), run, skill, padded,
        high, low, offsets, outputs, UNITS, KEPT, SKILLS, TILE,
    )  # fmt: skip
    odd = odd_parity(bits & sparse_mask(masks, run, n_skills, skill, WIDE), WIDE).to(tl.int32)
    residual = tl.where(valid, f - target_scale * (1 - 2 * odd).to(tl.float32), 0.0)
    scale, inverse = power_of_two(tl.max(tl.abs(residual), axis=0))
    first_part, second_part = split(residual * scale)
    place = run * tl.num_programs(0) + block
    index = place.to(tl.int64) * TILE + tl.arange(0, TILE)
    tl.store(sample_bits + index, bits)
    tl.store(residual_high + index, first_part)
    tl.store(residual_low + index, second_part)
    tl.store(block_scales + place, inverse)
    tl.store(block_skills + place, skill)
    tl.store(block_sums + 2 * place, tl.sum(residual, axis=0))
    tl.store(block_sums + 2 * place + 1, tl.sum(residual * residual, axis=0))


@triton.jit
def backward(
    high, low, offsets, active, sample_bits, residual_high, residual_low,
    block_scales, block_skills, sums,
    n_blocks, padded, blocks_per_part,
    UNITS: tl.constexpr, KEPT: tl.constexpr, SKILLS: tl.constexpr, TILE: tl.constexpr,
    PIECE: tl.constexpr,
):  # fmt: skip
    """Σ_s residual_s [z_s > 0] x_s for a block of units: program (block of units, run, part).

    The sums over a part of the blocks of samples go to sums (runs, parts, padded,
    KEPT + 2 SKILLS): for each bit, then for each skill, the latter as two terms. Samples are taken
    PIECE at a time, TILE being a multiple of it.
    """
    run, part = tl.program_id(1), tl.program_id(2)
    if tl.load(active + run) == 0:
        return
    units = tl.program_id(0) * UNITS + tl.arange(0, UNITS)
    bit, column = tl.arange(0, KEPT)[None, :], tl.arange(0, 2 * SKILLS)[None, :]
    index = (run * padded + units).to(tl.int64)[:, None] * KEPT + bit
    weights_high, weights_low = tl.load(high + index), tl.load(low + index)
    ones = tl.full([1, 1], 1.0, dtype=tl.float16)
    bit_sums = tl.zeros([UNITS, KEPT], dtype=tl.float32)
    skill_sums = tl.zeros([UNITS, 2 * SKILLS], dtype=tl.float32)
    start = part * blocks_per_part
    end = tl.minimum(start + blocks_per_part, n_blocks)
    for piece in range(start * (TILE // PIECE), end * (TILE // PIECE)):
        block = run * n_blocks + piece // (TILE // PIECE)
        skill, inverse = tl.load(block_skills + block), tl.load(block_scales + block)
        samples = (run * n_blocks).to(tl.int64) * TILE + piece * PIECE + tl.arange(0, PIECE)
        chosen = expand(tl.load(sample_bits + samples), tl.arange(0, KEPT))
        large, small = tl.load(residual_high + samples), tl.load(residual_low + samples)
        z = tl.dot(weights_low, tl.trans(select(chosen, ones)))
        z = tl.dot(weights_high, tl.trans(select(chosen, ones)), z)
        row = offsets + (run * SKILLS + skill).to(tl.int64) * padded
        marks = select(z + tl.load(row + units)[:, None] > 0.0, ones)
        bit_sums += inverse * sum_where(marks, chosen, large, small)
        of_skill = select(column == skill, large[:, None]) + select(
            column == skill + SKILLS, small[:, None]
        )
        skill_sums += inverse * tl.dot(marks, of_skill)
    row = sums + ((run * tl.num_programs(2) + part) * padded + units).to(tl.int64)[:, None] * (
        KEPT + 2 * SKILLS
    )
    tl.store(row + bit, bit_sums)
    tl.store(row + KEPT + column, skill_sums)


@triton.jit(do_not_specialize=["offset", "n_runs"])
def update(
    input_weights, hidden_biases, output_weights, output_biases,
    input_weights_1, hidden_biases_1, output_weights_1, output_biases_1,
    input_weights_2, hidden_biases_2, output_weights_2, output_biases_2,
    high, low, offsets, outputs, sums, block_sums, rates, roots, losses,
    ends, active, clock,
    offset, n_batches, n_runs, width, padded, n_skills, n_bits, n_blocks, n_parts,
    decay, keep_1, beta_2, keep_2, epsilon,
    ADAM: tl.constexpr, FIXED: tl.constexpr,
    UNITS: tl.constexpr, KEPT: tl.constexpr, SKILLS: tl.constexpr, BLOCKS: tl.constexpr,
):  # fmt: skip
    """Gradient and optimiser step of a block of units: program (block of units, run).

    With G = Σ_s residual_s [z_s > 0] (x_s, 1): ∂/∂w = 2 a G / samples, and by homogeneity of ReLU
    ∂/∂a = 2 (w, b) · G / samples. Arrays _1 and _2 are Adam's moments. The first program of a run
    also does the read-out bias, and writes the loss.
    """
    run = tl.program_id(1)
    if tl.load(active + run) == 0:
        return
    units = tl.program_id(0) * UNITS + tl.arange(0, UNITS)
    bit, skill = tl.arange(0, KEPT)[None, :], tl.arange(0, SKILLS)[None, :]
    bit_sums = tl.zeros([UNITS, KEPT], dtype=tl.float32)
    skill_sums = tl.zeros([UNITS, SKILLS], dtype=tl.float32)
    for part in range(n_parts):
        row = sums + ((run * n_parts + part) * padded + units).to(tl.int64)[:, None] * (
            KEPT + 2 * SKILLS
        )
        bit_sums += tl.load(row + bit)
        skill_sums += tl.load(row + KEPT + skill) + tl.load(row + KEPT + SKILLS + skill)
    slot = offset
    if FIXED:
        slot = ((tl.load(clock) + offset) % n_batches).to(tl.int32)
    samples = tl.load(ends + (slot * n_runs + run) * SKILLS + n_skills - 1)
    share = tl.div_rn(tl.full([], 2.0, dtype=tl.float32), samples.to(tl.float32))
    rate, root = tl.load(rates + offset * n_runs + run), 1.0
    if ADAM:
        root = tl.load(roots + offset * n_runs + run)

    real = units < width
    unit = (run * width + units).to(tl.int64)
    of_bits, of_skills = real[:, None] & (bit < n_bits), real[:, None] & (skill < n_skills)
    control_index = unit[:, None] * (n_skills + n_bits) + skill
    weight_index = unit[:, None] * (n_skills + n_bits) + n_skills + bit
    weights = tl.load(input_weights + weight_index, mask=of_bits, other=0.0)
    control = tl.load(input_weights + control_index, mask=of_skills, other=0.0)
    bias = tl.load(hidden_biases + unit, mask=real, other=0.0)
    output = tl.load(output_weights + unit, mask=real, other=0.0)
    bias_sums = tl.sum(skill_sums, axis=1)
    output_sums = tl.sum(weights * bit_sums, axis=1) + tl.sum(control * skill_sums, axis=1)
    output_sums += bias * bias_sums
    factor = share * output
    weights = update_array(
        input_weights, input_weights_1, input_weights_2, weight_index, of_bits,
        factor[:, None] * bit_sums, rate, root, decay, keep_1, beta_2, keep_2, epsilon, ADAM,
    )  # fmt: skip
    control = update_array(
        input_weights, input_weights_1, input_weights_2, control_index, of_skills,
        factor[:, None] * skill_sums, rate, root, decay, keep_1, beta_2, keep_2, epsilon, ADAM,
    )  # fmt: skip
    bias = update_array(
        hidden_biases, hidden_biases_1, hidden_biases_2, unit, real,
        factor * bias_sums, rate, root, decay, keep_1, beta_2, keep_2, epsilon, ADAM,
    )  # fmt: skip
    output = update_array(
        output_weights, output_weights_1, output_weights_2, unit, real,
        share * output_sums, rate, root, decay, keep_1, beta_2, keep_2, epsilon, ADAM,
    )  # fmt: skip
    store_prepared(
        weights, control, bias, output, units, run, padded, high, low, offsets, outputs,
        KEPT, SKILLS,
    )  # fmt: skip

    if tl.program_id(0) == 0:
        total = tl.zeros([BLOCKS], dtype=tl.float32)
        square = tl.zeros([BLOCKS], dtype=tl.float32)
        for first in range(0, n_blocks, BLOCKS):
            block = first + tl.arange(0, BLOCKS)
            index = 2 * (run * n_blocks + block)
            total += tl.load(block_sums + index, mask=block < n_blocks, other=0.0)
            square += tl.load(block_sums + index + 1, mask=block < n_blocks, other=0.0)
        tl.store(losses + run, tl.sum(square, axis=0) / samples.to(tl.float32))
        one = run + tl.zeros([1], dtype=tl.int32)
        update_array(
            output_biases, output_biases_1, output_biases_2, one, one >= 0,
            share * tl.sum(total, axis=0) + tl.zeros([1], dtype=tl.float32), rate, root,
            decay, keep_1, beta_2, keep_2, epsilon, ADAM,
        )  # fmt: skip
