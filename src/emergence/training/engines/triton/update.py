"""Optimisers, and parameters made ready for products, inside Triton kernels."""

from __future__ import annotations

import triton
import triton.language as tl

from emergence.training.engines.triton.products import power_of_two, split


@triton.jit
def optimise(
    theta, moment_1, moment_2, gradient, rate, root, decay, keep_1, beta_2, keep_2, epsilon,
    ADAM: tl.constexpr,
):  # fmt: skip
    """θ and moments after a step of SGD or Adam with coupled weight decay (PyTorch's definitions).

    rate: learning rate, for Adam over 1 - β1^t; root: sqrt(1 - β2^t); keep_i: 1 - βi.
    """
    gradient += decay * theta
    if ADAM:
        moment_1 += keep_1 * (gradient - moment_1)
        moment_2 = beta_2 * moment_2 + keep_2 * (gradient * gradient)
        size = tl.div_rn(tl.sqrt_rn(moment_2), root) + epsilon
        theta -= tl.div_rn(rate * moment_1, size)
    else:
        theta -= rate * gradient
    return theta, moment_1, moment_2


@triton.jit
def update_array(
    theta, moment_1, moment_2, index, mask, gradient, rate, root,
    decay, keep_1, beta_2, keep_2, epsilon, ADAM: tl.constexpr,
):  # fmt: skip
    """A step on the elements `index` of an array in memory; returns the new θ, 0 where masked."""
    value = tl.load(theta + index, mask=mask, other=0.0)
    first, second = value, value
    if ADAM:
        first = tl.load(moment_1 + index, mask=mask, other=0.0)
        second = tl.load(moment_2 + index, mask=mask, other=0.0)
    value, first, second = optimise(
        value, first, second, gradient, rate, root, decay, keep_1, beta_2, keep_2, epsilon, ADAM
    )
    value = tl.where(mask, value, 0.0)
    tl.store(theta + index, value, mask=mask)
    if ADAM:
        tl.store(moment_1 + index, first, mask=mask)
        tl.store(moment_2 + index, second, mask=mask)
    return value


@triton.jit
def scale_units(weights):
    """Scale of each unit and its inverse, (units,), from its weights of the bits, (units, bits)."""
    return power_of_two(tl.max(tl.abs(weights), axis=1))


@triton.jit
def store_prepared(
    weights, control, bias, output, units, run, padded,
    high, low, offsets, outputs, KEPT: tl.constexpr, SKILLS: tl.constexpr,
):  # fmt: skip
    """Write what the products read of some units.

    The two parts of the scaled weights to high, low (runs, padded, KEPT); control weight plus bias,
    scaled, to offsets (runs, SKILLS, padded); read-out weight over the scale to outputs
    (runs, padded). ReLU being homogeneous, a ReLU(z) is then outputs · ReLU(products + offsets).
    """
    scale, inverse = scale_units(weights)
    first, second = split(weights * scale[:, None])
    unit = (run * padded + units).to(tl.int64)
    index = unit[:, None] * KEPT + tl.arange(0, KEPT)[None, :]
    tl.store(high + index, first)
    tl.store(low + index, second)
    row = (run * SKILLS + tl.arange(0, SKILLS))[None, :]
    offset = (control + bias[:, None]) * scale[:, None]
    tl.store(offsets + row.to(tl.int64) * padded + units[:, None], offset)
    tl.store(outputs + unit, output * inverse)


@triton.jit
def prepare(
    input_weights, hidden_biases, output_weights, high, low, offsets, outputs,
    width, padded, n_skills, n_bits,
    UNITS: tl.constexpr, KEPT: tl.constexpr, SKILLS: tl.constexpr,
):  # fmt: skip
    """Make a network's parameters ready for products: program (block of units, run)."""
    units, run = tl.program_id(0) * UNITS + tl.arange(0, UNITS), tl.program_id(1)
    real = units < width
    unit = (run * width + units).to(tl.int64)
    skill, bit = tl.arange(0, SKILLS)[None, :], tl.arange(0, KEPT)[None, :]
    row = input_weights + unit[:, None] * (n_skills + n_bits)
    control = tl.load(row + skill, mask=real[:, None] & (skill < n_skills), other=0.0)
    weights = tl.load(row + n_skills + bit, mask=real[:, None] & (bit < n_bits), other=0.0)
    bias = tl.load(hidden_biases + unit, mask=real, other=0.0)
    output = tl.load(output_weights + unit, mask=real, other=0.0)
    store_prepared(
        weights, control, bias, output, units, run, padded, high, low, offsets, outputs,
        KEPT, SKILLS,
    )  # fmt: skip
