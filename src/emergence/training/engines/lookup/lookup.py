"""The fast CPU engine: sums of weights over chunks of bits come from tables (see train.h).

Same samples as `problem.draw_batch` and `measurement`, same optimisers as PyTorch, float32. The
result does not depend on the number of threads nor on which runs share an ensemble.
"""

from __future__ import annotations

import ctypes
from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emergence.models.network import Parameters
from emergence.tasks.base import Measurement
from emergence.tasks.sparse_parity.measurement import strength_and_loss
from emergence.tasks.sparse_parity.problem import (
    PackedBatch,
    SparseParity,
    fixed_batches,
    sparse_masks,
)
from emergence.training.engines.lookup.compiler import LibraryUnavailable, compile_library
from emergence.training.engines.parity import ParityEngine, task_and_network
from emergence.training.ensemble import Ensemble

_LANES = 16
_ALIGNMENT = 64
_MAX_CHUNKS = 16
_WORD_BITS = 32
# Entries of 64 bytes in one block's tables: 40 KiB, which a first-level cache of 48 KiB holds
# beside the samples; from one of 32 KiB the largest plans spill. Byte offsets have 16 bits, which
# many skills need.
_FAST_ENTRIES, _MAX_ENTRIES = 640, 1024
# Measured costs on one Zen 5 core, in cycles: per sample, per sample and chunk, per table entry
# (built, cleared and folded), and per sample of sorting by prefix.
_SAMPLE_COST, _CHUNK_COST, _ENTRY_COST, _SORT_COST = 2.6, 2.6, 4.0, 5.0


class _Problem(ctypes.Structure):
    """`problem` of problem.h, field by field."""

    _INTEGERS = (
        "n_runs", "width", "n_skills", "skill_bits", "sparse_bits", "largest_batch", "n_batches",
        "backgrounds", "prefix_bits", "n_chunks", "adam",
    )  # fmt: skip
    _REALS = ("weight_decay", "beta_1", "beta_2", "epsilon", "target_scale")
    _ARRAYS = (
        "chunk_word", "chunk_shift", "chunk_bits", "skill_thresholds", "keys", "run_indices",
        "sparse_masks", "sparse_positions", "units", "units_moment_1", "units_moment_2", "bias",
        "bias_moment_1", "bias_moment_2", "steps_done", "fixed_counts", "fixed_bits",
        "fixed_starts", "records", "record_starts",
    )  # fmt: skip
    _fields_ = (
        *((name, ctypes.c_int64) for name in _INTEGERS),
        *((name, ctypes.c_double) for name in _REALS),
        *((name, ctypes.c_void_p) for name in _ARRAYS),
    )


