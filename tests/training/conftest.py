"""For the tests of this folder: Triton's interpreter, one thread, one folder of libraries."""

import os

import pytest
import torch
from engine_checks import LEARNING_RATE

from emergence.training.engines.triton import INTERPRETER_VARIABLE

# Triton decides when it is imported, and again when kernels are; nothing else of this process, nor
# one it starts, may see the variable.
os.environ[INTERPRETER_VARIABLE] = "1"
try:
    from emergence.training.engines.triton import engine as triton_engine
except ImportError:
    triton_engine = None
finally:
    del os.environ[INTERPRETER_VARIABLE]


@pytest.fixture
def triton_interpreter(monkeypatch):
    """Kernels of the engine triton run on the CPU; skips where Triton has no build."""
    if triton_engine is None:
        pytest.skip("Triton is not installed: it exists for Linux only")
    monkeypatch.setenv(INTERPRETER_VARIABLE, "1")


@pytest.fixture(scope="session", autouse=True)
def _single_thread():
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def train():
    """train(engine, ensemble, first, last, active=all): the losses, at the optimiser's rate."""

    def run(engine, ensemble, first, last, active=None):
        active = [True] * ensemble.n_runs if active is None else active
        return engine.advance(
            first, last, LEARNING_RATE[ensemble.optimizer.name], torch.tensor(active).numpy()
        )

    return run
