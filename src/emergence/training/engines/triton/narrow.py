"""Many training steps of narrow two-layer networks in one Triton kernel: one program per run.

Parameters and Adam's moments stay in registers from the first step to the last. A batch is drawn,
and used, a block of samples at a time.
"""

from __future__ import annotations

import triton
import triton.language as tl

from emergence.training.engines.triton.products import power_of_two, select, split
from emergence.training.engines.triton.samples import (
    draw_words,
    expand,
    load_bits,
    odd_parity,
    skill_ends,
    sparse_mask,
)
from emergence.training.engines.triton.update import optimise


@triton.jit(do_not_specialize=["n_steps", "n_runs"])
def advance_runs(
    input_weights, hidden_biases, output_weights, output_biases,
    input_weights_1, hidden_biases_1, output_weights_1, output_biases_1,
    input_weights_2, hidden_biases_2, output_weights_2, output_biases_2,
    fixed_ends, words, thresholds, streams, masks, active, clock, rates, roots, losses,
    n_steps, n_batches, largest, n_runs, width, n_skills, n_bits, target_scale,
    decay, keep_1, beta_2, keep_2, epsilon,
    ADAM: tl.constexpr, FIXED: tl.constexpr,
    UNITS: tl.constexpr, KEPT: tl.constexpr, SKILLS: tl.constexpr, TILE: tl.constexpr,
    COUNTERS: tl.constexpr,
):  # fmt: skip
    """Steps clock ≤ t < clock + n_steps of a run: program (run,).

    Fresh batches are drawn to words (runs, count), see `load_bits`; fixed ones are words
    (batches, runs, count). Arrays _1 and _2 are Adam's moments; rates and roots (steps, runs) as in
    `optimise`. Gradients as in `triton_wide.update`. Writes the loss of the last step, before its
    update.
    """
    run = tl.program_id(0)
    if tl.load(active + run) == 0:
        return
    WIDE: tl.constexpr = KEPT > 32
    units, skills = tl.arange(0, UNITS), tl.arange(0, SKILLS)
    bit, row = tl.arange(0, KEPT)[:, None], tl.arange(0, 2 * KEPT)[:, None]
    real = units < width
    of_bits, of_skills = (
        real[None, :] & (bit < n_bits),
        real[None, :] & (skills < n_skills)[:, None],
    )
    unit = (run * width + units).to(tl.int64)
    control_index = unit[None, :] * (n_skills + n_bits) + skills[:, None]
    weight_index = unit[None, :] * (n_skills + n_bits) + n_skills + bit
    weights = tl.load(input_weights + weight_index, mask=of_bits, other=0.0)
    control = tl.load(input_weights + control_index, mask=of_skills, other=0.0)
    bias = tl.load(hidden_biases + unit, mask=real, other=0.0)
    output = tl.load(output_weights + unit, mask=real, other=0.0)
    constant = tl.load(output_biases + run)
    weights_1, control_1, bias_1, output_1, constant_1 = weights, control, bias, output, constant
    weights_2, control_2, bias_2, output_2, constant_2 = weights, control, bias, output, constant
    if ADAM:
        weights_1 = tl.load(input_weights_1 + weight_index, mask=of_bits, other=0.0)
        weights_2 = tl.load(input_weights_2 + weight_index, mask=of_bits, other=0.0)
        control_1 = tl.load(input_weights_1 + control_index, mask=of_skills, other=0.0)
        control_2 = tl.load(input_weights_2 + control_index, mask=of_skills, other=0.0)
        bias_1 = tl.load(hidden_biases_1 + unit, mask=real, other=0.0)
        bias_2 = tl.load(hidden_biases_2 + unit, mask=real, other=0.0)
        output_1 = tl.load(output_weights_1 + unit, mask=real, other=0.0)
        output_2 = tl.load(output_weights_2 + unit, mask=real, other=0.0)
        constant_1 = tl.load(output_biases_1 + run)
        constant_2 = tl.load(output_biases_2 + run)

    ones = tl.full([1, 1], 1.0, dtype=tl.float16)
    start = tl.load(clock)
    count = largest
    if WIDE:
        count = 2 * largest
    for offset in range(n_steps):
        step = start + offset
        if FIXED:
            batch = (step % n_batches).to(tl.int32) * n_runs + run
            ends = tl.load(fixed_ends + batch * SKILLS + skills)
        else:
            batch = run
            ends = skill_ends(
                thresholds, largest, step.to(tl.uint32), streams, run, n_skills, SKILLS, COUNTERS
            )
        batch_words = words + batch.to(tl.int64) * count
        if not FIXED:
            tl.debug_barrier()  # all have read the last step's words
            draw_words(batch_words, count, step.to(tl.uint32), streams, run, COUNTERS)
            tl.debug_barrier()
        scale, inverse = power_of_two(tl.max(tl.abs(weights), axis=0))
        high, low = split(weights * scale[None, :])
        scaled_output = output * inverse
        bit_sums = tl.zeros([KEPT, UNITS], dtype=tl.float32)
        skill_sums = tl.zeros([SKILLS, UNITS], dtype=tl.float32)
        total = tl.zeros([TILE], dtype=tl.float32)
        square = tl.zeros([TILE], dtype=tl.float32)
        for skill in range(n_skills):
            first = tl.sum(tl.where(skills == skill - 1, ends, 0), axis=0)
            last = tl.sum(tl.where(skills == skill, ends, 0), axis=0)
            sparse = sparse_mask(masks, run, n_skills, skill, WIDE)
            chosen_skill = (skills == skill)[:, None]
            z_offset = (tl.sum(tl.where(chosen_skill, control, 0.0), axis=0) + bias) * scale
            signals = tl.zeros([TILE, UNITS], dtype=tl.float32)
            terms = tl.zeros([2 * KEPT, UNITS], dtype=tl.float32)
            for begin in range(first, last, TILE):
                sample = begin + tl.arange(0, TILE)
                valid = sample < last
                bits = load_bits(batch_words, sample, valid, largest, WIDE)
                inputs = select(expand(bits, tl.arange(0, KEPT)), ones)
                z = tl.dot(inputs, low)
                z = tl.dot(inputs, high, z) + z_offset[None, :]
                f = tl.sum(tl.maximum(z, 0.0) * scaled_output[None, :], axis=1) + constant
                odd = odd_parity(bits & sparse, WIDE).to(tl.int32)
                wanted = target_scale * (1 - 2 * odd).to(tl.float32)
                residual = tl.where(valid, f - wanted, 0.0)
                total += residual
                square += residual * residual
                signals += tl.where(z > 0.0, residual[:, None], 0.0)
                up, down = power_of_two(tl.max(tl.abs(residual), axis=0))
                large, small = split(residual * up)
                # the two parts side by side, so that one product makes both sums
                value = tl.where(row < KEPT, small[None, :], large[None, :])
                place = (row & (KEPT - 1)).to(bits.dtype)
                chosen = ((bits[None, :] >> place) & 1) != 0
                terms += down * tl.dot(select(chosen, value), select(z > 0.0, ones))
            bit_sums += tl.sum(tl.reshape(terms, [2, KEPT, UNITS]), axis=0)
            skill_sums += tl.where(chosen_skill, tl.sum(signals, axis=0)[None, :], 0.0)
        samples = tl.max(ends, axis=0).to(tl.float32)
        share = tl.div_rn(tl.full([], 2.0, dtype=tl.float32), samples)
        rate, root = tl.load(rates + offset * n_runs + run), 1.0
        if ADAM:
            root = tl.load(roots + offset * n_runs + run)
        bias_sums = tl.sum(skill_sums, axis=0)
        output_sums = tl.sum(weights * bit_sums, axis=0) + tl.sum(control * skill_sums, axis=0)
        output_sums += bias * bias_sums
        factor = share * output
        weights, weights_1, weights_2 = optimise(
            weights, weights_1, weights_2, tl.where(of_bits, factor[None, :] * bit_sums, 0.0),
            rate, root, decay, keep_1, beta_2, keep_2, epsilon, ADAM,
        )  # fmt: skip
        control, control_1, control_2 = optimise(
            control, control_1, control_2, factor[None, :] * skill_sums,
            rate, root, decay, keep_1, beta_2, keep_2, epsilon, ADAM,
        )  # fmt: skip
        bias, bias_1, bias_2 = optimise(
            bias, bias_1, bias_2, factor * bias_sums,
            rate, root, decay, keep_1, beta_2, keep_2, epsilon, ADAM,
        )  # fmt: skip
        output, output_1, output_2 = optimise(
            output, output_1, output_2, share * tl.where(real, output_sums, 0.0),
            rate, root, decay, keep_1, beta_2, keep_2, epsilon, ADAM,
        )  # fmt: skip
        constant, constant_1, constant_2 = optimise(
            constant, constant_1, constant_2, share * tl.sum(total, axis=0),
            rate, root, decay, keep_1, beta_2, keep_2, epsilon, ADAM,
        )  # fmt: skip
        tl.store(losses + run, tl.sum(square, axis=0) / samples)

    tl.store(input_weights + weight_index, weights, mask=of_bits)
    tl.store(input_weights + control_index, control, mask=of_skills)
    tl.store(hidden_biases + unit, bias, mask=real)
    tl.store(output_weights + unit, output, mask=real)
    tl.store(output_biases + run, constant)
    if ADAM:
        tl.store(input_weights_1 + weight_index, weights_1, mask=of_bits)
        tl.store(input_weights_2 + weight_index, weights_2, mask=of_bits)
        tl.store(input_weights_1 + control_index, control_1, mask=of_skills)
        tl.store(input_weights_2 + control_index, control_2, mask=of_skills)
        tl.store(hidden_biases_1 + unit, bias_1, mask=real)
        tl.store(hidden_biases_2 + unit, bias_2, mask=real)
        tl.store(output_weights_1 + unit, output_1, mask=real)
        tl.store(output_weights_2 + unit, output_2, mask=real)
        tl.store(output_biases_1 + run, constant_1)
        tl.store(output_biases_2 + run, constant_2)
