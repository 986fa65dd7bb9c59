"""Choice of the training engine."""

from __future__ import annotations

import logging

from emergence.training.ensemble import DEFAULT_GPU_MEMORY_MB, Engine, Ensemble
from emergence.transformer_parameters import TransformerParameters

_LOGGER = logging.getLogger(__name__)


class EngineUnavailable(RuntimeError):
    """The requested engine or device cannot be used on this machine."""


def resolve_engine(engine: str, device: str) -> tuple[str, str]:
    """Engine and device that "auto" stands for on this machine.

    auto device: cuda when the engine may use it and PyTorch sees a GPU, else cpu. auto engine:
    torch on cuda, lookup on cpu, torch where no C compiler is found.
    Raises EngineUnavailable for a combination that cannot work.
    """
    if device == "auto":
        device = "cuda" if engine != "lookup" and _cuda_available() else "cpu"
    elif device == "cuda" and not _cuda_available():
        raise EngineUnavailable("training.device: cuda, but PyTorch sees no GPU; use cpu or auto")
    if engine == "lookup" and device != "cpu":
        raise EngineUnavailable("training.engine: lookup runs on training.device cpu only")
    if engine == "auto":
        engine = "torch" if device == "cuda" or not _lookup_available() else "lookup"
    return engine, device


def create_engine(
    engine: str,
    device: str,
    ensemble: Ensemble,
    threads: int,
    gpu_memory_mb: int = DEFAULT_GPU_MEMORY_MB,
) -> Engine:
    """The engine for an ensemble, for names as returned by `resolve_engine`.

    Transformers have one engine, in PyTorch. gpu_memory_mb: MiB of a GPU's memory for samples and
    activations of the engines in PyTorch.
    """
    memory_bytes = gpu_memory_mb << 20 if device == "cuda" else None
    if isinstance(ensemble.initial, TransformerParameters):
        from emergence.training.transformer_engine import TransformerEngine

        return TransformerEngine(ensemble, device, threads, memory_bytes)
    if engine == "lookup":
        from emergence.training.lookup import LookupEngine

        return LookupEngine(ensemble, threads)
    from emergence.training.torch_engine import TorchEngine

    return TorchEngine(ensemble, device, threads, memory_bytes)


def _cuda_available() -> bool:
    # Asking PyTorch costs two seconds of import; without the driver's device there is no GPU.
    from pathlib import Path

    if not any(Path("/dev").glob("nvidia[0-9]*")) and not Path("/dev/dxg").exists():
        return False
    import torch

    return torch.cuda.is_available()


def _lookup_available() -> bool:
    try:
        from emergence.training.compiler import CompilerMissing, compile_library
    except ImportError:
        return False
    try:
        compile_library()
    except CompilerMissing as error:
        _LOGGER.warning("engine lookup is not available, using torch: %s", error)
        return False
    return True
