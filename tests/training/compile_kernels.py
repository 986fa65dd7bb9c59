"""Compiles the kernels of one training step for an H100, on any machine; run by a test.

Prints JSON: for each width given and kernel, bytes of shared memory, and whether it uses the tensor
cores' warp-group instruction, or adds to memory atomically.
"""

import json
import re
import sys

import numpy as np
import torch
from engine_checks import make_ensemble
from triton.backends.compiler import GPUTarget
from triton.runtime import driver

from emergence.training.engines.triton import engine as triton_engine

KERNELS = ("advance_runs", "backward", "draw_batches", "forward", "measure", "prepare", "update")


class NoDevice:
    """What Triton asks a driver before it compiles."""

    def get_current_target(self):
        return GPUTarget("cuda", 90, 32)

    def get_current_device(self):
        return 0

    def get_current_stream(self, device=None):
        return 0

    def get_active_torch_device(self):
        return torch.device("cpu")


class CompiledOnly:
    """A kernel whose launch compiles it."""

    def __init__(self, kernel, found):
        self._kernel, self._found = kernel, found

    def __getitem__(self, grid):
        def launch(*arguments, **options):
            compiled = self._kernel.warmup(*arguments, grid=grid, **options)
            code = compiled.asm["ptx"]
            self._found[self._kernel.__name__] = {
                "shared": compiled.metadata.shared,
                "products": "wgmma.mma_async" in code,
                "atomics": bool(re.search(r"^\s*(@\S+\s+)?(atom|red)\.", code, re.M)),
            }

        return launch


driver.set_active(NoDevice())
kernels = {name: getattr(triton_engine, name) for name in KERNELS}
triton_engine._GRAPH_STEPS = 1
compiled = {}
for width in map(int, sys.argv[1:]):
    found = compiled[width] = {}
    for name, kernel in kernels.items():
        setattr(triton_engine, name, CompiledOnly(kernel, found))
    ensemble = make_ensemble(width=width, batch_size=4000, optimizer="adam")
    engine = triton_engine.TritonEngine(ensemble, "cpu")
    engine.advance(0, 1, 0.1, np.ones(ensemble.n_runs, dtype=bool))
    engine.measure(0)
print(json.dumps(compiled))
