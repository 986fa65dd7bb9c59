"""The unit of training: which runs a job holds, and the name of its files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


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

    @classmethod
    def from_path(cls, path: str | Path) -> Shard:
        """The shard whose result is the file {experiment}/{value}/{first}-{last}.npz."""
        path = Path(path)
        first, last = path.stem.split("-")
        return cls(path.parent.parent.name, int(path.parent.name), int(first), int(last))

    @property
    def n_runs(self) -> int:
        """Runs in the shard."""
        return self.last - self.first + 1
