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
        ("auto", "auto", True, True, ("torch", "cuda")),
        ("auto", "auto", False, True, ("lookup", "cpu")),
        ("auto", "auto", False, False, ("torch", "cpu")),
        ("auto", "cpu", True, True, ("lookup", "cpu")),
        ("auto", "cuda", True, True, ("torch", "cuda")),
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
    assert resolve_engine(engine, device) == expected


@pytest.mark.parametrize(
    ("engine", "device", "gpu", "said"),
    [
        ("torch", "cuda", False, "sees no GPU"),
        ("auto", "cuda", False, "sees no GPU"),
        ("lookup", "cuda", True, "runs on training.device cpu only"),
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
