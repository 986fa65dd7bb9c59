"""Where a preset's settings differ from those of the paper's protocol."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from numbers import Real
from typing import Any

from emergence.store.provenance import differing_keys

# How a preset is run and what it costs are no part of what is computed.
_NOT_PROTOCOL = {"preset", "papers", "paper", "source", "training", "planning", "studies", "cost"}
_PACKING = "runs_per_job"
_LISTED = 8  # values of a longer list are given by their number and range


def deviations(config: Mapping[str, Any], protocol: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """Settings that differ, each as part (experiment, or block), key, preset, protocol, in words.

    config, protocol: the paper's configuration in two presets. Only what changes numbers counts:
    not the machine's settings, nor how runs are packed into jobs.
    """
    for dotted in differing_keys(_protocol(config), _protocol(protocol)):
        part, _, key = dotted.removeprefix("experiments.").partition(".")
        if key != _PACKING:
            values = {"preset": _found(config, dotted), "protocol": _found(protocol, dotted)}
            shown = {name: in_words(value) for name, value in values.items()}
            yield {"part": part, "key": key or "(all)", **shown}


def in_words(value: Any) -> str:
    """A setting as text: long lists by number and range, null as "none"."""
    if value is None:
        return "none"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {in_words(entry)}" for key, entry in value.items())
    if isinstance(value, list):
        numeric = all(isinstance(entry, Real) for entry in value)
        if len(value) > _LISTED and numeric:
            return f"{len(value)} values, {in_words(min(value))} to {in_words(max(value))}"
        return "; ".join(map(in_words, value))
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _protocol(config: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in config.items() if key not in _NOT_PROTOCOL}


def _found(config: Mapping[str, Any], dotted: str) -> Any:
    value: Any = config
    for key in dotted.split("."):
        if not isinstance(value, Mapping) or key not in value:
            return "absent"
        value = value[key]
    return value
