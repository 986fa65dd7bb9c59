"""Rows on the data set, its measurement and the printed tables of samples and strengths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emergence.randomness import Purpose, Stream, stream_key
from emergence.tasks.sparse_parity.measurement import measurement_backgrounds, measurement_inputs
from emergence.tasks.sparse_parity.problem import (
    SparseParity,
    draw_batch,
    draw_skill_bits,
    draw_sparse_bits,
    parity_sign,
    sparse_masks,
    target,
    unpack,
)
from emergence.verify.findings import Finding, code, number
from paper.nam2024 import stated

_MIRROR_WIDTH, _MIRROR_STEPS, _MIRROR_BATCH, _MIRROR_RATE = 16, 200, 256, 0.05
_COVARIANCE_DRAWS = 20


def data_findings(
    settings: Mapping[str, Any], parameter_runs: pd.DataFrame, samples: pd.DataFrame
) -> dict[str, Finding]:
    """Rows 7, 8, 16, 17, 18 and the sizes of Table 1.

    settings: of an experiment, for task and seed. parameter_runs: all runs of the parameter
    experiment. samples: the generated Table 3.
    """
    task = SparseParity(**settings["task"])
    stream = Stream(stream_key(settings["root_seed"], "discrepancies"), 0)
    return {
        "07-byte-range": _byte_range(),
        "08-parity-sign": _parity_sign(task, stream),
        "16-impossible-strength": _impossible_strength(task, parameter_runs),
        "17-control-bits": _control_bits(samples),
        "18-covariance": _covariance(task, stream),
        "33-table-1-sizes": _table_1_sizes(task),
    }


def _byte_range() -> Finding:
    drawn = np.arange(stated.BYTE_LIMIT, dtype=np.uint8)
    bits = np.unpackbits(drawn[:, None], axis=1).astype(np.int64)
    shares = bits.mean(axis=0)
    parities = 1 - 2 * (bits[:, :3].sum(axis=1) % 2)
    all_ones = int(np.sum(bits.sum(axis=1) == stated.BITS_PER_BYTE))
    return Finding(
        f"P(bit = 1) = {bits[:, 0].sum()}/{len(drawn)} = {shares[0]:.5f} at "
        f"{np.sum(shares == shares[0])} of {len(shares)} positions; {all_ones} of {len(drawn)} "
        f"bytes hold eight ones; mean parity of three bits of one byte "
        f"{parities.sum()}/{len(drawn)} = {number(parities.mean())}, of three bytes "
        f"{number(np.mean(1 - 2 * bits[:, 0]) ** 3)}",
        "data_generator.py; bytes 0..254 counted one by one",
    )


def _trained_outputs(
    weights: Sequence[NDArray[np.float64]], inputs: NDArray, targets: NDArray, steps: int
) -> NDArray[np.float64]:
    """Outputs of a two-layer ReLU network (W, b, a, c) after descent on ½ mean (f* - f)²."""
    first, bias, second, constant = weights
    for _ in range(steps):
        hidden = np.maximum(inputs @ first + bias, 0.0)
        residual = (targets - hidden @ second - constant) / len(targets)
        back = residual[:, None] * second * (hidden > 0)
        second = second + _MIRROR_RATE * hidden.T @ residual
        constant = constant + _MIRROR_RATE * residual.sum()
        first = first + _MIRROR_RATE * inputs.T @ back
        bias = bias + _MIRROR_RATE * back.sum(axis=0)
    return np.maximum(inputs @ first + bias, 0.0) @ second + constant


def mirror_image(task: SparseParity, stream: Stream) -> tuple[float, float]:
    """Largest |f + f'| and largest change of f, where f' is trained on -f* from (W, b, -a, -c)."""
    batch = draw_batch(task, stream, 0, _MIRROR_BATCH)
    masks = sparse_masks(draw_sparse_bits(task, stream))
    inputs = unpack(task, batch.skills, batch.skill_bits).astype(np.float64)
    targets = target(task, batch.skills, batch.skill_bits, masks)
    width, size = _MIRROR_WIDTH, task.input_size
    drawn = stream.normal(Purpose.INITIALISATION, 0, width * (size + 2) + 1)
    first, bias, second, constant = np.split(drawn, np.cumsum([width * size, width, width]))
    first = first.reshape(size, width) / np.sqrt(size)
    start = (first, bias, second, constant)
    outputs = _trained_outputs(start, inputs, targets, _MIRROR_STEPS)
    mirrored = _trained_outputs((first, bias, -second, -constant), inputs, -targets, _MIRROR_STEPS)
    change = outputs - _trained_outputs(start, inputs, targets, 0)
    return float(np.max(np.abs(outputs + mirrored))), float(np.max(np.abs(change)))


def _parity_sign(task: SparseParity, stream: Stream) -> Finding:
    gap, change = mirror_image(task, stream)
    return Finding(
        f"trained on f* and, from (W, b, -a, -c), on -f*: largest |f + f'| = {number(gap)} after "
        f"{_MIRROR_STEPS} steps that change f by up to {number(change)}",
        "f is odd in the output layer (a, c), whose initial law is symmetric; "
        f"{code(mirror_image)}",
    )


def _impossible_strength(task: SparseParity, runs: pd.DataFrame) -> Finding:
    scale, printed = task.target_scale, stated.TABLE_5_OUTLIER
    bound = 0.5 * (scale - scale * printed) ** 2
    slack = runs["loss"] - 0.5 * (scale * (1.0 - runs["strength"])) ** 2
    return Finding(
        f"R_k/S = {printed:g} needs L_k >= {number(bound)} = {number(2 * bound / scale**2)} times "
        f"the S²/2 of an untrained network; over the {len(runs)} rows of the parameter runs the "
        f"largest R_k/S is {number(runs['strength'].max())}, the smallest L_k - (S - R_k)²/2 is "
        f"{number(slack.min())}",
        "L_k >= (S - R_k)²/2 (Cauchy-Schwarz); aggregated/parameters_runs.csv",
    )


def _control_bits(samples: pd.DataFrame) -> Finding:
    counts = {len(bits.split()) for bits in samples["control_bits"]}
    counted = ", ".join(str(count) for count in sorted(counts))
    return Finding(
        f"{counted} control bits in each of {len(samples)} generated samples; "
        f"{stated.TABLE_3_CONTROL_BITS} printed",
        "tables/table03.csv, column control_bits",
    )


def _covariance(task: SparseParity, stream: Stream) -> Finding:
    positions = draw_sparse_bits(task, stream)
    masks = sparse_masks(positions)
    inputs = stated.MEASUREMENT_INPUTS
    fresh = [
        parity_sign(
            draw_skill_bits(task, stream, Purpose.MEASUREMENT_BITS, draw, inputs), masks[0]
        ).mean()
        for draw in range(_COVARIANCE_DRAWS)
    ]
    size = inputs - inputs % (1 << task.sparse_bits)
    here = measurement_inputs(measurement_backgrounds(task, stream, 0, size), positions[0])
    return Finding(
        f"mean of g_k over {inputs} fresh inputs: root mean square "
        f"{number(np.sqrt(np.mean(np.square(fresh))))} over {_COVARIANCE_DRAWS} draws, so for "
        f"f = S g_k the covariance is smaller by a share of {number(np.mean(np.square(fresh)))}; "
        f"over the stratified measurement inputs used here: {parity_sign(here, masks[0]).mean():g}",
        f"<g f> - <g><f> with <g> = 0 in expectation; {code(measurement_inputs)}",
    )


def _table_1_sizes(task: SparseParity) -> Finding:
    skills, bits = stated.TABLE_1_SKILLS, stated.TABLE_1_SKILL_BITS
    return Finding(
        f"{bits} // {skills} = {bits // skills} sparse bit per skill at most where skills share "
        f"none; m = {task.sparse_bits} needs {skills * task.sparse_bits} skill bits",
        f"n_s m <= n_b; {code(SparseParity)} refuses more; tables/table01.csv",
    )
