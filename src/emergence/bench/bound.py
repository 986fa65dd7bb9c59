"""The least time of a step of the engine lookup: its arithmetic without its tables.

A step of a wide network does the same vector operations for each sample and block of units
(docs/engine.md). `arithmetic.c` does them on registers, as built for an instruction set.
"""

from __future__ import annotations

import ctypes
import math
import os
import shlex
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from emergence.tasks.sparse_parity.problem import SparseParity
from emergence.training.engines.lookup import lookup
from emergence.training.engines.lookup.compiler import LibraryUnavailable

_SOURCE = Path(__file__).with_name("arithmetic.c")
_FLAGS = ("-std=gnu11", "-O3", "-shared", "-fPIC", "-ffp-contract=fast", "-fno-math-errno", "-w")
_ROUNDS = 10_000  # of a call, so that the call itself costs nothing beside them


@cache
def _library(flags: tuple[str, ...]) -> ctypes.CDLL:
    compiler = shlex.split(os.environ.get("CC", "")) or ["cc"]
    with tempfile.TemporaryDirectory() as folder:
        built = Path(folder) / "arithmetic.so"
        headers = ["-I", str(Path(lookup.__file__).parent)]
        command = [*compiler, *_FLAGS, *flags, *headers, "-o", str(built), str(_SOURCE), "-lm"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise LibraryUnavailable(f"{_SOURCE.name}: {done.stderr.strip()}")
        return ctypes.CDLL(str(built))


class Arithmetic:
    """What a wide network's step computes, in rounds that can be timed.

    Raises LibraryUnavailable if `arithmetic.c` cannot be compiled with the machine's flags.
    """

    def __init__(self, task: SparseParity, batch_size: int, width: int, flags: tuple[str, ...]):
        self._library = _library(flags)
        sizes = ("quad_samples", "block_units", "set_blocks", "wide_blocks")
        self._quad, units, per_set, least = (getattr(self._library, name)() for name in sizes)
        self._batch_size, self._blocks = batch_size, math.ceil(width / units)
        self._sets, self.is_wide = math.ceil(self._blocks / per_set), self._blocks >= least
        bits = (task.n_skills, task.skill_bits)
        self._chunks = len(lookup.plan_tables(*bits, batch_size, self._blocks, reused=False)[1])

    def forward(self, times: int) -> None:
        """`times` _ROUNDS quads of samples and one block of units."""
        self._library.forward(ctypes.c_int64(times * _ROUNDS), ctypes.c_int64(self._chunks))

    def backward(self, times: int) -> None:
        """`times` _ROUNDS samples and one set of blocks."""
        self._library.backward(ctypes.c_int64(times * _ROUNDS))

    def step(self, forward: float, backward: float) -> float:
        """Time of a step from the times of `forward(1)` and `backward(1)`, in the same unit.

        Forward takes every quad and block; backward sums once for each chunk and once for the
        skills, for every sample and set of blocks.
        """
        quads = math.ceil(self._batch_size / self._quad) * self._blocks
        sums = self._batch_size * self._sets * (self._chunks + 1)
        return (forward * quads + backward * sums) / _ROUNDS
