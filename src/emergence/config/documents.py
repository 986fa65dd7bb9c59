"""What is generated from the models: the JSON schema for editors, and the tables of keys."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from emergence.config.schema import Schema, allowed, options
from emergence.config.settings import paper_names

_NAME = "NAME"  # stands for the name of an experiment
_REQUIRED = "required"
_LONGEST_DEFAULT = 40  # characters; the file shows longer ones
_LINE = 300  # characters of the longest mapping that is written on one line
_HEADER = "| key | allowed | default | meaning |\n| --- | --- | --- | --- |\n"


class Key(NamedTuple):
    """A key and what is said of it. of: the architecture of the experiments that have it."""

    path: tuple[str, ...]
    allowed: str
    default: str
    meaning: str
    of: str


def editor_schema(schema: Schema) -> str:
    """The JSON schema of a preset, in which no key is required; a line for each key."""
    return _json(
        {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "Configuration of the workflow",
            **_partial(schema),
        }
    )


def key_tables(schema: Schema, config: Mapping[str, Any]) -> str:
    """Markdown tables of all keys: the shared ones; of each paper its block and its experiments.

    config: the default configuration, whose values are shown where the model has no default.
    """
    papers = paper_names(config)
    tables: dict[str, list[Key]] = {"Shared by all papers": []}
    for key in _keys(options(schema, schema), (), schema, config):
        title, path = "Shared by all papers", key.path
        if path[0] in papers:
            start = path.index(_NAME) + 1 if _NAME in path else 1
            title, path = f"In `{'.'.join(path[:start])}`", path[start:]
        tables.setdefault(title, []).append(key._replace(path=path))
    return "\n".join(
        f"### {title}\n\n{_HEADER}{''.join(map(_row, _merged(keys)))}"
        for title, keys in tables.items()
    )


def _keys(
    schemas: list[dict[str, Any]],
    path: tuple[str, ...],
    root: Schema,
    values: Any,
    of: str = "",
) -> Iterator[Key]:
    """Keys whose values are no mappings, or may be null; and what overrides a paper's task."""
    for schema in schemas:
        entries = dict(schema.get("properties", {}))
        for inner in schema.get("patternProperties", {}).values():
            entries[_NAME] = inner
        of = entries.get("architecture", {}).get("const", of)
        for name, inner in entries.items():
            found, here = options(inner, root), (*path, name)
            value = values.get(name) if isinstance(values, Mapping) else None
            mappings = [option for option in found if option.get("type") == "object"]
            override = of and name in ("task", "measurement")
            if override or len(mappings) < len(found):
                default = inner.get("default", _REQUIRED) if value is None else value
                shown = default if default == _REQUIRED else json.dumps(default)
                yield Key(here, allowed(found), shown, found[0].get("description", ""), of)
            if not override:
                yield from _keys(mappings, here, root, value, of)


def _merged(keys: list[Key]) -> Iterator[Key]:
    """Keys of one name of which the same is said, as one with * for what differs."""
    groups: dict[tuple[Any, ...], list[Key]] = {}
    for key in keys:
        path = key.path
        same = (len(path), path[0] if len(path) > 1 else "", path[-1], key.allowed, key.meaning)
        groups.setdefault(same, []).append(key)
    everywhere = {key.of for key in keys}
    for group in groups.values():
        parts = zip(*(key.path for key in group), strict=True)
        of = {key.of: None for key in group}
        yield group[0]._replace(
            path=tuple(names[0] if len(set(names)) == 1 else "*" for names in parts),
            default=group[0].default if len({key.default for key in group}) == 1 else "",
            of="" if set(of) == everywhere else ", ".join(of),
        )


def _row(key: Key) -> str:
    default = key.default if len(key.default) <= _LONGEST_DEFAULT else "…"
    default = f"`{default}`" if default and default not in ("…", _REQUIRED) else default
    name = f"`{'.'.join(key.path)}`" + (f" ({key.of})" if key.of else "")
    cells = (name, key.allowed, default, key.meaning)
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |\n"


def _json(value: Any, indent: str = "") -> str:
    """JSON in which what is short stands on one line."""
    text = json.dumps(value)
    if len(text) <= _LINE or not isinstance(value, Mapping):
        return text
    deeper = indent + "  "
    entries = [f"{deeper}{json.dumps(k)}: {_json(inner, deeper)}" for k, inner in value.items()]
    return "{\n" + ",\n".join(entries) + f"\n{indent}}}"


def _partial(value: Any) -> Any:
    """A schema that requires no key; so a value may match several of its kinds."""
    if isinstance(value, list):
        return [_partial(entry) for entry in value]
    if not isinstance(value, Mapping):
        return value
    return {
        {"oneOf": "anyOf"}.get(key, key): _partial(inner)
        for key, inner in value.items()
        if key not in ("required", "title") or isinstance(inner, Mapping)  # a key of that name
    }
