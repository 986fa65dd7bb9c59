"""The unit of training: which runs a job holds, and the name of its files."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Shard:
    """The runs first ≤ run ≤ last of one experiment at one swept value: one training job."""

    experiment: str
    value: int
    first: int
    last: int

    @property
    def name(self) -> str:
        """File stem of the shard."""
        return f"{self.experiment}/{self.value}/{self.first:04d}-{self.last:04d}"

    @property
    def n_runs(self) -> int:
        """Runs in the shard."""
        return self.last - self.first + 1


def value_shards(experiment: str, value: int, n_runs: int, size: int) -> list[Shard]:
    """The jobs of one swept value: `size` runs each, the last one what is left."""
    return [
        Shard(experiment, value, first, min(first + size, n_runs) - 1)
        for first in range(0, n_runs, size)
    ]
