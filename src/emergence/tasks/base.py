"""The contract of a task: what a run draws, what it trains on, what is measured of it.

A task is a small frozen object made of an experiment's settings. Everything random is a function of
a run's `Stream`, so that a run is the same alone or among others, interrupted or not.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emergence.randomness import Stream

# Measured quantities by name, float64: of one run of shape (*axes), of an ensemble (runs, *axes).
Measurement = dict[str, NDArray[np.float64]]
Outputs = Callable[[NDArray[np.float32]], NDArray[np.floating]]


@dataclass(frozen=True)
class Batch:
    """Samples for any network: inputs (batch, input size), targets of the outputs' shape; float32.

    That shape is (batch,) for one output, else (batch, output size).
    """

    inputs: NDArray[np.float32]
    targets: NDArray[np.float32]


class Task(ABC):
    """What networks learn. Training minimises the mean over a batch of |f(x) - target|²."""

    output_size: int = 1

    @property
    @abstractmethod
    def input_size(self) -> int:
        """Length of an input."""

    @property
    @abstractmethod
    def measured(self) -> Mapping[str, tuple[str, ...]]:
        """Names of the axes of each measured quantity, in the order of the tables' columns.

        The first quantity is the main one: tables of means hold it, early stop watches it.
        """

    @property
    def axes(self) -> Mapping[str, Sequence[int]]:
        """Coordinates of each axis, as tables show them; none where all quantities are scalars."""
        return {}

    @property
    def scales(self) -> Mapping[str, float]:
        """What tables and early stop divide a quantity by; 1 for those that are not named."""
        return {}

    @property
    @abstractmethod
    def loss_scale(self) -> float:
        """The training loss of an output of 0, about: the unit of divergence and early stop."""

    @abstractmethod
    def draw(self, stream: Stream, batch_sizes: Sequence[int]) -> dict[str, NDArray]:
        """What a run draws once, for its data file: one array at least, shaped alike in all runs.

        batch_sizes: of the batches that a fixed training set is divided into; empty for fresh data.
        """

    def n_batches(self, data: Mapping[str, NDArray]) -> int:
        """Batches of the fixed training set in a run's `draw`n arrays, 0 for fresh data."""
        return 0

    @abstractmethod
    def batch(
        self, data: Mapping[str, NDArray], stream: Stream, step: int, batch_size: int
    ) -> Batch:
        """What a run trains on at a step: `batch_size` fresh samples, or batch t mod n_batches."""

    @abstractmethod
    def measure(
        self,
        data: Mapping[str, NDArray],
        stream: Stream,
        step: int,
        n_inputs: int,
        outputs: Outputs,
    ) -> Measurement:
        """The measured quantities of a run at a step, from its network's outputs.

        n_inputs: inputs for each entry of a quantity, the setting inputs_per_skill (0 without it).
        outputs: from inputs (count, input size) to the network's outputs.
        """

    @property
    def main(self) -> str:
        """Name of the main quantity."""
        return next(iter(self.measured))

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape of each measured quantity of a run."""
        return {
            name: tuple(len(self.axes[axis]) for axis in axes)
            for name, axes in self.measured.items()
        }

    @property
    def table_axes(self) -> tuple[str, ...]:
        """Axes of all quantities together: those that a table has a column for."""
        return tuple(dict.fromkeys(axis for axes in self.measured.values() for axis in axes))

    @property
    def n_entries(self) -> int:
        """Rows of a run's table at each measured step."""
        return math.prod(len(self.axes[axis]) for axis in self.table_axes)
