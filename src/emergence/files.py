"""Files appear whole or not at all: write beside the target, flush, then rename."""

from __future__ import annotations

import io
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

CSV_FLOAT_FORMAT = "%.9g"


class DamagedFile(ValueError):
    """A file that cannot be what the pipeline wrote; the message says what to delete and rerun."""


@contextmanager
def atomic_path(path: str | Path) -> Iterator[Path]:
    """A temporary path beside `path`, renamed to it on success and removed on failure."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(
        dir=path.parent, prefix=f".{path.stem}-", suffix=".partial" + path.suffix
    )
    os.close(descriptor)
    temporary = Path(name)
    try:
        yield temporary
        with temporary.open("rb") as handle:
            os.fsync(handle.fileno())
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o666 & ~umask)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: str | Path, text: str) -> None:
    """Write UTF-8 text atomically."""
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path: str | Path, value: Any) -> None:
    """Write indented JSON with sorted keys atomically; NaN and infinity are refused."""
    write_text(path, json.dumps(value, indent=2, sort_keys=True, allow_nan=False) + "\n")


def read_json(path: str | Path) -> Any:
    """Read JSON; raises DamagedFile naming the file if it is not valid."""
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except ValueError as error:
        raise _damaged(path, error) from error


def write_csv(path: str | Path, table: Any) -> None:
    """Write a pandas DataFrame atomically, without its index, 9 significant digits."""
    with atomic_path(path) as temporary:
        table.to_csv(temporary, index=False, float_format=CSV_FLOAT_FORMAT, lineterminator="\n")


def write_npz(path: str | Path, arrays: Mapping[str, NDArray], record: Any) -> None:
    """Write arrays and a JSON record of what made them; the bytes depend on the content alone.

    Raises ValueError for an array of Python objects: reading it back would need pickle.
    """
    objects = [name for name, array in arrays.items() if np.asarray(array).dtype.hasobject]
    if objects:
        raise ValueError(f"object arrays are not written: {', '.join(objects)}")
    text = json.dumps({"arrays": sorted(arrays), "record": record}, sort_keys=True, allow_nan=False)
    with atomic_path(path) as temporary:
        contents: dict[str, Any] = {"record": np.array(text), **arrays}
        np.savez(temporary, **contents)


def read_npz(path: str | Path) -> tuple[dict[str, NDArray], Any]:
    """Arrays and record of `write_npz`; raises DamagedFile naming the file."""
    content = io.BytesIO(Path(path).read_bytes())
    try:
        with np.load(content, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        made = json.loads(str(arrays.pop("record")[()]))
        if sorted(arrays) != made["arrays"]:
            raise ValueError(f"holds the arrays {sorted(arrays)}, written were {made['arrays']}")
        return arrays, made["record"]
    except Exception as error:  # of bytes in memory, whatever the parsers raise means damage
        raise _damaged(path, error) from error


def _damaged(path: str | Path, error: Exception) -> DamagedFile:
    return DamagedFile(f"{path} is damaged ({error}); delete it and run the workflow again")
