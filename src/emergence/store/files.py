"""Files appear whole or not at all, and a file that cannot be what was written is refused.

Written beside the target, flushed, then renamed. An NPZ (training data, results, checkpoints) ends
with the SHA-256 of its own bytes: a checkpoint that is replaced again and again must not depend on
two files. Other files are cheap to make again; the manifest holds their hashes.
"""

from __future__ import annotations

import glob
import hashlib
import io
import json
import os
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

CSV_FLOAT_FORMAT = "%.9g"
_DIGEST_LENGTH = 64  # hexadecimal digits of SHA-256


class DamagedFile(ValueError):
    """A file that cannot be what the pipeline wrote; the message says what to do."""


def damaged(path: str | Path, reason: object) -> DamagedFile:
    """The error to raise about a file; `reason` completes "it is damaged: ..."."""
    return DamagedFile(f"{path} is damaged ({reason}); delete it and run the workflow again")


@contextmanager
def atomic_path(path: str | Path) -> Iterator[Path]:
    """A temporary path beside `path`, renamed to it on success and removed on failure."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    _remove_leftovers(path)
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


def discard(path: str | Path) -> None:
    """Remove a file, if it exists, and what killed writers of it left."""
    Path(path).unlink(missing_ok=True)
    _remove_leftovers(Path(path))


def write_text(path: str | Path, text: str) -> None:
    """Write UTF-8 text atomically."""
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def copy_file(source: str | Path, target: str | Path) -> None:
    """Copy a file's bytes atomically."""
    with atomic_path(target) as temporary:
        temporary.write_bytes(Path(source).read_bytes())


def write_json(path: str | Path, value: Any) -> None:
    """Write indented JSON with sorted keys atomically; NaN and infinity are refused."""
    write_text(path, json.dumps(value, indent=2, sort_keys=True, allow_nan=False) + "\n")


def read_json(path: str | Path) -> Any:
    """Read JSON; raises DamagedFile naming the file if it is not valid."""
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except ValueError as error:
        raise damaged(path, error) from error


def write_csv(path: str | Path, table: Any) -> None:
    """Write a pandas DataFrame atomically, without its index, 9 significant digits."""
    with atomic_path(path) as temporary:
        table.to_csv(temporary, index=False, float_format=CSV_FLOAT_FORMAT, lineterminator="\n")


def read_csv(path: str | Path, columns: Sequence[str] = ()) -> Any:
    """Read a table as a pandas DataFrame.

    Raises DamagedFile naming the file if it is no table or lacks one of `columns`.
    """
    import pandas as pd  # training and its checkpoints need none

    try:
        table = pd.read_csv(path)
        missing = [name for name in columns if name not in table]
        if missing:
            raise ValueError(f"it lacks the columns {', '.join(missing)}")
    except ValueError as error:
        raise damaged(path, error) from error
    return table


def write_npz(path: str | Path, arrays: Mapping[str, NDArray], record: Any) -> None:
    """Write arrays and a JSON record of what made them; the bytes depend only on the content.

    Raises ValueError for an array of Python objects: reading it back would need pickle.
    """
    objects = [name for name, array in arrays.items() if np.asarray(array).dtype.hasobject]
    if objects:
        raise ValueError(f"object arrays are not written: {', '.join(objects)}")
    text = json.dumps({"arrays": sorted(arrays), "record": record}, sort_keys=True, allow_nan=False)
    with atomic_path(path) as temporary:
        contents: dict[str, Any] = {"record": np.array(text), **arrays}
        np.savez(temporary, **contents)
        _sign(temporary)


def read_npz(path: str | Path) -> tuple[dict[str, NDArray], Any]:
    """Arrays and record of `write_npz`; raises DamagedFile if a byte of the file was altered."""
    content = Path(path).read_bytes()
    try:
        signed, signature = content[:-_DIGEST_LENGTH], content[-_DIGEST_LENGTH:]
        if hashlib.sha256(signed).hexdigest().encode() != signature:
            raise ValueError("its bytes are not those that were written")
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        made = json.loads(str(arrays.pop("record")[()]))
        if sorted(arrays) != made["arrays"]:
            raise ValueError(f"holds the arrays {sorted(arrays)}, written were {made['arrays']}")
        return arrays, made["record"]
    except Exception as error:  # of bytes in memory, whatever the parsers raise means damage
        raise damaged(path, error) from error


def _remove_leftovers(path: Path) -> None:
    """A second writer at work would fail at its rename: never are the two mixed."""
    random_part = "?" * 8  # of mkstemp
    pattern = f".{glob.escape(path.stem)}-{random_part}.partial{glob.escape(path.suffix)}"
    for leftover in path.parent.glob(pattern):
        leftover.unlink(missing_ok=True)


def _sign(path: Path) -> None:
    """Make the last bytes of a zip archive, its comment, the SHA-256 of all bytes before them."""
    with zipfile.ZipFile(path, "a") as archive:
        archive.comment = b"0" * _DIGEST_LENGTH
    with path.open("r+b") as handle:
        signed = handle.read()[:-_DIGEST_LENGTH]
        handle.seek(len(signed))
        handle.write(hashlib.sha256(signed).hexdigest().encode())
