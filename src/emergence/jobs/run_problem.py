"""Whether a file is the result of a training job under these settings and this code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emergence.config.experiment_settings import ExperimentSettings
from emergence.jobs.shard_files import ShardFiles
from emergence.store.files import DamagedFile, read_npz
from emergence.store.provenance import differing_keys, digest
from emergence.training.shard import training_code


def run_problem(files: ShardFiles, settings: ExperimentSettings) -> str | None:
    """Why a file is not the result of the shard under these settings and this code, or None.

    The code is that of the engine that made it. Engine, device and versions of packages may be any:
    the record says which they were.
    """
    shard = files.shard
    try:
        arrays, record = read_npz(files.run)
        made_of = (record["value"], record["first_run"], len(arrays["stopped_at"]))
        problem = _record_problem(record, settings)
    except (DamagedFile, OSError) as error:
        return str(error)
    except (KeyError, TypeError) as error:
        return f"holds no result of a training job (no {error})"
    if problem is None and made_of != (shard.value, shard.first, shard.n_runs):
        return "holds other runs than its name says"
    return problem


def _record_problem(record: Mapping[str, Any], settings: ExperimentSettings) -> str | None:
    if record["settings_digest"] != digest(settings):
        keys = differing_keys(record["settings"], dict(settings))
        return f"made with other settings: {', '.join(keys) or '(kinds of values)'}"
    try:
        changed = training_code(settings, record["engine"]).changes_from(record["code"])
    except ValueError as error:
        return str(error)
    return f"made with another meaning of {changed}" if changed else None
