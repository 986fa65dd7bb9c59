"""Reading a configuration where there may be no YAML library, and the argument that names it."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from emergence.store.files import read_json


class NoYaml(RuntimeError):
    """A configuration in YAML on a machine that cannot read it; the message says what to do."""


def add_config_argument(
    parser: ArgumentParser, default: str | None = "config/default.yaml"
) -> None:
    """Add `--config`, the paths of `read_configuration`.

    default: what the help says of none given; None: they must be given.
    """
    parser.add_argument(
        "--config",
        type=Path,
        nargs="+",
        default=[],
        required=default is None,
        help="preset files, in order, or one JSON file of scripts/settings.py --whole"
        + (f" (default: {default})" if default else ""),
    )


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
