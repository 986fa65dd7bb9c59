"""How the Triton engine divides a network's work.

Everything is a function of one run's shape: a run is the same alone or among others.
"""

from __future__ import annotations

from dataclasses import dataclass

from emergence.tasks.sparse_parity.problem import SparseParity

_NARROW_WIDTH = 32  # up to this width, one program does all steps of a run
_LEAST_UNITS, _MOST_UNITS = 16, 128
_LEAST_BITS, _LEAST_SKILLS = 16, 8  # of a tensor core's product, two columns a skill
_TILE, _NARROW_TILE = 128, 64
_PIECE = 64
_SAMPLES_PER_PART = 1024
_LEAST_COUNTERS, _MOST_COUNTERS = 32, 512


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
        narrow = width <= _NARROW_WIDTH
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


def _power_of_two(number: int) -> int:
    """The smallest power of two that is not smaller."""
    return 1 << (number - 1).bit_length()
