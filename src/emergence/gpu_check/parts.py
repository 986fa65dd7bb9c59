"""Parts of a check, each on its own: one that fails does not take the others with it.

The rows of a part are written as they come, so that a command that is cut off leaves what it had.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from emergence.files import read_json, write_json

_LOGGER = logging.getLogger(__name__)

Row = dict[str, Any]


@dataclass
class Part:
    """Rows of a part; `finished` once all are there; `error`: why the rest is missing."""

    name: str
    rows: list[Row] = field(default_factory=list)
    finished: bool = False
    error: str | None = None

    @property
    def errors(self) -> list[str]:
        """Everything that went wrong, one line each."""
        lines = [f"{self.name}: {self.error}"] if self.error else []
        for row in self.rows:
            if row.get("error"):
                what = ", ".join(str(row[k]) for k in ("engine", "method", "case") if row.get(k))
                lines.append(f"{self.name}, {what}: {row['error']}")
        return lines


def run_part(folder: Path, name: str, make_rows: Callable[[], Iterable[Row]]) -> Part:
    """Make a part, writing folder/{name}.json after every row; an exception ends up in it."""
    part = Part(name)
    _LOGGER.info("%s", name)
    try:
        for row in make_rows():
            part.rows.append(row)
            _write(folder, part)
        part.finished = True
    except Exception as error:
        part.error = describe(error)
        _LOGGER.warning("%s failed: %s", name, traceback.format_exc())
    _write(folder, part)
    return part


def read_parts(folder: Path, names: Iterable[str]) -> dict[str, Part]:
    """Parts written by this or an earlier command; empty ones where there are none."""
    parts = {}
    for name in names:
        path = folder / f"{name}.json"
        parts[name] = Part(**read_json(path)) if path.exists() else Part(name)
    return parts


def guarded(row: Row, make_rows: Callable[[], Iterable[Row]]) -> Iterator[Row]:
    """Rows, each with the keys of `row`; an exception becomes a row with its text as "error"."""
    try:
        for found in make_rows():
            yield {**row, **found}
    except Exception as error:
        _LOGGER.warning("%s failed: %s", row, traceback.format_exc())
        yield {**row, "error": describe(error)}


def describe(error: Exception) -> str:
    """An exception as one line."""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}"[:400]


def _write(folder: Path, part: Part) -> None:
    write_json(folder / f"{part.name}.json", vars(part))
