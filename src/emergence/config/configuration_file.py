"""Reading a configuration where there may be no YAML library."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from emergence.store.files import read_json


class NoYaml(RuntimeError):
    """A configuration in YAML on a machine that cannot read it; the message says what to do."""


def read_configuration(paths: Sequence[Path]) -> dict[str, Any]:
    """The configuration of preset files (see `config.load_config`), or of one JSON file.

    The JSON file holds a whole, validated configuration: `scripts/settings.py --whole` writes it.
    Raises NoYaml where a library is missing, ConfigError, OSError or DamagedFile.
    """
    if len(paths) == 1 and paths[0].suffix == ".json":
        return read_json(paths[0])
    try:
        from emergence.config.load import load_config
    except ImportError as error:
        raise NoYaml(
            f"{error}: presets cannot be read here; write the configuration elsewhere with "
            "`python scripts/settings.py --whole --config FILES --output FILE.json` and name that"
        ) from error
    return load_config(paths)
