"""Parts of a check, each in units of its own: one that fails does not take the others with it.

The rows of a part are written as they come, so that a command that is cut off leaves what it had.
"""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from emergence.store.files import read_json, write_json

_LOGGER = logging.getLogger(__name__)

Row = dict[str, Any]


class Stopped(RuntimeError):
    """There is no time left; the message says why."""


@dataclass(frozen=True)
class Unit:
    """Rows that are made together. Each gets the columns of `key`; so does the error of a unit."""

    key: Row
    make: Callable[[], Iterable[Row]]

    def rows(self) -> Iterator[Row]:
        """The rows; an exception becomes a row with its text as "error"."""
        try:
            for row in self.make():
                json.dumps(row, allow_nan=False)  # what cannot be written is an error of the unit
                yield {**self.key, **row}
        except Exception as error:
            _LOGGER.warning("%s failed: %s", self.key, traceback.format_exc())
            yield {**self.key, "error": describe(error)}


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
                names = ("experiment", "shape", "engine", "method", "case")
                what = ", ".join(str(row[name]) for name in names if row.get(name))
                lines.append(f"{self.name}, {what}: {row['error']}")
        return lines


def run_part(
    folder: Path,
    name: str,
    list_units: Callable[[], Sequence[Unit]],
    rows_of: Callable[[int, Unit], Iterable[Row]] = lambda _, unit: unit.rows(),
) -> Part:
    """Make a part, writing folder/{name}.json after every row.

    list_units: gives its units; an exception ends up in the part. rows_of: makes the rows of a unit
    of some index, by default here. Raises Stopped, once what there is has been written.
    """
    part = Part(name)
    _write(folder, part)  # what an earlier command left is no part of this one
    try:
        units = list_units()
        for index, unit in enumerate(units):
            what = ", ".join(map(str, unit.key.values()))
            _LOGGER.info("%s %d of %d: %s", name, index + 1, len(units), what)
            for row in rows_of(index, unit):
                part.rows.append(row)
                _write(folder, part)
        part.finished = True
    except Stopped as stopped:
        part.error = str(stopped)
        raise
    except Exception as error:
        part.error = describe(error)
        _LOGGER.warning("%s failed: %s", name, traceback.format_exc())
    finally:
        _write(folder, part)
    return part


def read_parts(folder: Path, names: Iterable[str]) -> dict[str, Part]:
    """Parts written by this or an earlier command; empty ones where there are none."""
    parts = {}
    for name in names:
        path = folder / f"{name}.json"
        parts[name] = Part(**read_json(path)) if path.exists() else Part(name)
    return parts


def describe(error: Exception) -> str:
    """An exception as one line."""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}"[:400]


def _write(folder: Path, part: Part) -> None:
    write_json(folder / f"{part.name}.json", vars(part))
