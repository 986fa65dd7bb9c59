"""Which engine and device a configuration means for an ensemble on a machine."""

from dataclasses import replace

import pytest
from engine_checks import make_ensemble

from emergence.models.two_layer import TwoLayer
from emergence.tasks.base import Task
from emergence.training.engines import choice
from emergence.training.engines.choice import EngineUnavailable, resolve_engine
from emergence.training.engines.lookup.lookup import LookupEngine
from emergence.training.engines.parity import ParityEngine
from emergence.training.ensemble import Optimizer

PARITY = make_ensemble(measurement_inputs=64)
TANH = make_ensemble(network=TwoLayer(37, 20, 0.3, "tanh"))


@pytest.fixture
def machine(monkeypatch):
    """machine(gpu, compiler, ...): a machine with a GPU, and what is amiss with its compiler."""

    def build(gpu=True, compiler="", version="3.10.0", capability=(9, 0)):
        triton_engine = pytest.importorskip("emergence.training.engines.triton.engine")
        monkeypatch.setattr(choice, "_cuda_available", lambda: gpu)
        monkeypatch.setattr(triton_engine, "version", lambda _: version)
        monkeypatch.setattr("torch.cuda.get_device_capability", lambda: capability)
        said = classmethod(lambda _, device: "no GPU code" if device == "cuda" else compiler)
        monkeypatch.setattr(LookupEngine, "missing", said)

    return build


@pytest.mark.parametrize(
    ("engine", "device", "gpu", "expected"),
    [
        ("auto", "auto", True, ("triton", "cuda")),
        ("auto", "auto", False, ("lookup", "cpu")),
        ("auto", "cpu", True, ("lookup", "cpu")),
        ("torch", "auto", True, ("torch", "cuda")),
        ("lookup", "auto", True, ("lookup", "cpu")),
        ("torch", "cuda", False, "sees no GPU"),
        ("lookup", "cuda", True, "training.engine: lookup, but no GPU code; use auto"),
        ("triton", "auto", False, "triton, but it needs a GPU"),
    ],
)
def test_resolution_by_machine(machine, caplog, engine, device, gpu, expected):
    machine(gpu)
    if isinstance(expected, str):
        with pytest.raises(EngineUnavailable, match=expected):
            resolve_engine(engine, device, PARITY)
    else:
        assert resolve_engine(engine, device, PARITY) == expected
    assert not caplog.messages


@pytest.mark.parametrize(
    ("lacking", "device", "expected", "said"),
    [
        ({"gpu": False, "compiler": "no C compiler"}, "auto", ("torch", "cpu"), "no C compiler"),
        ({"version": "3.5.1"}, "cuda", ("torch", "cuda"), "Triton 3.5.1 is too old: 3.6"),
        ({"capability": (7, 5)}, "auto", ("torch", "cuda"), "Ampere"),
    ],
)
def test_auto_goes_on_to_the_next_engine_and_says_why_in_one_line(
    machine, caplog, lacking, device, expected, said
):
    machine(**lacking)
    assert resolve_engine("auto", device, PARITY) == expected
    (line,) = caplog.messages
    assert line.startswith(f"training with engine {expected[0]}: ")
    assert said in line


def test_what_no_fast_engine_can_train_is_plain_s(machine, caplog):
    machine()
    assert resolve_engine("auto", "auto", TANH) == ("plain", "cuda")
    (line,) = caplog.messages
    assert line.count("it trains two-layer ReLU networks only") == 2
    with pytest.raises(EngineUnavailable, match=r"no engine can train this: .*'lion'"):
        resolve_engine("auto", "cpu", replace(PARITY, optimizer=Optimizer("lion")))
    with pytest.raises(ValueError, match="one of lookup, triton, torch, plain, got 'Torch'"):
        resolve_engine("Torch", "cpu", PARITY)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"task": Task}, "sparse parity only"),
        ({"initial": TANH.initial}, "two-layer ReLU"),
        ({"optimizer": Optimizer("adamw")}, "sgd and adam, got 'adamw'"),
        ({"optimizer": Optimizer("sgd", momentum=0.9)}, "no momentum, got 0.9"),
        ({"precision": "bfloat16"}, "float32, got 'bfloat16'"),
        ({"measurement_inputs": 12}, "multiple of 2\\^m = 8, got 12"),
    ],
)
def test_fast_engines_say_what_they_do_not_train_and_refuse_it(changes, said):
    assert ParityEngine.unsupported(PARITY) == ""
    with pytest.raises(ValueError, match=said):
        LookupEngine(replace(PARITY, **changes))
