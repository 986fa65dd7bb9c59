"""One GPU for each job where several are visible and no scheduler hands them out."""

from __future__ import annotations

import logging
import os
import socket
from itertools import takewhile
from pathlib import Path

_LOGGER = logging.getLogger(__name__)
_VARIABLE = "CUDA_VISIBLE_DEVICES"
_taken: list[socket.socket] = []  # until the process ends, however it ends


def take_gpu() -> None:
    """Leave one GPU visible, one that no other job on this machine has taken this way.

    Where all are taken, one is shared. Does nothing unless several are visible, by
    CUDA_VISIBLE_DEVICES or, where it is not set, by their device files. To be called before CUDA
    starts, which reads the variable once.
    """
    visible = _visible_gpus()
    if len(visible) < 2:
        return
    shared = visible[os.getpid() % len(visible)]
    os.environ[_VARIABLE] = next(filter(_take, visible), shared)
    _LOGGER.info("GPU %s of %s", os.environ[_VARIABLE], ", ".join(visible))


def _visible_gpus() -> list[str]:
    listed = os.environ.get(_VARIABLE)
    if listed is None:
        return [str(index) for index, _ in enumerate(Path("/dev").glob("nvidia[0-9]*"))]
    names = (name.strip() for name in listed.split(","))
    # CUDA too leaves out what follows a name that no GPU has.
    return list(takewhile(lambda name: name and not name.startswith("-"), names))


def _take(name: str) -> bool:
    """Bind Linux's abstract socket of that name: one process can, and it leaves no file."""
    held = socket.socket(socket.AF_UNIX)
    try:
        held.bind(f"\0emergence/gpu/{name}")
    except OSError:
        held.close()
        return False
    _taken.append(held)
    return True
