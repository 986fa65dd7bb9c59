"""Engines on a GPU: float64 autograd, another engine and the exact laws, at the paper's sizes.

`python -m pytest -m gpu`, some minutes. Without a GPU every test is skipped.
"""

from dataclasses import replace

import pytest
import torch
from engine_checks import PAPER_TASK, check_engine, make_ensemble

from emergence.training.engines.choice import EngineUnavailable, create_engine, resolve_engine

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="PyTorch sees no GPU here"),
]

WIDE = {"width": 1000, "batch_size": 4000, "initial_std": 0.05}
FIXED = {"width": 1000, "batch_size": 2000, "initial_std": 0.05}
NARROW = {"batch_size": 4000, "optimizer": "adam"}
BITS_40 = replace(PAPER_TASK, skill_bits=40)
# The paper's experiments, and the edges of what the kernels take.
CASES = {
    "time": {**WIDE, "runs": tuple(range(10))},
    "data": {**FIXED, "runs": (0, 1, 2), "n_batches": 1},
    "data, many batches": {**FIXED, "runs": (3, 7), "n_batches": 5},
    "parameters, N = 20": {**NARROW, "width": 20, "runs": tuple(range(50))},
    "parameters, N = 1": {**NARROW, "width": 1, "runs": (0, 1, 2)},
    "parameters, N = 7": {**NARROW, "width": 7, "runs": tuple(range(9))},
    "one skill": {**WIDE, "task": replace(PAPER_TASK, n_skills=1), "runs": (0, 1)},
    "wide, Adam": {**WIDE, "optimizer": "adam", "runs": (0, 1)},
    "odd sizes": {"width": 333, "batch_size": 1237, "runs": (0, 5), "optimizer": "adam"},
    "40 bits": {**WIDE, "task": BITS_40, "runs": (0, 1)},
    "40 bits, fixed": {**FIXED, "task": BITS_40, "runs": (0, 1), "n_batches": 2},
    "64 bits, narrow": {
        **NARROW,
        "width": 12,
        "task": replace(PAPER_TASK, skill_bits=64, n_skills=8),
        "runs": (0, 1),
    },
}
# Other packing changes this engine's float32 rounding: its documentation says so.
PACKING_TOLERANCE = {"torch": 1e-4}
# A CUDA graph does 50 steps: the first time they run, the second time they are recorded, then
# they are replayed.
EXACT_STEPS = 170


def on_cpu(ensemble):
    return create_engine("torch", "cpu", ensemble, threads=torch.get_num_threads())


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", ["torch", "triton"])
def test_an_engine_passes_every_check(name, case):
    ensemble = make_ensemble(**{"measurement_inputs": 4000, **CASES[case]})
    try:
        resolve_engine(name, "cuda", ensemble)
    except EngineUnavailable as error:
        pytest.skip(str(error))

    def engine(ensemble):
        return create_engine(name, "cuda", ensemble, threads=1)

    checks = check_engine(engine, ensemble, reference=on_cpu, exact_steps=EXACT_STEPS)
    if name in PACKING_TOLERANCE:
        checks["runs alone"] = replace(checks["runs alone"], tolerance=PACKING_TOLERANCE[name])
    assert not {name: check for name, check in checks.items() if not check.holds}
