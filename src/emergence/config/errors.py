"""What is wrong with a configuration, in words: key, value and what is allowed."""

from __future__ import annotations

import reprlib
from collections.abc import Sequence
from typing import Any

from pydantic_core import ErrorDetails

from emergence.config.schema import Schema, allowed, below, matching, options

_SHORT = reprlib.Repr()  # aliases can make a value too long to print
_SHORT.maxstring = _SHORT.maxlong = _SHORT.maxother = 80
_SHORT.maxlist = _SHORT.maxtuple = 20


class ConfigError(ValueError):
    """A configuration that cannot be run; the message names key, value and what is allowed."""


def problems(errors: Sequence[ErrorDetails], schema: Schema, config: Any) -> list[str]:
    """Each problem once, in words.

    errors: pydantic's. schema: JSON schema of the model. config: what was checked.
    """
    found: dict[str, str] = {}
    for error in errors:
        key, text = _problem(error, schema, config)
        found.setdefault(key, text)
    # Of a value that may be of two kinds, each kind complains: the deepest knows most.
    return [text for key, text in found.items() if not any(k.startswith(f"{key}.") for k in found)]


def _problem(error: ErrorDetails, schema: Schema, config: Any) -> tuple[str, str]:
    """Key and message."""
    kind, value, location = error["type"], error["input"], error["loc"]
    path, here, given = _walk(location, schema, config)
    key = ".".join(path) or "(top level)"
    if kind in ("extra_forbidden", "invalid_key"):
        known = [name for option in here for name in option.get("properties", {})]
        said = f"unknown key {location[-1]!r}; allowed: {', '.join(dict.fromkeys(known)) or 'none'}"
        return f"{key}.{location[-1]}", f"{key}: {said}"
    if location[-1:] == ("[key]",):
        _, parent, _ = _walk(location[:-2], schema, config)
        rule, meaning = parent[0]["propertyNames"]["description"], ""
    elif kind == "combination":
        rule, meaning = error["ctx"]["allowed"], ""
    else:
        rule, meaning = f"must be {allowed(here)}", here[0].get("description", "")
    said = f"{_shown(value)} is not allowed" if given else "missing"
    return key, f"{key}: {said}; {rule}" + (f" ({meaning})" if meaning else "")


def _walk(
    location: Sequence[str | int], schema: Schema, config: Any
) -> tuple[list[str], list[dict[str, Any]], bool]:
    """Key at a location of pydantic's, the schemas there, and whether the key is given."""
    path: list[str] = []
    here, value, given = matching(options(schema, schema), config), config, True
    for part in location:
        inner = below(here, part, schema)
        if not inner:  # pydantic's name of one kind of value, or an unknown key
            continue
        path.append(str(part))
        try:
            value = value[part]
        except (LookupError, TypeError):
            value, given = None, False
        here = matching(inner, value)
    return path, here, given


def _shown(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return _SHORT.repr(value)
