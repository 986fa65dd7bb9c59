"""Triton for the tests of this folder: its interpreter, on the CPU."""

import os

import pytest

from emergence.training.engines.choice import INTERPRETER_VARIABLE

# Triton decides when it is imported; nothing else of this process, nor one it starts, may see it.
os.environ[INTERPRETER_VARIABLE] = "1"
try:
    import triton
    import triton.language
except ImportError:
    triton = None
finally:
    del os.environ[INTERPRETER_VARIABLE]


@pytest.fixture
def triton_interpreter(monkeypatch):
    """Kernels of the engine triton run on the CPU; skips where Triton has no build."""
    if triton is None:
        pytest.skip("Triton is not installed: it exists for Linux only")
    monkeypatch.setenv(INTERPRETER_VARIABLE, "1")
