"""Which engine and device a configuration means on a machine."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from emergence.training.engines.choice.lookup import compiler

from emergence.jobs.shard_files import write_data
from emergence.store.files import read_npz
from emergence.tasks.experiments import generate
from emergence.training.ensemble import build_ensemble
from emergence.training.engines.choice import (
    EngineUnavailable,
    create_engine,
    engine_build,
    resolve_engine,
)
from emergence.training.engines.choice import choice as engines
from emergence.training.engines.lookup.compiler import BUILD_DIR_VARIABLE
from emergence.training.engines.torch.torch_engine import TorchEngine


@pytest.mark.parametrize(
    ("engine", "device", "gpu", "compiled", "expected"),
    [
        ("auto", "auto", True, True, ("triton", "cuda")),
        ("auto", "auto", False, True, ("lookup", "cpu")),
        ("auto", "auto", False, False, ("torch", "cpu")),
        ("auto", "cpu", True, True, ("lookup", "cpu")),
        ("auto", "cuda", True, True, ("triton", "cuda")),
        ("triton", "auto", True, True, ("triton", "cuda")),
        ("triton", "cuda", True, False, ("triton", "cuda")),
        ("torch", "auto", True, True, ("torch", "cuda")),
        ("torch", "auto", False, True, ("torch", "cpu")),
        ("torch", "cpu", True, True, ("torch", "cpu")),
        ("lookup", "auto", True, True, ("lookup", "cpu")),
        ("lookup", "cpu", False, True, ("lookup", "cpu")),
    ],
)
def test_resolution_by_machine(monkeypatch, engine, device, gpu, compiled, expected):
    monkeypatch.setattr(engines, "_cuda_available", lambda: gpu)
    monkeypatch.setattr(engines, "_missing_for_lookup", lambda: "" if compiled else "no compiler")
    monkeypatch.setattr(engines, "_missing_for_triton", lambda device: "")
    assert resolve_engine(engine, device) == expected


@pytest.mark.parametrize("engine", ["auto", "triton", "torch"])
@pytest.mark.parametrize(("gpu", "device"), [(True, "cuda"), (False, "cpu")])
def test_transformers_are_trained_by_torch(monkeypatch, engine, gpu, device):
    monkeypatch.setattr(engines, "_cuda_available", lambda: gpu)
    monkeypatch.setattr(engines, "_missing_for_triton", lambda device: "")
    assert resolve_engine(engine, "auto", two_layer=False) == ("torch", device)


@pytest.mark.parametrize(
    ("installed", "capability", "said"),
    [
        (None, (9, 0), "not installed"),
        ("3.5.1", (9, 0), "too old"),
        ("3.6.0", (7, 5), "Ampere"),
    ],
)
def test_where_triton_cannot_be_used_auto_takes_torch(
    monkeypatch, caplog, installed, capability, said
):
    def version(name):
        if installed is None:
            raise engines.PackageNotFoundError(name)
        return installed

    monkeypatch.setattr(engines, "_cuda_available", lambda: True)
    monkeypatch.setattr(engines, "version", version)
    monkeypatch.setattr(engines, "_capability", lambda: capability)
    assert resolve_engine("auto", "auto") == ("torch", "cuda")
    assert said in caplog.text
    with pytest.raises(EngineUnavailable, match=said):
        resolve_engine("triton", "cuda")


@pytest.mark.parametrize("found", ["3.6.0", "3.7.1", "3.10.0", "4.0"])
def test_newer_triton_can_be_used(monkeypatch, found):
    monkeypatch.setattr(engines, "_cuda_available", lambda: True)
    monkeypatch.setattr(engines, "version", lambda name: found)
    monkeypatch.setattr(engines, "_capability", lambda: (9, 0))
    assert resolve_engine("auto", "auto") == ("triton", "cuda")


@pytest.mark.parametrize(
    ("engine", "device", "gpu", "said"),
    [
        ("torch", "cuda", False, "sees no GPU"),
        ("auto", "cuda", False, "sees no GPU"),
        ("lookup", "cuda", True, "runs on training.device cpu only"),
        ("triton", "cuda", False, "sees no GPU"),
        ("triton", "auto", False, "triton needs a GPU"),
        ("triton", "cpu", True, "triton needs a GPU"),
    ],
)
def test_what_cannot_work_is_refused(monkeypatch, engine, device, gpu, said):
    monkeypatch.setattr(engines, "_cuda_available", lambda: gpu)
    with pytest.raises(EngineUnavailable, match=said):
        resolve_engine(engine, device)


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
    said = _no_library(monkeypatch, folder)
    compiler.compile_library().unlink()
    monkeypatch.setattr(compiler, "_MAIN_SOURCE", folder / "empty.c")
    (folder / "empty.c").write_text("int lookup_advance;")
    return said


@pytest.mark.parametrize("obstacle", [_no_compiler, _no_folder, _no_library, _other_library])
def test_where_the_library_is_not_to_be_had_auto_takes_torch(
    monkeypatch, caplog, tmp_path, obstacle
):
    said = obstacle(monkeypatch, tmp_path)
    assert resolve_engine("auto", "cpu") == ("torch", "cpu")
    (line,) = caplog.messages
    assert line.startswith("engine lookup is not available, using torch: ")
    assert said in line
    with pytest.raises(EngineUnavailable, match=f"training.engine: lookup, but .*{said}.*auto"):
        resolve_engine("lookup", "cpu")


def test_training_without_a_compiler_is_refused_in_one_line_or_done_by_torch(
    repository, small_settings, tmp_path
):
    environment = os.environ | {"CC": "no-such-compiler"}
    for engine, status in (("lookup", 2), ("auto", 0)):
        settings = small_settings(engine=engine)
        (tmp_path / "settings.json").write_text(json.dumps(settings))
        write_data(tmp_path / "data.npz", settings, 6, 0, 1)
        done = subprocess.run(
            [
                *(sys.executable, repository / "scripts" / "train.py"),
                *("--settings", tmp_path / "settings.json", "--data", tmp_path / "data.npz"),
                *("--output", tmp_path / "run.npz", "--checkpoint", tmp_path / "checkpoint.npz"),
            ],
            env=environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == status, done.stderr
        assert "Traceback" not in done.stderr
        assert done.stderr.count("no C compiler found") == 1
        assert (tmp_path / "run.npz").exists() == (status == 0)
    _, record = read_npz(tmp_path / "run.npz")
    assert (record["engine"], record["build"]) == ("torch", None)


def test_the_library_says_what_made_it():
    found = engine_build("lookup")
    assert set(found) == {"compiler", "instruction_set", "threads"}
    assert any(character.isdigit() for character in found["compiler"])
    assert engine_build("torch") is None


@pytest.mark.parametrize("name", ["auto", "Torch", ""])
def test_an_unknown_engine_is_refused(small_settings, name):
    settings = small_settings()
    ensemble = build_ensemble(settings, 6, 0, generate(settings, 6, 0, 2))
    with pytest.raises(ValueError, match=f"one of lookup, torch, triton, got '{name}'"):
        create_engine(name, "cpu", ensemble, threads=1)


def test_torch_engine_is_created_for_its_name(small_settings):
    settings = small_settings()
    ensemble = build_ensemble(settings, 6, 0, generate(settings, 6, 0, 2))
    engine = create_engine("torch", "cpu", ensemble, threads=1)
    assert isinstance(engine, TorchEngine)
    assert np.isfinite(engine.advance(0, 1, 0.01, np.array([True, True]))).all()
