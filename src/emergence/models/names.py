"""Names of the architectures, in configuration and in tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TRANSFORMER = "transformer"
TWO_LAYER = "two-layer"
DEEP = "deep"


def architecture_of(settings: Mapping[str, Any]) -> str:
    """Of an experiment's block or settings: without the key, networks have two layers."""
    return settings.get("architecture", TWO_LAYER)


def is_transformer(settings: Mapping[str, Any]) -> bool:
    """Whether an experiment's block or settings describe transformers."""
    return architecture_of(settings) == TRANSFORMER
