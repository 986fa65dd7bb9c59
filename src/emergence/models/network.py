"""What every architecture offers, and the parameters of an ensemble of its networks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import DTypeLike, NDArray

from emergence.randomness import Stream

if TYPE_CHECKING:  # PyTorch takes seconds to import, and drawing data needs none
    from torch import nn


class Network(ABC):
    """Architecture and sizes of a network: its parameters, how they start, what it computes."""

    @property
    @abstractmethod
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape of every parameter, by its name in `module`."""

    @property
    @abstractmethod
    def sample_bytes(self) -> int:
        """Bytes that a backward pass keeps of one sample, about."""

    @abstractmethod
    def start(self, stream: Stream) -> dict[str, NDArray[np.float32]]:
        """Initial parameters of the run with this stream."""

    @abstractmethod
    def module(self) -> nn.Module:
        """A PyTorch module: from inputs (batch, input size) to outputs (batch,) or (batch, n)."""


@dataclass(frozen=True)
class Parameters:
    """Parameters of an ensemble of networks of one architecture.

    arrays: by the names of `Network.shapes`, each of shape (runs, *shape).
    """

    network: Network
    arrays: Mapping[str, NDArray]

    @property
    def n_runs(self) -> int:
        """Number of networks in the ensemble."""
        return len(next(iter(self.arrays.values())))

    def of_run(self, run: int) -> dict[str, NDArray]:
        """The arrays of one network."""
        return {name: array[run] for name, array in self.arrays.items()}

    def astype(self, dtype: DTypeLike) -> Parameters:
        """A copy with every array in `dtype`."""
        return Parameters(self.network, {name: a.astype(dtype) for name, a in self.arrays.items()})


def initial_parameters(network: Network, streams: Sequence[Stream]) -> Parameters:
    """Initial parameters in float32, one network per stream."""
    starts = [network.start(stream) for stream in streams]
    return Parameters(
        network,
        {
            name: np.stack([start[name] for start in starts])
            if starts
            else np.empty((0, *shape), dtype=np.float32)
            for name, shape in network.shapes.items()
        },
    )
