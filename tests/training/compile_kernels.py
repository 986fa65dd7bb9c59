"""Compiles the kernels of one training step for an H100, on any machine; run by a test.

Prints JSON: for each kernel its registers and bytes of stack per thread, bytes of shared memory,
and whether it uses the tensor cores' warp-group instruction, or adds to memory atomically.
"""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
import triton
from triton.backends.compiler import GPUTarget
from triton.runtime import driver

from emergence.training.engines.triton import engine as triton_engine

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from engine_checks import make_ensemble

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
            self._found[self._kernel.__name__] = {
                **usage(compiled.asm["cubin"]),
                "shared": compiled.metadata.shared,
                "warp_group_products": "wgmma.mma_async" in compiled.asm["ptx"],
                "atomics": bool(
                    re.search(r"^\s*(@\S+\s+)?(atom|red)\.", compiled.asm["ptx"], re.M)
                ),
            }

        return launch


def usage(cubin):
    """Registers and stack of a compiled kernel, from the tool that comes with Triton."""
    tool = Path(triton.__file__).parent / "backends" / "nvidia" / "bin" / "cuobjdump"
    with tempfile.NamedTemporaryFile(suffix=".cubin") as file:
        file.write(cubin)
        file.flush()
        command = [tool, "-res-usage", file.name]
        text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return {
        name: int(re.search(rf"{key}:(\d+)", text)[1])
        for name, key in (("registers", "REG"), ("stack", "STACK"))
    }


driver.set_active(NoDevice())
found = {}
for name in KERNELS:
    setattr(triton_engine, name, CompiledOnly(getattr(triton_engine, name), found))
triton_engine._GRAPH_STEPS = 1
ensemble = make_ensemble(**json.loads(sys.argv[1]))
engine = triton_engine.TritonEngine(ensemble, "cpu")
engine.advance(0, 1, 0.1, np.ones(ensemble.n_runs, dtype=bool))
engine.measure(0)
print(json.dumps(found))
