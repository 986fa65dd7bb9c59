"""The kernels of the engine triton compile for an H100, without one."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from emergence.training.engines.triton import INTERPRETER_VARIABLE

MOST_SHARED_BYTES = 227 * 1024  # of a block on compute capability 9.0
KERNELS = {
    "1000": {"draw_batches", "forward", "backward", "update", "prepare", "measure"},
    "10": {"advance_runs", "prepare", "measure"},
}
PRODUCTS = {"1000": {"forward", "backward", "measure"}, "10": {"advance_runs"}}


def test_kernels_compile_and_use_tensor_cores_and_no_atomic_addition(tmp_path):
    """Sums in any order would not be repeatable."""
    triton = pytest.importorskip("triton", reason="Triton is not installed: it exists for Linux")
    if not (Path(triton.__file__).parent / "backends" / "nvidia" / "bin" / "ptxas").exists():
        pytest.skip("this build of Triton has no assembler for NVIDIA GPUs")
    here = Path(__file__).parent
    environment = {**os.environ, "TRITON_CACHE_DIR": str(tmp_path)}
    environment["PYTHONPATH"] = os.pathsep.join([*sys.path, str(here.parent)])
    environment.pop(INTERPRETER_VARIABLE, None)
    command = [sys.executable, here / "compile_kernels.py", *KERNELS]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for width, found in json.loads(done.stdout).items():
        assert found.keys() == KERNELS[width]
        for kernel, figures in found.items():
            assert figures["shared"] <= MOST_SHARED_BYTES, kernel
            assert not figures["atomics"], kernel
        assert {k for k, figures in found.items() if figures["products"]} >= PRODUCTS[width]
