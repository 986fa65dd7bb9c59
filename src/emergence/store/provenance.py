"""What made a file: source code, versions, settings."""

from __future__ import annotations

import ast
import hashlib
import importlib.metadata
import json
import platform
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
_DATA_SUFFIXES = (".c", ".h", ".json")


@cache
def source_files(start: str | Path, without: tuple[str, ...] = ()) -> tuple[Path, ...]:
    """Files that a module of this package, or a script, is made of: itself and its imports.

    Follows import statements transitively without running them, wherever they stand; a compiled or
    data file belongs to the module whose text names it. The package's own __init__.py always
    counts. Modules named in `without` are left out, with what they alone import.
    Raises ValueError for a module that does not exist.
    """
    found: dict[str, Path] = {}
    pending = [PACKAGE.name]
    data: set[Path] = set()
    if isinstance(start, Path):
        found[str(start)] = start
        pending += _imports(str(start), start.read_text(encoding="utf-8"))
    else:
        pending.append(start)
    for name in without:
        _existing(name)
    while pending:
        name = pending.pop()
        if name in found or name in without:
            continue
        path = found[name] = _existing(name)
        text = path.read_text(encoding="utf-8")
        data |= _named_data_files(path, text)
        pending += _imports(name, text)
    unread = list(data)
    while unread:  # a header may include further headers
        path = unread.pop()
        new = _named_data_files(path, path.read_text(encoding="utf-8")) - data
        data |= new
        unread += new
    return tuple(sorted({*found.values(), *data}))


def code_digest(modules: Iterable[str], without: tuple[str, ...] = ()) -> str:
    """SHA-256 over the source files of the modules (see `source_files`), 64 hexadecimal digits."""
    total = hashlib.sha256()
    for path in sorted({p for module in modules for p in source_files(module, without)}):
        total.update(str(path.relative_to(PACKAGE)).encode() + b"\0")
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def digest(settings: object) -> str:
    """SHA-256 of a JSON-like value in canonical form, as 64 hexadecimal digits."""
    text = json.dumps(settings, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def differing_keys(a: object, b: object, key: str = "") -> list[str]:
    """Dotted keys at which two JSON-like values differ; a mapping's missing keys count too."""
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        names = sorted(a.keys() | b.keys())
        return [
            found
            for name in names
            for found in (
                differing_keys(a[name], b[name], f"{key}.{name}".lstrip("."))
                if name in a and name in b
                else [f"{key}.{name}".lstrip(".")]
            )
        ]
    return [] if a == b else [key]


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


def _module_file(name: str) -> Path | None:
    parts = name.split(".")
    if parts[0] != PACKAGE.name:
        return None
    base = PACKAGE.joinpath(*parts[1:])
    for candidate in (base.with_suffix(".py"), base / "__init__.py"):
        if candidate.is_file():
            return candidate
    return None


def _existing(name: str) -> Path:
    path = _module_file(name)
    if path is None:
        raise ValueError(f"no module {name} in this package")
    return path


def _imports(name: str, text: str) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    local = {n for n in names if n.split(".")[0] == PACKAGE.name and _module_file(n)}
    parents = {".".join(n.split(".")[:i]) for n in local for i in range(1, n.count(".") + 1)}
    return (local | parents) - {name}


def _named_data_files(path: Path, text: str) -> set[Path]:
    return {
        candidate
        for candidate in path.parent.iterdir()
        if candidate.suffix in _DATA_SUFFIXES and candidate.name in text and candidate != path
    }
