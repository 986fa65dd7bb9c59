"""What is wrong with a configuration, in words: key, value and what is allowed."""

from __future__ import annotations

import reprlib
from collections.abc import Sequence
from typing import Any

from pydantic_core import ErrorDetails

from emergence.config.schema import Schema, allowed, below, matching, options

_BAD_NAME = ("[key]",)  # where pydantic's location of a key ends that must not be
_ABSENT = object()
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
    bad_names = [error for error in errors if error["loc"][-1:] == _BAD_NAME]
    for error in bad_names or errors:  # what a wrong name holds is not worth reading
        key, text = _problem(error, schema, config)
        found.setdefault(key, text)
    # Of a value that may be of two kinds, each kind complains: the deepest knows most.
    return [text for key, text in found.items() if not any(k.startswith(f"{key}.") for k in found)]


def _problem(error: ErrorDetails, schema: Schema, config: Any) -> tuple[str, str]:
    """Key and message."""
    kind, location, checked = error["type"], error["loc"], error["input"]
    if location[-1:] == _BAD_NAME:
        key, here, _ = _walk(location[:-2], schema, config)
        meaning = here[0]["propertyNames"]["description"]
        return f"{key}.{checked}", f"{key}: {_shown(checked)} is not allowed; {meaning}"
    key, here, value = _walk(location, schema, config)
    if kind in ("extra_forbidden", "invalid_key"):
        known = [name for option in here for name in option.get("properties", {})]
        said = f"unknown key {location[-1]!r}; allowed: {', '.join(dict.fromkeys(known)) or 'none'}"
        return f"{key}.{location[-1]}", f"{key}: {said}"
    if kind == "combination":
        rule = error["ctx"]["allowed"]
        if value is _ABSENT and checked is not None:  # the paper's, not the experiment's own
            value = checked
    else:
        rule, meaning = f"must be {allowed(here)}", here[0].get("description")
        rule += f" ({meaning})" if meaning else ""
    said = "missing" if value is _ABSENT else f"{_shown(value)} is not allowed"
    return key, f"{key}: {said}; {rule}"


def _walk(
    location: Sequence[str | int], schema: Schema, config: Any
) -> tuple[str, list[dict[str, Any]], Any]:
    """Key at a location of pydantic's, the schemas there, and the value that is given."""
    path: list[str] = []
    here, value = matching(options(schema, schema), config), config
    for part in location:
        inner = below(here, part, schema)
        if not inner:  # pydantic's name of one kind of value, or an unknown key
            continue
        path.append(str(part))
        try:
            value = value[part]
        except (LookupError, TypeError):
            value = _ABSENT
        here = matching(inner, value)
    return ".".join(path) or "(top level)", here, value


def _shown(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return _SHORT.repr(value)
