"""The training engines by name: one line each, for configuration and for training."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class EngineEntry:
    """Where an engine is ("module:class"), devices on which auto tries it, packages it uses."""

    place: str
    devices: tuple[str, ...]
    packages: tuple[str, ...] = ("torch",)


_HERE = "emergence.training.engines"
# In the order in which auto tries them.
ENGINES = {
    "lookup": EngineEntry(f"{_HERE}.lookup.lookup:LookupEngine", ("cpu",), ()),
    "triton": EngineEntry(f"{_HERE}.triton.engine:TritonEngine", ("cuda",), ("torch", "triton")),
    "torch": EngineEntry(f"{_HERE}.torch_engine:TorchEngine", ("cpu", "cuda")),
    "plain": EngineEntry(f"{_HERE}.plain:PlainEngine", ("cpu", "cuda")),
}
