"""Products of float32 numbers with 0 or 1 on tensor cores, without loss.

A float32 number times a power of two is the sum of two float16 numbers to 2^-24 of its size. The
other factor is 0 or 1, exact in float16, products are exact, and sums are kept in float32. So two
products of a tensor core are as exact as a float32 product.
"""

from __future__ import annotations

import triton
import triton.language as tl


@triton.jit
def power_of_two(largest):
    """2^(14-e) and 2^(e-14) for 2^e ≤ largest < 2^(e+1): numbers so scaled stay below 2^15.

    float16 ends at 65504; numbers down to 2^-17 of the largest keep their 22 bits.
    """
    exponent = (largest.to(tl.int32, bitcast=True) >> 23) & 0xFF  # biased by 127
    exponent = tl.minimum(tl.maximum(exponent, 30), 240)
    scale = ((268 - exponent) << 23).to(tl.float32, bitcast=True)
    inverse = ((exponent - 14) << 23).to(tl.float32, bitcast=True)
    return scale, inverse


@triton.jit
def split(scaled):
    """High and low float16 part of scaled numbers."""
    high = scaled.to(tl.float16)
    return high, (scaled - high.to(tl.float32)).to(tl.float16)


@triton.jit
def select(chosen, value):
    """The value where chosen, else 0, in float16: an exact product of 0 or 1 and the value."""
    return tl.where(chosen, value, tl.zeros_like(value))


@triton.jit
def pre_activations(inputs, high, low):
    """Inputs (samples, bits), 0 or 1, times the two parts of weights (units, bits), transposed."""
    z = tl.dot(inputs, tl.trans(low))
    return tl.dot(inputs, tl.trans(high), z)


@triton.jit
def sum_where(marks, chosen, high, low):
    """Σ_s marks[u, s] chosen[s, j] value[s] from the two parts of the value, (units, bits).

    marks: (units, samples), 0 or 1 in float16; chosen: (samples, bits). The small part first: a
    tensor core cuts off, and does not round, what it adds.
    """
    total = tl.dot(marks, select(chosen, low[:, None]))
    return tl.dot(marks, select(chosen, high[:, None]), total)
