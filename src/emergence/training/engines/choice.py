"""The engines by name, and the one that a configuration means on a machine."""

from __future__ import annotations

import importlib
import logging
import os
from pathlib import Path

from emergence.config.engines import ENGINES, EngineEntry
from emergence.training.ensemble import DEFAULT_GPU_MEMORY_MB, Engine, Ensemble

_LOGGER = logging.getLogger(__name__)


class EngineUnavailable(RuntimeError):
    """The requested engine or device cannot be used on this machine, or for this ensemble."""


def resolve_engine(engine: str, device: str, ensemble: Ensemble) -> tuple[str, str]:
    """Engine and device that train an ensemble where a configuration asks for `engine`, `device`.

    auto engine: the first that is not missing on this machine and can train the ensemble; a warning
    says why those before it were left out. auto device: see `resolve_device`, but cpu for an engine
    that has no other.

    Raises EngineUnavailable where a named engine or device cannot be used, ValueError for an engine
    that does not exist.
    """
    found = resolve_device(device)
    if engine != "auto":
        reason = _why_not(engine, found, ensemble)
        if reason and device == "auto" and found != "cpu" and not _why_not(engine, "cpu", ensemble):
            return engine, "cpu"
        if reason:
            raise EngineUnavailable(f"training.engine: {engine}, but {reason}; use auto")
        return engine, found
    reasons: list[str] = []
    for name, entry in ENGINES.items():
        if found not in entry.devices:
            continue
        reason = _why_not(name, found, ensemble)
        if not reason:
            if reasons:
                _LOGGER.warning("training with engine %s: %s", name, "; ".join(reasons))
            return name, found
        reasons.append(f"{name} is left out, {reason}")
    raise EngineUnavailable(f"no engine can train this: {'; '.join(reasons)}")


def resolve_device(device: str) -> str:
    """Device that a configuration means: auto is cuda where PyTorch sees a GPU, else cpu.

    Raises EngineUnavailable for cuda without a GPU.
    """
    if device == "auto":
        return "cuda" if _cuda_available() else "cpu"
    if device == "cuda" and not _cuda_available():
        raise EngineUnavailable(
            "training.device: cuda, but PyTorch sees no GPU (CUDA_VISIBLE_DEVICES is "
            f"{os.environ.get('CUDA_VISIBLE_DEVICES', 'not set')}); use cpu or auto"
        )
    return device


def create_engine(
    engine: str,
    device: str,
    ensemble: Ensemble,
    threads: int,
    gpu_memory_mb: int = DEFAULT_GPU_MEMORY_MB,
) -> Engine:
    """The engine for an ensemble, for names as returned by `resolve_engine`.

    gpu_memory_mb: MiB of a GPU's memory for samples and activations of the engines in PyTorch.
    """
    memory_bytes = gpu_memory_mb << 20 if device == "cuda" else None
    return engine_class(engine)(ensemble, device, threads, memory_bytes)


def engine_class(engine: str) -> type[Engine]:
    """The class of an engine. Raises ImportError where a package that it uses is not installed."""
    name = _entry(engine).place.partition(":")[2]
    return getattr(importlib.import_module(engine_module(engine)), name)


def engine_packages(engine: str) -> tuple[str, ...]:
    """Packages whose versions may change an engine's results."""
    return _entry(engine).packages


def engine_module(engine: str) -> str:
    """Name of the module of an engine: its code, with what that imports."""
    return _entry(engine).place.partition(":")[0]


def _entry(engine: str) -> EngineEntry:
    if engine not in ENGINES:
        raise ValueError(f"engine must be one of {', '.join(ENGINES)}, got {engine!r}")
    return ENGINES[engine]


def _why_not(engine: str, device: str, ensemble: Ensemble) -> str:
    """Why an engine cannot train an ensemble on a device of this machine, empty if it can."""
    try:
        found = engine_class(engine)
    except ImportError as error:
        return str(error)
    return found.unsupported(ensemble) or found.missing(device)


def _cuda_available() -> bool:
    # Asking PyTorch costs two seconds of import; without the driver's device there is no GPU.
    if not any(Path("/dev").glob("nvidia[0-9]*")) and not Path("/dev/dxg").exists():
        return False
    import torch

    return torch.cuda.is_available()
