"""Measurement inputs: on what R_k and L_k are estimated (App. K.3).

The inputs of a skill are stratified over its m sparse bits: `backgrounds` = inputs / 2^m random
settings of the skill bits (shared by all skills), each with all 2^m patterns of the sparse bits.
The estimate is unbiased, its variance at most that of independent inputs, and engines evaluate the
background part of a pre-activation once.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emergence.randomness import Purpose, Stream
from emergence.tasks.base import Measurement, Outputs
from emergence.tasks.sparse_parity.problem import (
    SparseParity,
    draw_skill_bits,
    parity_sign,
    sparse_masks,
    target,
    unpack,
)


def measurement_backgrounds(
    task: SparseParity, stream: Stream, step: int, inputs_per_skill: int
) -> NDArray[np.uint64]:
    """Packed background bits of the measurement at `step`, shape (inputs_per_skill / 2^m,).

    Raises ValueError if inputs_per_skill is not a positive multiple of 2^m.
    """
    patterns = 1 << task.sparse_bits
    if inputs_per_skill < patterns or inputs_per_skill % patterns:
        raise ValueError(
            f"inputs_per_skill must be a positive multiple of 2^m = {patterns}, "
            f"got {inputs_per_skill!r}"
        )
    return draw_skill_bits(
        task, stream, Purpose.MEASUREMENT_BITS, step, inputs_per_skill // patterns
    )


def measurement_inputs(
    backgrounds: NDArray[np.uint64], sparse_bits: NDArray[np.integer]
) -> NDArray[np.uint64]:
    """Packed inputs of one skill, shape (2^m, backgrounds), from its sparse positions, shape (m,).

    Row s holds the backgrounds with bit j of the pattern s written to the j-th sparse position.
    """
    written, mask, _ = measurement_patterns(sparse_bits)
    return (backgrounds & ~mask)[None, :] | written[:, None]


def measurement_patterns(
    sparse_bits: NDArray[np.integer],
) -> tuple[NDArray[np.uint64], NDArray[np.uint64], NDArray[np.int64]]:
    """All patterns of sparse bits at their positions, from positions of shape (..., m).

    Returns the packed patterns (..., 2^m), the packed mask of the positions (...,), and the
    patterns' parities (-1)^(number of set bits), shape (2^m,).
    """
    m = sparse_bits.shape[-1]
    patterns = np.arange(1 << m, dtype=np.uint64)
    bits = (patterns[:, None] >> np.arange(m, dtype=np.uint64)) & np.uint64(1)
    positions = sparse_bits.astype(np.uint64)
    written = np.bitwise_or.reduce(bits << positions[..., None, :], axis=-1)
    return written, sparse_masks(sparse_bits), parity_sign(patterns, patterns)


def measure(
    task: SparseParity,
    sparse_bits: NDArray[np.integer],
    stream: Stream,
    step: int,
    inputs_per_skill: int,
    outputs: Outputs,
) -> Measurement:
    """R_k and L_k of one run from its network's outputs.

    sparse_bits: (n_s, m). outputs: from inputs of shape (count, n_s + n_b) to f of shape (count,).
    """
    masks = sparse_masks(sparse_bits)
    backgrounds = measurement_backgrounds(task, stream, step, inputs_per_skill)
    strength, square = np.empty(task.n_skills), np.empty(task.n_skills)
    for skill in range(task.n_skills):
        bits = measurement_inputs(backgrounds, sparse_bits[skill]).ravel()
        skills = np.full(len(bits), skill)
        output = outputs(unpack(task, skills, bits)).astype(np.float64)
        sign = target(task, skills, bits, masks) / task.target_scale
        strength[skill] = np.mean(sign * output)
        square[skill] = np.mean(output**2)
    return strength_and_loss(task, strength, square)


def strength_and_loss(
    task: SparseParity, strength: NDArray[np.float64], square: NDArray[np.float64]
) -> Measurement:
    """R_k = E[g_k f] and L_k = E[(S g_k - f)²]/2, from R_k and E[f²] on the inputs of skill k."""
    scale = task.target_scale
    return {"strength": strength, "loss": 0.5 * (scale**2 + square - 2.0 * scale * strength)}
