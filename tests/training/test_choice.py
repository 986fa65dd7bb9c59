"""Which engine and device a configuration means for an ensemble on a machine."""

from dataclasses import replace

import pytest
from engine_checks import make_ensemble

from emergence.models.two_layer import TwoLayer
from emergence.tasks.base import Task
from emergence.tasks.experiments import generate
from emergence.training.engines import choice
from emergence.training.engines.choice import (
    EngineUnavailable,
    create_engine,
    engine_class,
    resolve_engine,
)
from emergence.training.engines.lookup import compiler
from emergence.training.engines.lookup.compiler import BUILD_DIR_VARIABLE
from emergence.training.engines.lookup.lookup import LookupEngine
from emergence.training.engines.parity import ParityEngine
from emergence.training.ensemble import Optimizer, build_ensemble, empty_ensemble

PARITY = make_ensemble(measurement_inputs=64)
TANH = make_ensemble(network=TwoLayer(37, 20, 0.3, "tanh"))


@pytest.fixture
def machine(monkeypatch):
    """machine(gpu, compiler, ...): a machine with a GPU, and what is amiss with its compiler."""

    def build(gpu=True, compiler="", version="3.6.0", capability=(9, 0)):
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
        ("auto", "cuda", True, ("triton", "cuda")),
        ("triton", "auto", True, ("triton", "cuda")),
        ("torch", "auto", True, ("torch", "cuda")),
        ("torch", "auto", False, ("torch", "cpu")),
        ("plain", "cpu", True, ("plain", "cpu")),
        ("lookup", "auto", True, ("lookup", "cpu")),
    ],
)
def test_resolution_by_machine(machine, caplog, engine, device, gpu, expected):
    machine(gpu)
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


@pytest.mark.parametrize("version", ["3.6.0", "3.7.1", "3.10.0", "4.0"])
def test_newer_triton_can_be_used(machine, version):
    machine(version=version)
    assert resolve_engine("auto", "auto", PARITY) == ("triton", "cuda")


@pytest.mark.parametrize(("gpu", "device"), [(True, "cuda"), (False, "cpu")])
def test_what_no_fast_engine_can_train_is_plain_s(machine, caplog, gpu, device):
    machine(gpu)
    assert resolve_engine("auto", "auto", TANH) == ("plain", device)
    (line,) = caplog.messages
    assert line.count("it trains two-layer ReLU networks only") == 2
    with pytest.raises(EngineUnavailable, match="torch, but it trains two-layer"):
        resolve_engine("torch", "cpu", TANH)
    with pytest.raises(EngineUnavailable, match=r"no engine can train this: .*'lion'"):
        resolve_engine("auto", "cpu", replace(PARITY, optimizer=Optimizer("lion")))


@pytest.mark.parametrize(
    ("engine", "device", "gpu", "said"),
    [
        ("torch", "cuda", False, "sees no GPU"),
        ("auto", "cuda", False, "sees no GPU"),
        ("lookup", "cuda", True, "lookup, but no GPU code"),
        ("triton", "auto", False, "triton, but it needs a GPU"),
        ("triton", "cpu", True, "triton, but it needs a GPU"),
    ],
)
def test_what_cannot_work_is_refused(machine, engine, device, gpu, said):
    machine(gpu)
    with pytest.raises(EngineUnavailable, match=said):
        resolve_engine(engine, device, PARITY)


@pytest.mark.usefixtures("triton_interpreter")
def test_the_interpreter_is_chosen_by_its_variable(monkeypatch):
    assert resolve_engine("triton", "auto", PARITY) == ("triton", "cpu")
    monkeypatch.delenv("TRITON_INTERPRET")
    with pytest.raises(EngineUnavailable, match="needs a GPU"):
        resolve_engine("triton", "cpu", PARITY)


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


def _no_compiler(monkeypatch, folder):
    monkeypatch.setenv("CC", "no-such-compiler")
    return "no C compiler found"


def _no_folder(monkeypatch, folder):
    (folder / "file").touch()
    monkeypatch.setenv(BUILD_DIR_VARIABLE, str(folder / "file" / "build"))
    return "set EMERGENCE_BUILD_DIR to a folder that can be written"


def _no_library(monkeypatch, folder):
    monkeypatch.setenv(BUILD_DIR_VARIABLE, str(folder))
    monkeypatch.setattr(compiler, "_MACHINE_FLAGS", ((),))
    monkeypatch.setattr(compiler, "_FLAGS", (*compiler._FLAGS, "-O0"))  # quick
    compiler.compile_library().write_bytes(b"no library")
    return "cannot be loaded"


def _other_library(monkeypatch, folder):
    monkeypatch.setenv(BUILD_DIR_VARIABLE, str(folder))
    monkeypatch.setattr(compiler, "_MAIN_SOURCE", folder / "empty.c")
    (folder / "empty.c").write_text("int lookup_advance;")
    return "cannot be loaded"


@pytest.mark.parametrize("obstacle", [_no_compiler, _no_folder, _no_library, _other_library])
def test_where_the_library_is_not_to_be_had_auto_takes_torch(
    monkeypatch, caplog, tmp_path, obstacle
):
    said = obstacle(monkeypatch, tmp_path)
    assert resolve_engine("auto", "cpu", PARITY) == ("torch", "cpu")
    (line,) = caplog.messages
    assert line.startswith("training with engine torch: lookup is left out, ")
    assert said in line
    with pytest.raises(EngineUnavailable, match=f"training.engine: lookup, but .*{said}.*auto"):
        resolve_engine("lookup", "cpu", PARITY)


def test_the_library_says_what_made_it():
    found = engine_class("lookup").build()
    assert set(found) == {"compiler", "instruction_set", "threads"}
    assert any(character.isdigit() for character in found["compiler"])
    assert engine_class("torch").build() is None


@pytest.mark.parametrize("name", ["auto", "Torch", ""])
def test_an_unknown_engine_is_refused(name):
    with pytest.raises(ValueError, match=f"one of lookup, triton, torch, plain, got '{name}'"):
        create_engine(name, "cpu", PARITY, threads=1)


@pytest.mark.parametrize("resource", ["time", "data"])
@pytest.mark.parametrize("options", [{}, {"architecture": "transformer", "heads": 3}])
def test_engines_are_asked_without_drawing_anything(small_settings, options, resource):
    settings = small_settings(resource=resource, mlp_factor=2, **options)
    empty = empty_ensemble(settings)
    whole = build_ensemble(settings, 6, 0, generate(settings, 6, 0, 2))
    assert (empty.n_runs, whole.n_runs) == (0, 2)
    assert resolve_engine("auto", "cpu", empty) == resolve_engine("auto", "cpu", whole)
