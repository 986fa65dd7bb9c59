"""Measurement inputs: on what R_k and L_k are estimated (App. K.3).

The inputs of a skill are stratified over its m sparse bits: `backgrounds` = inputs / 2^m random
settings of the skill bits (shared by all skills), each with all 2^m patterns of the sparse bits.
The estimate is unbiased, its variance at most that of independent inputs, and engines evaluate the
background part of a pre-activation once.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from emergence.randomness import Purpose, Stream
from emergence.tasks.sparse_parity.problem import (
    Task,
    draw_skill_bits,
    parity_sign,
    sparse_masks,
    target,
    unpack,
)
from emergence.training.ensemble import Ensemble, Measurement


def measurement_backgrounds(
    task: Task, stream: Stream, step: int, inputs_per_skill: int
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


def measure_outputs(
    ensemble: Ensemble,
    step: int,
    outputs: Callable[[int, NDArray[np.float32]], NDArray[np.floating]],
) -> Measurement:
    """R_k and L_k from a network's outputs on unpacked inputs (see `ensemble.Engine.measure`).

    outputs: from a run's index and inputs of shape (count, n_s + n_b) to f of shape (count,).
    """
    task = ensemble.task
    strength = np.empty((ensemble.n_runs, task.n_skills))
    square = np.empty_like(strength)
    for run, stream in enumerate(ensemble.streams):
        masks = sparse_masks(ensemble.sparse_bits[run])
        backgrounds = measurement_backgrounds(task, stream, step, ensemble.measurement_inputs)
        for skill in range(task.n_skills):
            bits = measurement_inputs(backgrounds, ensemble.sparse_bits[run, skill]).ravel()
            skills = np.full(len(bits), skill)
            output = outputs(run, unpack(task, skills, bits)).astype(np.float64)
            sign = target(task, skills, bits, masks) / task.target_scale
            strength[run, skill] = np.mean(sign * output)
            square[run, skill] = np.mean(output**2)
    scale = task.target_scale
    return Measurement(strength, 0.5 * (scale**2 + square - 2.0 * scale * strength))