class LookupEngine(ParityEngine):
    """Trains an ensemble on the CPU with compiled table look-ups; see `ensemble.Engine`."""

    def __init__(
        self,
        ensemble: Ensemble,
        device: str = "cpu",
        threads: int = 1,
        memory_bytes: int | None = None,
        library: Path | None = None,
    ) -> None:
        """Copy the ensemble's parameters and make its fixed batches ready.

        Parameters
        ----------
        ensemble
            What to train: at most 64 skill bits, any width and number of runs.
        device, memory_bytes
            For the interface's sake.
        threads
            Operating-system threads; runs are shared out, then the hidden units of what remains.
        library
            Shared library; default: `compiler.compile_library()`.

        Raises
        ------
        LibraryUnavailable
            If the library cannot be built or loaded.
        ValueError
            If threads < 1 or the ensemble is `unsupported`.
        """
        if threads < 1:
            raise ValueError(f"threads must be at least 1, got {threads!r}")
        self._task, self._network = task_and_network(ensemble)
        self._ensemble, self._threads = ensemble, threads
        self._batches = [
            batch
            for run in range(ensemble.n_runs)
            for batch in fixed_batches(ensemble.data_of(run))
        ]
        self._library = load_library(library)
        self._arrays = self._parameter_arrays() | self._task_arrays() | self._fixed_arrays()
        self._problem = self._describe()
        self._problem_reference = ctypes.byref(self._problem)
        self._workspace_bytes = self._library.lookup_workspace_bytes(self._problem_reference)
        self._memory = _aligned(threads * self._workspace_bytes)
        self._to_blocks(ensemble.initial, "units", "bias")
        self._prepare_fixed()

    @classmethod
    def unsupported(cls, ensemble: Ensemble) -> str:
        """See `ensemble.Engine.unsupported`: also more skills than its tables hold."""
        if reason := super().unsupported(ensemble):
            return reason
        assert isinstance(ensemble.task, SparseParity)
        try:
            plan_tables(ensemble.task.n_skills, ensemble.task.skill_bits, 1, 1, reused=False)
        except ValueError as error:
            return str(error)
        return ""

    @classmethod
    def missing(cls, device: str) -> str:
        """See `ensemble.Engine.missing`: another device than the CPU, or a compiler."""
        if device != "cpu":
            return "it runs on training.device cpu only"
        try:
            load_library()
        except LibraryUnavailable as error:
            return str(error)
        return ""

    @classmethod
    def build(cls) -> dict[str, str]:
        """See `ensemble.Engine.build`."""
        return library_build()

    def advance(
        self, first_step: int, last_step: int, learning_rate: float, active: NDArray[np.bool_]
    ) -> NDArray[np.float64]:
        """See `ensemble.Engine.advance`."""
        runs = np.flatnonzero(active).astype(np.int64)
        loss = np.full(self._ensemble.n_runs, np.nan)
        of_active = np.full(len(runs), np.nan)
        self._library.lookup_advance(
            self._problem_reference,
            _pointer(self._memory),
            self._threads,
            first_step,
            last_step,
            learning_rate,
            _pointer(runs),
            len(runs),
            _pointer(of_active),
        )
        loss[runs] = of_active
        return loss

    def measure(self, step: int) -> Measurement:
        """See `ensemble.Engine.measure`."""
        means = np.empty((self._ensemble.n_runs, self._task.n_skills, 2))
        self._library.lookup_measure(
            self._problem_reference,
            _pointer(self._memory),
            self._threads,
            step,
            _pointer(means),
        )
        return strength_and_loss(self._task, means[..., 0].copy(), means[..., 1])

    def draw_batch(self, run: int, step: int) -> PackedBatch:
        """The fresh batch of `step`, from the compiled generator: equal to `problem.draw_batch`.

        Raises ValueError for an ensemble with fixed batches.
        """
        if self._batches:
            raise ValueError("this engine trains on fixed batches and draws none")
        size, task = self._problem.largest_batch, self._task
        counts = np.empty(task.n_skills, dtype=np.int64)
        words = np.empty(2 * size, dtype=np.uint32)
        self._library.lookup_draw(
            self._problem_reference,
            _pointer(self._memory),
            run,
            step,
            _pointer(counts),
            _pointer(words),
        )
        bits = words[:size].astype(np.uint64)
        if task.skill_bits > _WORD_BITS:
            bits |= words[size:].astype(np.uint64) << np.uint64(_WORD_BITS)
        return PackedBatch(counts, bits & np.uint64((1 << task.skill_bits) - 1))

    def parameters(self) -> Parameters:
        """A float32 copy of the parameters."""
        return self._from_blocks("units", "bias")

    def state(self) -> dict[str, NDArray]:
        """Parameters, moments and step counts, with the names of `TorchEngine.state`."""
        state = {"steps_done": self._arrays["steps_done"].copy()}
        for prefix, units, bias in self._groups():
            parameters = self._from_blocks(units, bias)
            state |= {f"{prefix}/{name}": array for name, array in parameters.arrays.items()}
        return state

    def load_state(self, state: dict[str, NDArray]) -> None:
        """Continue from `state()`."""
        self._arrays["steps_done"][:] = state["steps_done"]
        for prefix, units, bias in self._groups():
            arrays = {name: state[f"{prefix}/{name}"] for name in self._network.shapes}
            self._to_blocks(Parameters(self._network, arrays), units, bias)

    def _groups(self) -> list[tuple[str, str, str]]:
        groups = [("parameters", "units", "bias")]
        if self._ensemble.optimizer.name == "adam":
            groups += [
                (moment, f"units_{moment}", f"bias_{moment}") for moment in ("moment_1", "moment_2")
            ]
        return groups

    def _parameter_arrays(self) -> dict[str, NDArray]:
        n_runs, blocks = self._ensemble.n_runs, -(-self._network.width // _LANES)
        shape = (n_runs, blocks, self._task.input_size + 2, _LANES)
        arrays: dict[str, NDArray] = {"steps_done": np.zeros(n_runs, dtype=np.int64)}
        for _, units, bias in self._groups():
            arrays[units] = _aligned(4 * int(np.prod(shape))).view(np.float32).reshape(shape)
            arrays[bias] = np.zeros(n_runs, dtype=np.float32)
        return arrays

    def _to_blocks(self, parameters: Parameters, units: str, bias: str) -> None:
        """Store parameters as (runs, blocks, rows, lanes): see problem.h."""
        given = parameters.arrays
        columns = np.concatenate(
            [
                given["input_weights"],
                given["hidden_biases"][..., None],
                given["output_weights"][..., None],
            ],
            axis=2,
        )
        blocks = self._arrays[units]
        runs, width, rows = columns.shape
        padded = np.zeros((runs, blocks.shape[1] * _LANES, rows), dtype=np.float32)
        padded[:, :width] = columns
        blocks[:] = padded.reshape(runs, -1, _LANES, rows).swapaxes(2, 3)
        self._arrays[bias][:] = given["output_biases"]

    def _from_blocks(self, units: str, bias: str) -> Parameters:
        blocks = self._arrays[units]
        columns = blocks.swapaxes(2, 3).reshape(blocks.shape[0], -1, blocks.shape[2])
        columns = columns[:, : self._network.width]
        arrays = {
            "input_weights": columns[..., :-2].copy(),
            "hidden_biases": columns[..., -2].copy(),
            "output_weights": columns[..., -1].copy(),
            "output_biases": self._arrays[bias].copy(),
        }
        return Parameters(self._network, arrays)

    def _task_arrays(self) -> dict[str, NDArray]:
        streams, positions = self._ensemble.streams, self._ensemble.data["sparse_bits"]
        return {
            "skill_thresholds": self._task.skill_thresholds,
            "keys": np.array([stream.key for stream in streams], dtype=np.uint32),
            "run_indices": np.array([stream.run for stream in streams], dtype=np.uint32),
            "sparse_masks": np.ascontiguousarray(sparse_masks(positions), dtype=np.uint64),
            "sparse_positions": np.ascontiguousarray(positions, dtype=np.int64),
        }

    def _fixed_arrays(self) -> dict[str, NDArray]:
        batches, n_skills = self._batches, self._task.n_skills
        sizes = np.array([len(batch.skill_bits) for batch in batches], dtype=np.int64)
        bits = [np.zeros(0, dtype=np.uint64), *(batch.skill_bits for batch in batches)]
        counts = np.array([batch.skill_counts for batch in batches], dtype=np.int64)
        return {
            "fixed_counts": counts.reshape(-1, n_skills),
            "fixed_bits": np.concatenate(bits),
            "fixed_starts": np.cumsum(sizes) - sizes,
        }

    def _describe(self) -> _Problem:
        ensemble, task, width = self._ensemble, self._task, self._network.width
        sizes = [len(batch.skill_bits) for batch in self._batches]
        largest = max(sizes, default=ensemble.batch_size)
        prefix_bits, chunks = plan_tables(
            task.n_skills, task.skill_bits, largest, -(-width // _LANES), reused=bool(sizes)
        )
        for name, column in zip(
            ("chunk_word", "chunk_shift", "chunk_bits"), zip(*chunks, strict=True), strict=True
        ):
            self._arrays[name] = np.array(column, dtype=np.int64)
        optimizer = ensemble.optimizer
        arrays = {
            name: self._arrays[name].ctypes.data
            for name in _Problem._ARRAYS
            if name in self._arrays
        }
        return _Problem(
            n_runs=ensemble.n_runs,
            width=width,
            n_skills=task.n_skills,
            skill_bits=task.skill_bits,
            sparse_bits=task.sparse_bits,
            largest_batch=largest,
            n_batches=len(sizes) // ensemble.n_runs,
            backgrounds=ensemble.measurement_inputs >> task.sparse_bits,
            prefix_bits=prefix_bits,
            n_chunks=len(chunks),
            adam=optimizer.name == "adam",
            weight_decay=optimizer.weight_decay,
            beta_1=optimizer.beta_1,
            beta_2=optimizer.beta_2,
            epsilon=optimizer.epsilon,
            target_scale=task.target_scale,
            **arrays,
        )

    def _prepare_fixed(self) -> None:
        batches = self._batches
        if not batches:
            return
        record_bytes = self._library.lookup_record_bytes
        sizes = np.array(
            [record_bytes(self._problem_reference, len(batch.skill_bits)) for batch in batches],
            dtype=np.int64,
        )
        self._arrays["record_starts"] = np.cumsum(sizes) - sizes
        self._arrays["records"] = _aligned(int(sizes.sum()))
        for name in ("record_starts", "records"):
            setattr(self._problem, name, self._arrays[name].ctypes.data)
        self._library.lookup_prepare(self._problem_reference, _pointer(self._memory))


def plan_tables(
    n_skills: int, skill_bits: int, batch_size: int, blocks: int, reused: bool
) -> tuple[int, list[tuple[int, int, int]]]:
    """How the skill bits are divided: the prefix samples are sorted by, and the chunks.

    Chosen by a model of the cost: more bits in a table save work for each sample and cost work for
    each entry; sorting by a prefix saves look-ups in each of the `blocks` and is paid once, or
    never if batches are `reused`.

    Returns the number of prefix bits and a list of (32-bit word, first bit in it, number of bits).

    Raises ValueError where no tables hold so many skills.
    """
    plans = []
    for prefix_bits, n_chunks in product(range(min(skill_bits, 7)), range(1, _MAX_CHUNKS + 1)):
        chunks = _divide(prefix_bits, skill_bits, n_chunks)
        heads = n_skills << prefix_bits
        entries = sum(1 << bits for _, _, bits in chunks) + heads
        if entries > _MAX_ENTRIES or len(chunks) > _MAX_CHUNKS:
            continue
        padded = batch_size + 1.5 * min(heads, batch_size)
        sorting = 0.0 if reused or not prefix_bits else _SORT_COST * batch_size / blocks
        per_sample = _SAMPLE_COST + _CHUNK_COST * len(chunks)
        cost = padded * per_sample + _ENTRY_COST * entries + sorting
        plans.append((entries > _FAST_ENTRIES, cost, prefix_bits, chunks))
    if not plans:
        raise ValueError(f"its tables cannot hold {n_skills} skills and {skill_bits} bits")
    _, _, prefix_bits, chunks = min(plans)
    return prefix_bits, chunks


def _divide(prefix_bits: int, skill_bits: int, n_chunks: int) -> list[tuple[int, int, int]]:
    """Bits from `prefix_bits` on as about `n_chunks` equal chunks that stay within 32-bit words."""
    remaining = skill_bits - prefix_bits
    chunks: list[tuple[int, int, int]] = []
    first = prefix_bits
    while first < skill_bits:
        word, shift = divmod(first, _WORD_BITS)
        left = max(1, n_chunks - len(chunks))
        bits = min(-(-remaining // left), _WORD_BITS - shift)
        chunks.append((word, shift, bits))
        first, remaining = first + bits, remaining - bits
    return chunks


def load_library(path: Path | None = None) -> ctypes.CDLL:
    """The compiled part, ready to be called. Default: `compiler.compile_library()`.

    Raises LibraryUnavailable if it cannot be built, or cannot be loaded.
    """
    path = path or compile_library()
    try:
        return _load(path)
    except (OSError, AttributeError) as error:  # AttributeError: a function is missing
        raise LibraryUnavailable(
            f"{path} cannot be loaded ({error}); delete it, and it is built again"
        ) from error


def library_build(path: Path | None = None) -> dict[str, str]:
    """What made the library that `load_library` loads: compiler, instruction set, threads."""
    keys = ("compiler", "instruction_set", "threads")
    return dict(zip(keys, load_library(path).lookup_build().decode().split("\n"), strict=True))


@cache
def _load(path: Path) -> ctypes.CDLL:
    library = ctypes.CDLL(str(path))
    integer, real, pointer = ctypes.c_int64, ctypes.c_double, ctypes.c_void_p
    signatures = {
        "lookup_build": (ctypes.c_char_p, []),
        "lookup_workspace_bytes": (integer, [pointer]),
        "lookup_record_bytes": (integer, [pointer, integer]),
        "lookup_prepare": (None, [pointer, pointer]),
        "lookup_draw": (None, [pointer, pointer, integer, integer, pointer, pointer]),
        "lookup_advance": (
            None,
            [pointer, pointer, integer, integer, integer, real, pointer, integer, pointer],
        ),
        "lookup_measure": (None, [pointer, pointer, integer, integer, pointer]),
    }
    for name, (result, arguments) in signatures.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


def _aligned(size: int) -> NDArray[np.uint8]:
    """Zeroed bytes on a cache-line boundary, as aligned vector loads need."""
    memory = np.zeros(size + _ALIGNMENT, dtype=np.uint8)
    start = -memory.ctypes.data % _ALIGNMENT
    return memory[start : start + size]


def _pointer(array: NDArray) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)
