"""JSON schema of a configuration: walked for error messages, written for editors, tabulated.

pydantic makes it of the models, so it says type, range, default and meaning of each key.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel

Schema = Mapping[str, Any]
_BOUNDS = {
    "minimum": "at least",
    "exclusiveMinimum": "greater than",
    "maximum": "at most",
    "exclusiveMaximum": "less than",
}


@cache
def schema_of(model: type[BaseModel]) -> dict[str, Any]:
    """JSON schema of a configuration; an experiment's own task is one that a paper's may be."""
    schema = model.model_json_schema()
    papers = [
        block
        for key in schema["properties"]
        for block in below([schema], key, schema)
        if "experiments" in block.get("properties", {})
    ]
    for block in schema.get("$defs", {}).values():
        if "runs_per_job" in block.get("properties", {}):
            for key in ("task", "measurement"):
                own, papers_own = block["properties"][key], [p["properties"][key] for p in papers]
                block["properties"][key] = {
                    "description": own["description"],
                    "default": {},
                    "anyOf": [{"$ref": inner["$ref"]} for inner in papers_own],
                }
    return schema


def options(schema: Schema, root: Schema) -> list[dict[str, Any]]:
    """The schemas that a schema stands for: what it refers to, and each kind of value."""
    own = {key: schema[key] for key in ("description", "default") if key in schema}
    if "$ref" in schema:
        target = root["$defs"][schema["$ref"].removeprefix("#/$defs/")]
        return [{**found, **own} for found in options(target, root)]
    several = schema.get("anyOf") or schema.get("oneOf")
    if several:
        return [{**found, **own} for inner in several for found in options(inner, root)]
    return [dict(schema)]


def below(schemas: list[dict[str, Any]], part: str | int, root: Schema) -> list[dict[str, Any]]:
    """Schemas of an entry of a mapping or a list; empty if there is no such entry."""
    found = []
    for schema in schemas:
        if isinstance(part, int) and schema.get("type") == "array":
            entries = [schema.get("items"), *schema.get("prefixItems", [])]
        elif "properties" in schema:
            entries = [schema["properties"].get(part)]
        else:
            entries = list(schema.get("patternProperties", {}).values())
        found += [option for entry in entries if entry for option in options(entry, root)]
    return found


def matching(schemas: list[dict[str, Any]], value: Any) -> list[dict[str, Any]]:
    """Of the schemas of mappings those of a value's architecture, or kind of task."""

    def contradicted(schema: Schema) -> bool:
        found = schema.get("properties", {})
        named = {key: found[key] for key in ("architecture", "kind") if key in found}
        return isinstance(value, Mapping) and any(
            "const" in inner and value.get(key, inner.get("default")) != inner["const"]
            for key, inner in named.items()
        )

    return [schema for schema in schemas if not contradicted(schema)] or schemas


def allowed(schemas: list[dict[str, Any]]) -> str:
    """Type and range in words."""
    listed = [[s["const"]] if "const" in s else s.get("enum", []) for s in schemas]
    choices = [str(value) for values in listed for value in values]
    kinds = [_kind(s) for s, values in zip(schemas, listed, strict=True) if not values]
    if choices:
        kinds.append(("one of " if len(choices) > 1 else "") + ", ".join(dict.fromkeys(choices)))
    return " or ".join(sorted(dict.fromkeys(kinds), key="null".__eq__))


def _kind(schema: Schema) -> str:
    match schema["type"]:
        case "integer" | "number" as name:
            bounds = [f"{text} {_number(schema[k])}" for k, text in _BOUNDS.items() if k in schema]
            return f"{'an' if name == 'integer' else 'a'} {name} {' and '.join(bounds)}"
        case "array":
            if schema["maxItems"] == 1:
                return "a list of one entry"
            entry = schema["items"]
            each = f", each {_kind(entry)}" if entry.get("type") in ("integer", "number") else ""
            return f"a list of {schema['minItems']} to {schema['maxItems']} different entries{each}"
        case "object":
            return "a mapping"
        case "string":
            return f"text that matches {schema['pattern']}" if "pattern" in schema else "text"
        case other:
            return other


def _number(value: float) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
