"""Whether a preset runs the protocol that a claim is about."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from emergence.models.names import is_transformer

# A preset may shorten or thin a protocol, and say so; anything else makes it another experiment.
# A schedule may be shortened with the run.
_FREE_SETTINGS = {
    "schedule",
    "root_seed",
    "inputs_per_skill",
    "engine",
    "device",
    "steps",
    "measure_every",
    "early_stop",
}
# Narrow networks stand still for longer than short runs take, and learn after all (plateaus.csv).
_FREE_OF_WIDTHS = _FREE_SETTINGS - {"steps"}
_LEAST_RUNS = 3


@dataclass(frozen=True)
class Protocol:
    """An experiment's settings and runs beside the settings and swept values of preset full."""

    settings: Mapping[str, Any]
    runs: pd.DataFrame
    full_settings: Mapping[str, Any]
    full_values: Sequence[int]

    @property
    def enough_runs(self) -> bool:
        """Whether there are runs for an interval."""
        return self.runs["run"].nunique() >= _LEAST_RUNS

    @property
    def followed(self) -> bool:
        """Whether nothing but the length differs from the paper's protocol, with enough runs.

        Where hidden units are swept, the length must be the protocol's, too.
        """
        swept_widths = self.settings["resource"] == "parameters"
        free = _FREE_OF_WIDTHS if swept_widths else _FREE_SETTINGS
        fixed = (set(self.full_settings) | set(self.settings)) - free
        same = all(self.settings.get(key) == self.full_settings.get(key) for key in fixed)
        swept = set(self.runs["value"]) <= set(self.full_values)
        return same and self._scheduled and swept and self.enough_runs

    @property
    def _scheduled(self) -> bool:
        """Whether the learning rate changes at the same steps, or at the same parts of a run."""
        own, full = self.settings.get("schedule"), self.full_settings.get("schedule")
        if own == full:
            return True
        if not (own and full) or own["factor"] != full["factor"]:
            return False
        part = own["every"] / self.settings["steps"]
        return math.isclose(part, full["every"] / self.full_settings["steps"])

    @property
    def note(self) -> str:
        """Steps and runs behind the measurement, or where the claim is tested."""
        steps, full_steps = self.settings["steps"], self.full_settings["steps"]
        told = f"{self.runs['run'].nunique()} runs of {steps:,} steps"
        if is_transformer(self.settings):
            return f"{told}; the paper's size: config/full/transformers.yaml"
        if not self.followed:
            return f"tested by preset full; here {told}"
        return f"{told} (preset full: {full_steps:,})"


Protocols = Mapping[str, Protocol]


def followed(protocols: Protocols, *names: str) -> bool:
    """Whether all experiments with these names are."""
    return all(protocols[name].followed for name in names)
