"""Which engine and device a configuration means on a machine."""

import numpy as np
import pytest

from emergence.experiments import build_ensemble, generate
from emergence.training import engines
from emergence.training.engines import EngineUnavailable, create_engine, resolve_engine
from emergence.training.torch_engine import TorchEngine


@pytest.mark.parametrize(
    ("engine", "device", "gpu", "compiler", "expected"),
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
def test_resolution_by_machine(monkeypatch, engine, device, gpu, compiler, expected):
    monkeypatch.setattr(engines, "_cuda_available", lambda: gpu)
    monkeypatch.setattr(engines, "_lookup_available", lambda: compiler)
    monkeypatch.setattr(engines, "_missing_for_triton", lambda device: "")
    assert resolve_engine(engine, device) == expected


@pytest.mark.parametrize("engine", ["auto", "triton"])
def test_transformers_do_without_triton(monkeypatch, engine):
    monkeypatch.setattr(engines, "_cuda_available", lambda: True)
    monkeypatch.setattr(engines, "_missing_for_triton", lambda device: "")
    assert resolve_engine(engine, "auto", two_layer=False) == ("torch", "cuda")


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


def test_torch_engine_is_created_for_its_name(small_settings):
    settings = small_settings()
    ensemble = build_ensemble(settings, 6, 0, generate(settings, 6, 0, 2))
    engine = create_engine("torch", "cpu", ensemble, threads=1)
    assert isinstance(engine, TorchEngine)
    assert np.isfinite(engine.advance(0, 1, 0.01, np.array([True, True]))).all()
