"""Settings of an experiment as later stages read them: every key that they rely on is there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from emergence.store.files import damaged, read_json

_KEYS = {
    *("batch_size", "device", "early_stop", "engine", "experiment", "inputs_per_skill"),
    *("learning_rate", "learning_rate_halving_steps", "measure_every", "optimizer", "resource"),
    *("root_seed", "steps", "task", "weight_decay"),
}
_TASK_KEYS = {"data_exponent", "n_skills", "skill_bits", "sparse_bits", "target_scale"}


def read_settings(path: str | Path) -> dict[str, Any]:
    """What `experiments.training_settings` made; raises DamagedFile naming the keys it lacks."""
    settings = read_json(path)
    keys = set(settings) if isinstance(settings, dict) else set()
    task = settings.get("task") if keys else None
    task_keys = set(task) if isinstance(task, dict) else set()
    missing = [*sorted(_KEYS - keys), *(f"task.{key}" for key in sorted(_TASK_KEYS - task_keys))]
    if missing:
        raise damaged(path, f"it holds no settings of an experiment, no {', '.join(missing)}")
    return settings
