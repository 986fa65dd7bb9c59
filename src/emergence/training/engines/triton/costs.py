"""How the Triton engine divides a network's work, and what a training step costs.

Everything is a function of one run's shape: a run is the same alone or among others.
"""

from __future__ import annotations

from dataclasses import dataclass

from emergence.tasks.sparse_parity.problem import SparseParity

NARROW_WIDTH = 32  # up to this width, one program does all steps of a run
PARTS = 2  # float16 numbers that make a float32 number
_LEAST_UNITS, _MOST_UNITS = 16, 128
_LEAST_BITS, _LEAST_SKILLS = 16, 8  # of a tensor core's product, two columns a skill
_TILE, _NARROW_TILE = 128, 64
_PIECE = 64
_SAMPLES_PER_PART = 1024
_LEAST_COUNTERS, _MOST_COUNTERS = 32, 512
_FLOAT_BYTES, _HALF_BYTES = 4, 2


@dataclass(frozen=True)
class Plan:
    """Sizes of blocks: powers of two but for `padded` and the numbers of blocks.

    units: hidden units of a block; padded: width filled up to whole blocks; kept: columns for the
    n_b bits; skills: columns for the n_s skills; tile: samples of a block, all of one skill; piece:
    samples at a time in the backward kernel; n_blocks: most blocks of a batch; n_parts: parts of a
    batch, of blocks_per_part blocks each, whose gradient sums are made by different programs;
    counters: Philox counters at a time.
    """

    narrow: bool
    units: int
    padded: int
    kept: int
    skills: int
    tile: int
    piece: int
    n_blocks: int
    n_parts: int
    blocks_per_part: int
    counters: int

    @classmethod
    def of(cls, task: SparseParity, width: int, largest_batch: int) -> Plan:
        """The plan for networks of a width, trained on batches of at most so many samples."""
        narrow = width <= NARROW_WIDTH
        units = min(max(_LEAST_UNITS, _power_of_two(width)), _MOST_UNITS)
        tile = _NARROW_TILE if narrow else _TILE
        # each skill's last block may be filled in part only
        n_blocks = (largest_batch + min(task.n_skills, largest_batch) * (tile - 1)) // tile
        n_parts = -(-largest_batch // _SAMPLES_PER_PART)
        counters = _power_of_two(-(-largest_batch // 4))  # of four words each
        return cls(
            narrow=narrow,
            units=units,
            padded=-(-width // units) * units,
            kept=max(_LEAST_BITS, _power_of_two(task.skill_bits)),
            skills=max(_LEAST_SKILLS, _power_of_two(task.n_skills)),
            tile=tile,
            piece=_PIECE,
            n_blocks=n_blocks,
            n_parts=n_parts,
            blocks_per_part=-(-n_blocks // n_parts),
            counters=min(max(_LEAST_COUNTERS, counters), _MOST_COUNTERS),
        )


def step_operations(task: SparseParity, width: int, batch_size: int) -> int:
    """Operations (2 for a multiply-add) of a step of one run's products on tensor cores.

    2 · 2 parts · 3 · B N n_b: outputs, pre-activations once more (wide networks only), and the
    gradient, all without the padding to whole blocks; control weights and biases are additions.
    """
    products = 2 if width <= NARROW_WIDTH else 3
    return 2 * PARTS * products * batch_size * width * task.skill_bits


def step_bytes(
    task: SparseParity, width: int, batch_size: int, optimizer: str = "sgd", fixed: bool = False
) -> int:
    """Bytes that the kernels of a step of one run read and write, each array once per kernel.

    Wide networks: prepared weights are read twice and written once; parameters and Adam's moments
    are read and written; bits and residual of every sample are written and read; sums for the
    gradient are written and read, once for each part of the batch. Narrow networks stay in
    registers. A fixed set's bits are read.
    """
    samples = batch_size * 8 if fixed else 0
    if width <= NARROW_WIDTH:
        return samples
    plan = Plan.of(task, width, batch_size)
    prepared = width * (PARTS * _HALF_BYTES * task.skill_bits + _FLOAT_BYTES * (task.n_skills + 1))
    parameters = (width * (task.input_size + 2) + 1) * _FLOAT_BYTES
    states = 3 if optimizer == "adam" else 1
    word = 8 if task.skill_bits > 32 else 4
    residuals = batch_size * (word + PARTS * _HALF_BYTES)
    sums = plan.n_parts * width * (task.skill_bits + 2 * task.n_skills) * _FLOAT_BYTES
    return samples + 3 * prepared + 2 * states * parameters + 2 * residuals + 2 * sums


def _power_of_two(number: int) -> int:
    """The smallest power of two that is not smaller."""
    return 1 << (number - 1).bit_length()
