"""Configuration: load, merge, validate; one clear message for all that is wrong.

config/default.yaml has what all papers share, `default.yaml` in a paper's folder the block of that
paper. Presets are laid over both: mappings merge key by key, anything else is replaced (as
Snakemake merges `--configfile`). The models of `config` and of each paper say what a key may be.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import Field, ValidationError, create_model

from emergence import papers
from emergence.config.blocks import Block
from emergence.config.errors import ConfigError, problems
from emergence.config.experiment_settings import ExperimentSettings
from emergence.config.schema import schema_of
from emergence.config.settings import of_paper, training_settings
from emergence.config.shared import Folders, Shared

REPOSITORY = Path(__file__).resolve().parents[3]
DEFAULT_FILE = REPOSITORY / "config" / "default.yaml"


def load_config(paths: Iterable[str | Path], paper: str | None = None) -> dict[str, Any]:
    """The validated configuration of the defaults with `paths` laid over them in order.

    paper: of which the configuration is wanted, as `of_paper` gives it; None for the whole. Raises
    ConfigError for an unreadable or malformed file or an invalid configuration.
    """
    config = complete(read_files(paths))
    return of_paper(config, paper) if paper else config


def load_settings(experiment: str, paper: str, *files: str | Path) -> ExperimentSettings:
    """Everything that determines the numbers of an experiment's runs.

    Parameters
    ----------
    experiment: name of a block under `experiments`.
    paper: folder of the paper, such as paper/nam2024.
    files: presets to lay over the defaults in order; without any, the default preset.

    Returns
    -------
    the settings as one dictionary; what is not given has its default.

    Raises
    ------
    ConfigError
        For a wrong configuration, or an experiment that it lacks.

    Examples
    --------
    >>> settings = load_settings("time", "paper/nam2024")
    >>> settings["resource"], settings["optimizer"], settings["task"]["n_skills"]
    ('time', 'sgd', 5)
    >>> load_settings("time", "paper/nam2024", "config/full.yaml")["steps"]
    30000
    """
    given = read_files(REPOSITORY / path for path in files)
    config = of_paper(complete({**given, "papers": [paper]}), Path(paper).name)
    if experiment not in config["experiments"]:
        known = ", ".join(config["experiments"])
        raise ConfigError(f"no experiment {experiment}; there are {known}")
    return training_settings(config, experiment)


def complete(given: Mapping[str, Any]) -> dict[str, Any]:
    """The validated configuration of the defaults with `given` laid over them, as JSON-like values.

    Numbers have the type of their key, optional keys their default. Blocks of papers of this
    checkout that `papers` does not name are left out. Raises ConfigError.
    """
    shared = read_file(DEFAULT_FILE)
    named = {"papers": given.get("papers", shared.get("papers"))}
    folders = _checked(Folders, named).papers
    model = configuration_model(folders)
    defaults = shared
    for folder in map(Path, folders):
        defaults = merge(defaults, _paper_defaults(folder))
    others = {path.parent.name for path in REPOSITORY.glob("paper/*/paper.py")} - defaults.keys()
    config = merge(defaults, {key: given[key] for key in given if key not in others})
    return _checked(model, config).model_dump(mode="json")


def validate(config: Mapping[str, Any]) -> Any:
    """A whole configuration as frozen objects; raises ConfigError, listing every problem."""
    folders = _checked(Folders, {"papers": config.get("papers")}).papers
    return _checked(configuration_model(folders), config)


@cache
def configuration_model(folders: tuple[str, ...]) -> type[Shared]:
    """Model of the configuration of the papers in these folders.

    Raises ConfigError for a folder that holds no paper, or a name that is taken.
    """
    blocks: dict[str, Any] = {}
    for folder in folders:
        name = Path(folder).name
        if name in blocks or name in Shared.model_fields:
            raise ConfigError(f"papers: {folder} is not allowed; the key {name} is taken")
        try:
            block = papers.declarations(folder).Settings
        except papers.PaperError as error:
            raise ConfigError(str(error)) from error
        blocks[name] = (block, Field(description=f"the paper in {folder}"))
    return create_model("Configuration", __base__=Shared, **blocks)


def merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`over` laid on `base`: mappings merge recursively, other values are replaced."""
    merged = copy.deepcopy(dict(base))
    for key, value in over.items():
        if isinstance(value, Mapping) and isinstance(merged.get(key), Mapping):
            merged[key] = merge(merged[key], value)
        else:
            merged[key] = copy.deepcopy(value)
    return merged


class _Loader(yaml.SafeLoader):
    """Refuses a key that a mapping gives twice."""

    def compose_mapping_node(self, anchor: str | None) -> yaml.MappingNode:
        """As it is written, before << is merged."""
        node = super().compose_mapping_node(anchor)
        lines: dict[str, int] = {}
        for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            line = key.start_mark.line + 1
            if key.value in lines:
                twice = f"gives {key.value!r} twice, in lines {lines[key.value]} and {line}"
                raise yaml.constructor.ConstructorError(problem=f"{twice}; keep one")
            lines[key.value] = line
        return node


def read_files(paths: Iterable[str | Path]) -> dict[str, Any]:
    """Content of YAML files, each laid over those before it. Raises ConfigError as `read_file`."""
    given: dict[str, Any] = {}
    for path in paths:
        given = merge(given, read_file(path))
    return given


def read_file(path: str | Path) -> dict[str, Any]:
    """The mapping that one file holds, before it is merged or validated.

    Raises ConfigError for a file that is absent, unreadable, not UTF-8, no YAML mapping, or gives a
    key twice (of which YAML libraries silently take the second).
    """
    path = Path(path)
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), _Loader)
    except OSError as error:
        raise ConfigError(f"cannot read config file {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"config file {path} is not UTF-8 text: {error.reason}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # ValueError: an impossible date
        raise ConfigError(f"config file {path} is not valid YAML: {error}") from error
    if not isinstance(content, dict):
        raise ConfigError(f"config file {path} must hold a mapping of keys to values")
    return content


def _checked(model: type[Block], values: Mapping[str, Any]) -> Any:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        found = problems(error.errors(), schema_of(model), values)
        raise ConfigError("invalid configuration:\n  " + "\n  ".join(found)) from error


def _paper_defaults(folder: Path) -> dict[str, Any]:
    """Default block of a paper."""
    path = REPOSITORY / folder / "default.yaml"
    content = read_file(path)
    if set(content) != {folder.name}:
        raise ConfigError(f"config file {path} must hold the key {folder.name}, and no other")
    return content
