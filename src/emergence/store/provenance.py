"""What made a file: settings and versions. (Code: see `meaning`.)"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
from collections.abc import Iterable, Mapping
from pathlib import Path


def digest(settings: object) -> str:
    """SHA-256 of a JSON-like value in canonical form, as 64 hexadecimal digits."""
    text = json.dumps(settings, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def differing_keys(a: object, b: object, key: str = "") -> list[str]:
    """Dotted keys at which two JSON-like values differ; a mapping's missing keys count too."""
    if not (isinstance(a, Mapping) and isinstance(b, Mapping)):
        return [] if a == b else [key]
    absent = object()
    return [
        found
        for name in sorted(a.keys() | b.keys())
        for found in differing_keys(
            a.get(name, absent), b.get(name, absent), f"{key}.{name}".lstrip(".")
        )
    ]


def file_digest(path: str | Path) -> str:
    """SHA-256 of a file's bytes, 64 hexadecimal digits."""
    with open(path, "rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def versions(packages: Iterable[str]) -> dict[str, str]:
    """Installed versions of Python and the packages; "absent" where one is not installed."""
    table = {"python": platform.python_version()}
    for package in packages:
        try:
            table[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            table[package] = "absent"
    return table
