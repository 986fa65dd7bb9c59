"""What a preset took: hours, memory, and an estimate of energy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_SECONDS_PER_HOUR = 3600.0


def cost_of(manifest: Mapping[str, Any], watts_per_core: float) -> dict[str, Any]:
    """Hours, memory, energy and machine of the run that wrote a manifest.

    A job counts as the cores that its rule asks for (`training.threads` for training, else one)
    for as long as it ran. energy_kwh is these core hours times `watts_per_core`: processors only.
    hours_by_rule lists the rules by the time they took.
    """
    cost = manifest["cost"]
    seconds = cost.get("job_seconds_by_rule", {})
    threads = {"train": manifest["config"]["training"]["threads"]}
    cores = {rule: took * threads.get(rule, 1) for rule, took in seconds.items()}
    core_hours = sum(cores.values()) / _SECONDS_PER_HOUR
    longest_first = sorted(seconds, key=lambda rule: -seconds[rule])
    return {
        "preset": manifest["preset"],
        "jobs": cost["jobs"],
        "jobs_not_timed": cost["jobs_not_timed"],
        "wall_hours": cost.get("wall_seconds", 0.0) / _SECONDS_PER_HOUR,
        "core_hours": core_hours,
        "hours_by_rule": [
            {"rule": rule, "hours": seconds[rule] / _SECONDS_PER_HOUR} for rule in longest_first
        ],
        "peak_memory_mb": cost.get("peak_memory_mb"),
        "watts_per_core": watts_per_core,
        "energy_kwh": core_hours * watts_per_core / 1000.0,
        "machine": manifest["machine"],
        "versions": manifest["versions"],
        "commit": manifest["commit"],
        "outputs": len(manifest["outputs"]),
    }
