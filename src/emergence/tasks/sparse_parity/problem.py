"""The multitask sparse parity problem (Sec. 2, App. B): skills, their probabilities, inputs.

An input is a pair (skill index i, skill bits x). Skill indices are 0-based in code and 1-based in
tables and figures. Skill bits are *packed*: bit j of a sample is bit j of an unsigned 64-bit word.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from emergence.randomness import Purpose, Stream
from emergence.tasks.base import Batch, Measurement, Outputs, Task

MAXIMUM_SKILL_BITS = 64
# Random subsets that a draw of overlapping skills tries, this many at a time.
_TRIES, _TRIED_AT_ONCE = 40_000, 500


def skill_probabilities(data_exponent: float, n_skills: int) -> NDArray[np.float64]:
    """Skill probabilities P_s(k) = A k^-(α+1), A = 1/Σ_{j≤n_s} j^-(α+1) (Eq. 1).

    Parameters
    ----------
    data_exponent
        α > 0.
    n_skills
        n_s ≥ 1.

    Returns
    -------
    array of shape (n_skills,), decreasing, summing to one.

    Raises
    ------
    ValueError
        If α is not a positive finite number or n_s < 1.

    Examples
    --------
    >>> skill_probabilities(0.6, 3).round(3)
    array([0.666, 0.22 , 0.115])
    """
    if not (np.isfinite(data_exponent) and data_exponent > 0):
        raise ValueError(f"data_exponent must be positive and finite, got {data_exponent!r}")
    if n_skills < 1:
        raise ValueError(f"n_skills must be at least 1, got {n_skills!r}")
    weights = np.arange(1, n_skills + 1, dtype=np.float64) ** -(data_exponent + 1.0)
    return weights / weights[::-1].sum()  # smallest first: no loss for n_s = 10^7


@dataclass(frozen=True)
class SparseParity(Task):
    """Sizes and scale of one multitask sparse parity problem (Sec. 2).

    n_s skills, n_b skill bits, m sparse bits per skill, data exponent α, target scale S. Any two
    skills have at most `shared_bits` sparse bits in common; the paper's skills share none.

    Raises
    ------
    ValueError
        If a value is out of range, if n_b > 64, or if there are more skills than subsets of m of
        the n_b bits that share so few (`most_skills`).
    """

    n_skills: int
    skill_bits: int
    sparse_bits: int
    data_exponent: float
    target_scale: float
    shared_bits: int = 0

    def __post_init__(self) -> None:
        for name in ("n_skills", "skill_bits", "sparse_bits"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)!r}")
        if self.skill_bits > MAXIMUM_SKILL_BITS:
            raise ValueError(
                f"skill_bits must be at most {MAXIMUM_SKILL_BITS}, got {self.skill_bits!r}"
            )
        if not 0 <= self.shared_bits < self.sparse_bits:
            raise ValueError(
                f"shared_bits must be at least 0 and less than sparse_bits = {self.sparse_bits}, "
                f"got {self.shared_bits!r}"
            )
        if not self.shared_bits and self.n_skills * self.sparse_bits > self.skill_bits:
            raise ValueError(
                f"n_skills * sparse_bits must not exceed skill_bits: skills use disjoint bits, "
                f"got {self.n_skills} * {self.sparse_bits} > {self.skill_bits}"
            )
        most = most_skills(self.skill_bits, self.sparse_bits, self.shared_bits)
        if self.n_skills > most:
            raise ValueError(
                f"n_skills must be at most {most}: no more subsets of {self.sparse_bits} of "
                f"{self.skill_bits} bits share at most {self.shared_bits}, got {self.n_skills!r}"
            )
        if not (np.isfinite(self.target_scale) and self.target_scale > 0):
            raise ValueError(f"target_scale must be positive, got {self.target_scale!r}")
        skill_probabilities(self.data_exponent, self.n_skills)

    @property
    def input_size(self) -> int:
        """Length of an unpacked input, n_s + n_b."""
        return self.n_skills + self.skill_bits

    @property
    def measured(self) -> Mapping[str, tuple[str, ...]]:
        """Skill strength R_k and skill loss L_k (see `measurement`)."""
        return {"strength": ("skill",), "loss": ("skill",)}

    @property
    def axes(self) -> Mapping[str, Sequence[int]]:
        """Skills, from 1."""
        return {"skill": range(1, self.n_skills + 1)}

    @property
    def scales(self) -> Mapping[str, float]:
        """Tables hold R_k/S."""
        return {"strength": self.target_scale}

    @property
    def loss_scale(self) -> float:
        """S², the mean square of the targets."""
        return self.target_scale**2

    @cached_property
    def probabilities(self) -> NDArray[np.float64]:
        """P_s(k), shape (n_s,)."""
        return skill_probabilities(self.data_exponent, self.n_skills)

    @cached_property
    def skill_thresholds(self) -> NDArray[np.uint32]:
        """Upper ends of the skills' shares of the 32-bit range but the last, shape (n_s - 1,).

        A uniform word u belongs to skill #{j : u ≥ threshold_j}; probabilities are off by at most
        2^-32.
        """
        cumulative = np.cumsum(self.probabilities)[:-1]
        return np.minimum(np.round(cumulative * 2.0**32), 2.0**32 - 1).astype(np.uint32)

    def draw(self, stream: Stream, batch_sizes: Sequence[int]) -> dict[str, NDArray]:
        """See `Task.draw`.

        sparse_bits: (n_s, m). For fixed training sets also skill_counts (batches, n_s) and
        skill_bits (D,), packed, batch after batch, sorted by skill within a batch.
        """
        arrays: dict[str, NDArray] = {"sparse_bits": draw_sparse_bits(self, stream)}
        if batch_sizes:
            batches = [
                draw_batch(self, stream, index, size, fixed=True)
                for index, size in enumerate(batch_sizes)
            ]
            dtype = np.uint32 if self.skill_bits <= 32 else np.uint64
            arrays["skill_counts"] = np.stack([batch.skill_counts for batch in batches])
            arrays["skill_bits"] = np.concatenate([b.skill_bits for b in batches]).astype(dtype)
        return arrays

    def n_batches(self, data: Mapping[str, NDArray]) -> int:
        """See `Task.n_batches`."""
        return len(data.get("skill_counts", ()))

    def batch(
        self, data: Mapping[str, NDArray], stream: Stream, step: int, batch_size: int
    ) -> Batch:
        """See `Task.batch`; inputs are those of `unpack`."""
        packed = packed_batch(self, data, stream, step, batch_size)
        skills, bits = packed.skills, packed.skill_bits
        targets = target(self, skills, bits, sparse_masks(data["sparse_bits"]))
        return Batch(unpack(self, skills, bits), targets.astype(np.float32))

    def measure(
        self,
        data: Mapping[str, NDArray],
        stream: Stream,
        step: int,
        n_inputs: int,
        outputs: Outputs,
    ) -> Measurement:
        """See `Task.measure` and `measurement.measure`."""
        from emergence.tasks.sparse_parity.measurement import measure  # which imports this module

        return measure(self, data["sparse_bits"], stream, step, n_inputs, outputs)


@dataclass(frozen=True)
class PackedBatch:
    """Samples sorted by skill.

    skill_counts: shape (n_s,) int64, how many samples of each skill.
    skill_bits: shape (batch,) uint64 packed bits; the first skill_counts[0] samples are of skill 0,
    the next skill_counts[1] of skill 1, and so on.
    """

    skill_counts: NDArray[np.int64]
    skill_bits: NDArray[np.uint64]

    @property
    def skills(self) -> NDArray[np.int64]:
        """0-based skill index of each sample, shape (batch,)."""
        return np.repeat(np.arange(len(self.skill_counts)), self.skill_counts)


def most_skills(skill_bits: int, sparse_bits: int, shared_bits: int) -> int:
    """No more subsets of m of n_b bits share at most t bits, two by two (Johnson's bound).

    ⌊n_b/m ⌊(n_b - 1)/(m - 1) ... ⌊(n_b - t)/(m - t)⌋ ... ⌋⌋ with t = `shared_bits` < m; for t = 0
    ⌊n_b/m⌋, which disjoint subsets reach.
    """
    most = 1
    for taken in range(shared_bits, -1, -1):
        most = (skill_bits - taken) * most // (sparse_bits - taken)
    return most


def draw_sparse_bits(task: SparseParity, stream: Stream) -> NDArray[np.int64]:
    """Positions of each skill's m sparse bits, uniformly at random: disjoint, or nearly so.

    Where skills may share bits, random subsets are tried in turn and each is kept that shares at
    most `task.shared_bits` with all before it.

    Returns an array of shape (n_s, m) with entries in [0, n_b), each row increasing.

    Raises ValueError where 40,000 subsets do not suffice, as close to `most_skills`.
    """
    if not task.shared_bits:
        order = np.argsort(stream.words(Purpose.SPARSE_BITS, 0, task.skill_bits), kind="stable")
        chosen = order[: task.n_skills * task.sparse_bits]
        return np.sort(chosen.reshape(task.n_skills, task.sparse_bits), axis=1)
    kept = np.empty((task.n_skills, task.sparse_bits), dtype=np.int64)
    masks, n_kept = np.zeros(task.n_skills, dtype=np.uint64), 0
    for block in range(_TRIES // _TRIED_AT_ONCE):
        words = stream.words(Purpose.SPARSE_BITS, block, _TRIED_AT_ONCE * task.skill_bits)
        order = np.argsort(words.reshape(_TRIED_AT_ONCE, -1), axis=1, kind="stable")
        tried = np.sort(order[:, : task.sparse_bits], axis=1)
        for positions, mask in zip(tried, sparse_masks(tried), strict=True):
            if (np.bitwise_count(masks[:n_kept] & mask) <= task.shared_bits).all():
                kept[n_kept], masks[n_kept] = positions, mask
                n_kept += 1
                if n_kept == task.n_skills:
                    return kept
    raise ValueError(
        f"n_skills must be smaller: among {_TRIES:,} random subsets of {task.sparse_bits} of "
        f"{task.skill_bits} bits only {n_kept} share at most {task.shared_bits}, got "
        f"{task.n_skills}"
    )


def sparse_masks(sparse_bits: NDArray[np.integer]) -> NDArray[np.uint64]:
    """Packed masks of sparse bits, shape (...,), from positions of shape (..., m)."""
    return np.bitwise_or.reduce(np.uint64(1) << sparse_bits.astype(np.uint64), axis=-1)


def draw_skill_bits(
    task: SparseParity, stream: Stream, purpose: Purpose, step: int, count: int
) -> NDArray[np.uint64]:
    """Fair packed skill bits, shape (count,).

    Sample i takes word i of the stream, or words i and count + i when n_b > 32 (low and high half).
    """
    wide = task.skill_bits > 32
    words = stream.words(purpose, step, count * (2 if wide else 1)).astype(np.uint64)
    if wide:
        words = words[:count] | (words[count:] << np.uint64(32))
    return words & np.uint64((1 << task.skill_bits) - 1)


def draw_batch(
    task: SparseParity, stream: Stream, step: int, size: int, fixed: bool = False
) -> PackedBatch:
    """Draw `size` independent samples of the task, grouped by skill.

    Skill counts are multinomial(size, P_s): `size` uniform words are counted against
    `SparseParity.skill_thresholds`. The bits are independent of the skill, so grouping changes no
    distribution. `fixed` selects the streams of a fixed training set instead of a fresh batch.
    """
    skill_purpose = Purpose.DATASET_SKILLS if fixed else Purpose.BATCH_SKILLS
    bits_purpose = Purpose.DATASET_BITS if fixed else Purpose.BATCH_BITS
    uniform = stream.words(skill_purpose, step, size)
    skills = np.searchsorted(task.skill_thresholds, uniform, side="right")
    counts = np.bincount(skills, minlength=task.n_skills).astype(np.int64)
    return PackedBatch(counts, draw_skill_bits(task, stream, bits_purpose, step, size))


def fixed_batches(data: Mapping[str, NDArray]) -> tuple[PackedBatch, ...]:
    """The batches of a run's fixed training set, from its `SparseParity.draw`n arrays."""
    if "skill_counts" not in data:
        return ()
    counts = data["skill_counts"]
    ends = np.cumsum(counts.sum(axis=1))[:-1]
    bits = np.split(data["skill_bits"].astype(np.uint64), ends)
    return tuple(PackedBatch(c, b) for c, b in zip(counts, bits, strict=True))


def packed_batch(
    task: SparseParity, data: Mapping[str, NDArray], stream: Stream, step: int, batch_size: int
) -> PackedBatch:
    """What a run sees at a step (see `Task.batch`), as bits."""
    batches = fixed_batches(data)
    if batches:
        return batches[step % len(batches)]
    return draw_batch(task, stream, step, batch_size)


def batches_in_pass(dataset_size: int, batch_size: int) -> int:
    """Batches that a fixed training set is divided into: max(1, D // batch_size)."""
    return max(1, dataset_size // batch_size)


def parity_sign(packed: NDArray[np.uint64], mask: NDArray[np.uint64]) -> NDArray[np.int64]:
    """(-1)^(number of set bits of packed & mask): +1 for even, -1 for odd (Eq. 2). Broadcasts."""
    odd = np.bitwise_count(np.bitwise_and(packed, mask)).astype(np.int64) & 1
    return 1 - 2 * odd


def skill_functions(
    skills: NDArray[np.integer], packed: NDArray[np.uint64], masks: NDArray[np.uint64]
) -> NDArray[np.int64]:
    """Skill functions g_k(i, x): the parity of skill k's sparse bits if i = k, else 0 (Eq. 2).

    Shapes: skills (batch,), packed (batch,), masks (n_s,). Returns (batch, n_s) of -1, 0, 1.
    """
    selected = np.arange(len(masks)) == np.asarray(skills)[:, None]
    return np.where(selected, parity_sign(packed[:, None], masks), 0)


def target(
    task: SparseParity,
    skills: NDArray[np.integer],
    packed: NDArray[np.uint64],
    masks: NDArray[np.uint64],
) -> NDArray[np.float64]:
    """Target f*(i, x) = S Σ_k g_k(i, x), shape (batch,) (Eq. 4)."""
    return np.float64(task.target_scale) * parity_sign(packed, masks[skills])


def unpack(
    task: SparseParity, skills: NDArray[np.integer], packed: NDArray[np.uint64]
) -> NDArray[np.float32]:
    """Network inputs: one-hot control bits, then skill bits; shape (batch, n_s + n_b), 0 or 1."""
    inputs = np.zeros((len(packed), task.input_size), dtype=np.float32)
    inputs[np.arange(len(packed)), skills] = 1.0
    positions = np.arange(task.skill_bits, dtype=np.uint64)
    inputs[:, task.n_skills :] = (packed[:, None] >> positions) & np.uint64(1)
    return inputs
