"""The tasks by the name that settings give them."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

from emergence.tasks.base import Task
from emergence.tasks.sparse_parity.problem import SparseParity

DEFAULT_KIND = "sparse_parity"
_TASKS: dict[str, type[Task]] = {DEFAULT_KIND: SparseParity}


def task_of(settings: Mapping[str, Any]) -> Task:
    """The task of an experiment's settings: `task.kind` names it, the other keys make it.

    kind: a name of this registry, or "package.module:Class" for a task of someone's own. Raises
    ValueError for a name that is not known.
    """
    arguments = dict(settings["task"])
    kind = arguments.pop("kind", DEFAULT_KIND)
    if kind in _TASKS:
        return _TASKS[kind](**arguments)
    module, _, name = kind.partition(":")
    if not name:
        known = ", ".join(_TASKS)
        raise ValueError(f"task.kind must be one of {known}, or MODULE:CLASS, got {kind!r}")
    return getattr(importlib.import_module(module), name)(**arguments)


def task_modules(settings: Mapping[str, Any]) -> tuple[str, ...]:
    """The module of a task that is none of this registry: part of an experiment's code."""
    kind = settings.get("task", {}).get("kind", DEFAULT_KIND)
    return () if kind in _TASKS else (kind.partition(":")[0],)
