"""Choice of the training engine."""

from __future__ import annotations

import logging
import os
from importlib.metadata import PackageNotFoundError, version

from emergence.models.transformer_parameters import TransformerParameters
from emergence.training.ensemble import DEFAULT_GPU_MEMORY_MB, Engine, Ensemble

_LOGGER = logging.getLogger(__name__)
_ENGINES = ("lookup", "torch", "triton")
INTERPRETER_VARIABLE = "TRITON_INTERPRET"  # Triton's own
_OLDEST_TRITON = (3, 6)
_OLDEST_GPU = (8, 0)  # compute capability: float16 products on tensor cores as Triton makes them


class EngineUnavailable(RuntimeError):
    """The requested engine or device cannot be used on this machine."""


def resolve_engine(engine: str, device: str, two_layer: bool = True) -> tuple[str, str]:
    """Engine and device that "auto" stands for on this machine.

    auto device: cuda when the engine may use it and PyTorch sees a GPU, else cpu. auto engine: on
    cuda triton, or torch where Triton cannot be used; on cpu lookup, or torch where its
    library cannot be built or loaded. A warning says why it is torch. Networks that are not
    `two_layer` know torch alone.
    Raises EngineUnavailable for a combination that cannot work.
    """
    if not two_layer:
        engine = "torch"
    interpreted = engine == "triton" and interpreting()
    if device == "auto":
        on_cpu = engine == "lookup" or interpreted
        device = "cuda" if not on_cpu and _cuda_available() else "cpu"
    elif device == "cuda" and not _cuda_available():
        raise EngineUnavailable(
            "training.device: cuda, but PyTorch sees no GPU (CUDA_VISIBLE_DEVICES is "
            f"{os.environ.get('CUDA_VISIBLE_DEVICES', 'not set')}); use cpu or auto"
        )
    if engine == "lookup" and device != "cpu":
        raise EngineUnavailable("training.engine: lookup runs on training.device cpu only")
    if engine == "triton":
        if device != "cuda" and not interpreted:
            raise EngineUnavailable("training.engine: triton needs a GPU; use auto or lookup")
        missing = _missing_for_triton(device)
        if missing:
            raise EngineUnavailable(f"training.engine: triton, but {missing}; use auto or torch")
    if engine == "lookup":
        missing = _missing_for_lookup()
        if missing:
            raise EngineUnavailable(f"training.engine: lookup, but {missing}; use auto or torch")
    if engine == "auto":
        engine = _choose(device)
    return engine, device


def interpreting() -> bool:
    """Whether Triton's interpreter runs the kernels of the engine triton on a CPU: for tests."""
    return os.environ.get(INTERPRETER_VARIABLE, "").lower() in ("1", "true", "on", "yes")


def create_engine(
    engine: str,
    device: str,
    ensemble: Ensemble,
    threads: int,
    gpu_memory_mb: int = DEFAULT_GPU_MEMORY_MB,
) -> Engine:
    """The engine for an ensemble, for names as returned by `resolve_engine`.

    Transformers have one engine, in PyTorch. gpu_memory_mb: MiB of a GPU's memory for samples and
    activations of the engines in PyTorch. Raises ValueError for any other name.
    """
    if engine not in _ENGINES:
        raise ValueError(f"engine must be one of {', '.join(_ENGINES)}, got {engine!r}")
    memory_bytes = gpu_memory_mb << 20 if device == "cuda" else None
    if isinstance(ensemble.initial, TransformerParameters):
        from emergence.training.engines.transformer.transformer_engine import TransformerEngine

        return TransformerEngine(ensemble, device, threads, memory_bytes)
    if engine == "lookup":
        from emergence.training.engines.lookup.lookup import LookupEngine

        return LookupEngine(ensemble, threads)
    if engine == "triton":
        from emergence.training.engines.triton.engine import TritonEngine

        return TritonEngine(ensemble, device, threads)
    from emergence.training.engines.torch.torch_engine import TorchEngine

    return TorchEngine(ensemble, device, threads, memory_bytes)


def engine_module(engine: str, two_layer: bool = True) -> str:
    """The module of an engine with a name as returned by `resolve_engine`.

    Raises ValueError for any other.
    """
    if engine not in _ENGINES:
        raise ValueError(f"engine must be one of {', '.join(_ENGINES)}, got {engine!r}")
    if not two_layer:
        return "emergence.training.engines.transformer.transformer_engine"
    return {
        "lookup": "emergence.training.engines.lookup.lookup",
        "torch": "emergence.training.engines.torch.torch_engine",
        "triton": "emergence.training.engines.triton.engine",
    }[engine]


def _choose(device: str) -> str:
    """The fast engine of a device, or torch where it cannot be used."""
    if device == "cuda":
        missing = _missing_for_triton(device)
        if missing:
            _LOGGER.warning("engine triton is not available, using torch: %s", missing)
        return "torch" if missing else "triton"
    missing = _missing_for_lookup()
    if missing:
        _LOGGER.warning("engine lookup is not available, using torch: %s", missing)
    return "torch" if missing else "lookup"


def engine_build(engine: str) -> dict[str, str] | None:
    """What made the machine code of an engine that is compiled here; None for the others."""
    if engine != "lookup":
        return None
    from emergence.training.engines.lookup.lookup import library_build

    return library_build()


def _missing_for_triton(device: str) -> str:
    """Why the engine triton cannot be used on this machine; empty if it can."""
    try:
        found = version("triton")
    except PackageNotFoundError:
        return "Triton is not installed"
    if tuple(int(part) for part in found.split(".")[:2]) < _OLDEST_TRITON:
        return f"Triton {found} is too old: {'.'.join(map(str, _OLDEST_TRITON))} is the oldest"
    if device == "cuda" and _capability() < _OLDEST_GPU:
        return "the GPU is older than NVIDIA's Ampere generation"
    return ""


def _capability() -> tuple[int, int]:
    import torch

    return torch.cuda.get_device_capability()


def _cuda_available() -> bool:
    # Asking PyTorch costs two seconds of import; without the driver's device there is no GPU.
    from pathlib import Path

    if not any(Path("/dev").glob("nvidia[0-9]*")) and not Path("/dev/dxg").exists():
        return False
    import torch

    return torch.cuda.is_available()


def _missing_for_lookup() -> str:
    """Why the engine lookup cannot be used on this machine; empty if it can."""
    from emergence.training.engines.lookup.compiler import LibraryUnavailable
    from emergence.training.engines.lookup.lookup import load_library

    try:
        load_library()
    except LibraryUnavailable as error:
        return str(error)
    return ""
