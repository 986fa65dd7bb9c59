"""From settings to networks: the architectures by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from emergence.models.deep import Deep
from emergence.models.names import DEEP, TRANSFORMER, TWO_LAYER, architecture_of
from emergence.models.network import Network
from emergence.models.transformer_parameters import TransformerSizes
from emergence.models.two_layer import TwoLayer

_NETWORKS: dict[str, Callable[[Mapping[str, Any], int, int, int], Network]] = {
    TWO_LAYER: lambda s, inputs, outputs, width: TwoLayer(
        inputs, width, s["initial_std"], s.get("activation") or "relu"
    ),
    TRANSFORMER: lambda s, inputs, outputs, width: TransformerSizes(
        inputs, width, s["heads"], s["mlp_factor"]
    ),
    DEEP: lambda s, inputs, outputs, width: Deep(
        inputs,
        (width,) * s["hidden_layers"],
        s["initial_std"],
        s.get("activation") or "relu",
        outputs,
    ),
}
MODULES = "emergence.models.modules"  # only engines that differentiate modules use it
# What only some architectures are made of.
_MODULES = {
    TWO_LAYER: ("emergence.models.two_layer", MODULES),
    TRANSFORMER: (
        "emergence.models.transformer",
        "emergence.models.transformer_parameters",
        "emergence.models.prefixes",
    ),
    DEEP: ("emergence.models.deep", MODULES),
}


def network_of(
    settings: Mapping[str, Any], input_size: int, width: int, output_size: int = 1
) -> Network:
    """The network of an experiment's settings; only deep networks have more than one output.

    Keys by architecture, `initial_std` and optionally `activation` for all but transformers:
    two-layer: width is N; deep: `hidden_layers` of `width` units each, 0 for a linear model;
    transformer: `heads`, `mlp_factor`.

    Raises ValueError for an architecture that is not known, or impossible sizes.
    """
    name = architecture_of(settings)
    if name not in _NETWORKS:
        raise ValueError(f"architecture must be one of {', '.join(_NETWORKS)}, got {name!r}")
    if output_size > 1 and name != DEEP:
        raise ValueError(f"architecture {name} has one output, the task {output_size}")
    return _NETWORKS[name](settings, input_size, output_size, width)


def other_network_modules(settings: Mapping[str, Any]) -> tuple[str, ...]:
    """Modules of the architectures that an experiment does not train: not part of its code."""
    own = _MODULES[architecture_of(settings)]
    return tuple(m for modules in _MODULES.values() for m in modules if m not in own)
