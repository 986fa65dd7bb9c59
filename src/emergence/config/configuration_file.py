"""The configuration of one paper, also where there is no YAML library; the arguments that name it."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from emergence.config.settings import of_paper
from emergence.store.files import read_json


class NoYaml(RuntimeError):
    """A configuration in YAML on a machine that cannot read it; the message says what to do."""


def add_config_argument(
    parser: ArgumentParser, default: str | None = "the default configuration"
) -> None:
    """Add `--config` and `--paper`, the arguments of `read_configuration`.

    default: what the help says of no file; None: files must be given.
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
    parser.add_argument("--paper", help="name of the paper (default: the only one)")


def read_configuration(paths: Sequence[Path], paper: str | None = None) -> dict[str, Any]:
    """The configuration of one paper (see `of_paper`), from preset files or one JSON file.

    The JSON file holds a whole, validated configuration: `scripts/settings.py --whole` writes it.
    paper: its name; None where there is one. Raises NoYaml where a library is missing, ConfigError,
    ValueError for a paper that is not configured, OSError or DamagedFile.
    """
    if len(paths) == 1 and paths[0].suffix == ".json":
        config = read_json(paths[0])
    else:
        try:
            from emergence.config.load import load_config
        except ImportError as error:
            raise NoYaml(
                f"{error}: presets cannot be read here; write the configuration elsewhere with "
                "`python scripts/settings.py --whole --config FILES --output FILE.json` and name "
                "that"
            ) from error
        config = load_config(paths)
    names = [Path(folder).name for folder in config["papers"]]
    if paper not in names and (paper or len(names) > 1):
        raise ValueError(f"--paper: {paper} is not allowed; must be one of {', '.join(names)}")
    return of_paper(config, paper or names[0])
