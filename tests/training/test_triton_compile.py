"""The kernels of the engine triton compile for an H100, without one."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from emergence.training.engines.triton import INTERPRETER_VARIABLE

MOST_SHARED_BYTES = 227 * 1024  # of a block on compute capability 9.0
WIDE = {"draw_batches", "forward", "backward", "update", "prepare", "measure"}


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    """What kernels take, by width of the network and name."""
    triton = pytest.importorskip("triton", reason="Triton is not installed: it exists for Linux")
    tools = Path(triton.__file__).parent / "backends" / "nvidia" / "bin"
    if not (tools / "ptxas").exists() or not (tools / "cuobjdump").exists():
        pytest.skip("this build of Triton has no assembler for NVIDIA GPUs")
    environment = {**os.environ, "TRITON_CACHE_DIR": str(tmp_path_factory.mktemp("cache"))}
    environment.pop(INTERPRETER_VARIABLE, None)
    script = Path(__file__).with_name("compile_kernels.py")
    done = subprocess.run(
        [sys.executable, script, "1000", "10"], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_wide_kernels_use_tensor_cores_and_spill_nothing(compiled):
    found = compiled["1000"]
    assert found.keys() == WIDE
    for kernel, figures in found.items():
        assert figures["stack"] == 0, kernel
        assert figures["shared"] <= MOST_SHARED_BYTES, kernel
        assert not figures["atomics"], kernel
        assert figures["warp_group_products"] == (kernel in ("forward", "backward", "measure"))
    # two programs of eight warps share a multiprocessor's 65,536 registers
    assert max(found[kernel]["registers"] for kernel in ("forward", "backward")) <= 128


def test_narrow_kernel_uses_tensor_cores_within_its_registers(compiled):
    found = compiled["10"]
    assert found.keys() == {"advance_runs", "prepare", "measure"}
    kernel = found["advance_runs"]
    assert kernel["registers"] <= 128
    assert kernel["shared"] <= MOST_SHARED_BYTES
    assert kernel["warp_group_products"]
    assert not kernel["atomics"]
