"""Work on a GPU that is recorded once and replayed: no launch costs, no host in between."""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable

import torch

_LOGGER = logging.getLogger(__name__)


class CudaGraphs:
    """Recordings of functions that always launch the same kernels on the same tensors, by key.

    A key's function first runs as it is, which warms up what it uses; the second time it is
    recorded, and from then on replayed. On a CPU, and once a recording has failed (a warning says
    so), functions always run as they are.
    """

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._enabled = device.type == "cuda"
        self._warm: set[Hashable] = set()
        self._graphs: dict[Hashable, torch.cuda.CUDAGraph] = {}

    def run(self, key: Hashable, function: Callable[[], None]) -> None:
        """Do what the function does."""
        if key not in self._graphs and key in self._warm:
            self._record(key, function)
        if key in self._graphs:
            self._graphs[key].replay()
        else:
            function()
            if self._enabled:
                self._warm.add(key)

    def clear(self) -> None:
        """Forget all recordings, and give their memory back."""
        self._warm.clear()
        self._graphs.clear()

    def _record(self, key: Hashable, function: Callable[[], None]) -> None:
        graph = torch.cuda.CUDAGraph()
        # Nothing lives on in a recording's memory when it has ended, so all may share it.
        shared = next(iter(self._graphs.values())).pool() if self._graphs else None
        try:
            with torch.cuda.graph(graph, pool=shared):
                function()
        except RuntimeError as error:
            _LOGGER.warning(
                "CUDA graph not recorded, going on without (slower): %s", str(error).split("\n")[0]
            )
            self._enabled = False
            self.clear()
            return
        self._graphs[key] = graph
