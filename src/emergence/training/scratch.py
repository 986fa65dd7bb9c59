"""Checkpoints on a node's own disk, for clusters whose shared file system should see few writes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from emergence.store.files import copy_file, discard


@contextmanager
def local_checkpoint(checkpoint: Path, scratch: str) -> Iterator[Path]:
    """The path to write a job's checkpoints to: in the folder `scratch`, or `checkpoint` for "".

    Environment variables in `scratch` are expanded. A checkpoint that an earlier job left at
    `checkpoint` is copied to the node first, unless the node has a newer one; what is on the node
    when the job ends with an exception is moved to `checkpoint`, so that another node can go on. A
    node that dies keeps what is on its disk, and the job continues elsewhere from the last copy.

    Raises FileNotFoundError naming a variable that is not set.
    """
    if not scratch:
        yield checkpoint
        return
    folder = os.path.expandvars(scratch)
    if "$" in folder:
        raise FileNotFoundError(f"training.scratch: {scratch} names a variable that is not set")
    local = Path(folder) / str(checkpoint.resolve()).strip("/").replace("/", "%")
    if checkpoint.exists() and _written(checkpoint) > _written(local):
        copy_file(checkpoint, local)
    try:
        yield local
    finally:
        if local.exists():
            copy_file(local, checkpoint)
            discard(local)


def _written(path: Path) -> float:
    return path.stat().st_mtime if path.exists() else 0.0
