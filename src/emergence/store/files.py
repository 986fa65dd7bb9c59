"""Files appear whole or not at all, and are read only if their bytes are those that were written.

Written beside the target, flushed, then renamed. The SHA-256 of table.csv stands in
.digests/table.csv.sha256 beside it, as `sha256sum --check` reads it; an NPZ holds its own, because
a checkpoint that is replaced again and again must not depend on two files.
"""

from __future__ import annotations

import glob
import hashlib
import io
import json
import os
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emergence.store.provenance import file_digest

CSV_FLOAT_FORMAT = "%.9g"
_DIGEST_LENGTH = 64  # hexadecimal digits of SHA-256
_RESULTS, _SHIPPED = "results", "shipped"
# What writes a file of results/{preset}, the first pattern that its path ends with: a digest would
# say so, but may be lost.
_WRITERS = {
    "data/*/*/*.npz": "generate.py",
    "runs/*/*/*.npz": "train.py",
    "settings/*": "settings.py, or take_shipped.py for shipped tables",
    "aggregated/*": "aggregate.py, or take_shipped.py for shipped tables",
    "fits/*.json": "fit.py",
    "fits/emergence_times.csv": "emergence_times.py",
    "fits/emergence_exponents.csv": "emergence_times.py",
    "fits/*_rises.csv": "rises.py",
    "fits/*_rise_curves.csv": "rises.py",
    "fits/*": "predict.py",
    "theory/*": "theory.py",
    "figures/*": "figure.py",
    "tables/*": "table.py",
    "pages/*": "page.py",
    "claims.csv": "claims.py",
    "discrepancies.csv": "discrepancies.py",
    "manifest.json": "manifest.py",
    "paper/facts.json": "facts.py",
    "paper/cost.json": "paper.py",
    "paper/record.json": "paper.py",
}


class DamagedFile(ValueError):
    """A file that cannot be what the pipeline wrote; the message says what to delete and rerun."""


@contextmanager
def atomic_path(path: str | Path, recorded: bool = True) -> Iterator[Path]:
    """A temporary path beside `path`, renamed to it on success and removed on failure.

    recorded: whether the digest of the new file is written, for `read_csv`, `read_json` and
    `checked_digest` to compare.
    """
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
        if recorded:  # before the rename: no moment at which the new file has no digest
            line = f"# written by {_command()}\n{file_digest(temporary)}  {path.name}\n"
            with atomic_path(digest_path(path), recorded=False) as record:
                record.write_text(line, encoding="utf-8")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def digest_path(path: str | Path) -> Path:
    """Where the digest of a file is recorded."""
    path = Path(path)
    return path.parent / ".digests" / f"{path.name}.sha256"


def checked_digest(path: str | Path) -> str:
    """SHA-256 of a file's bytes; raises DamagedFile if they are not those that were written.

    Without a digest, a file passes where no digests are: someone's own, or shipped by its manifest.
    It does not among files that have one, nor under results/{preset} of the current folder.
    """
    found = file_digest(path)
    _compare_digest(Path(path), found)
    return found


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
    """Read JSON; raises DamagedFile naming the file if it was altered or is not valid."""
    content = _read(path)
    try:
        return json.loads(content.decode("utf-8"))
    except ValueError as error:
        raise _damaged(path, error) from error


def write_csv(path: str | Path, table: Any) -> None:
    """Write a pandas DataFrame atomically, without its index, 9 significant digits."""
    with atomic_path(path) as temporary:
        table.to_csv(temporary, index=False, float_format=CSV_FLOAT_FORMAT, lineterminator="\n")


def read_csv(path: str | Path, columns: Sequence[str] = ()) -> Any:
    """Read a table as a pandas DataFrame.

    Raises DamagedFile naming the file if it was altered, is no table, or lacks one of `columns`.
    """
    import pandas as pd  # training and its checkpoints need none

    content = _read(path)
    try:
        table = pd.read_csv(io.BytesIO(content))
        missing = [name for name in columns if name not in table]
        if missing:
            raise ValueError(f"it lacks the columns {', '.join(missing)}")
    except ValueError as error:
        raise _damaged(path, error) from error
    return table


def write_npz(path: str | Path, arrays: Mapping[str, NDArray], record: Any) -> None:
    """Write arrays and a JSON record of what made them; the bytes depend on the content alone.

    Raises ValueError for an array of Python objects: reading it back would need pickle.
    """
    objects = [name for name, array in arrays.items() if np.asarray(array).dtype.hasobject]
    if objects:
        raise ValueError(f"object arrays are not written: {', '.join(objects)}")
    text = json.dumps({"arrays": sorted(arrays), "record": record}, sort_keys=True, allow_nan=False)
    with atomic_path(path, recorded=False) as temporary:
        contents: dict[str, Any] = {"record": np.array(text), **arrays}
        np.savez(temporary, **contents)
        _sign(temporary)


def read_npz(path: str | Path, written_by: str = "") -> tuple[dict[str, NDArray], Any]:
    """Arrays and record of `write_npz`; raises DamagedFile naming the file.

    written_by: the command to name in the message, which a damaged file cannot tell.
    """
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
        raise _damaged(path, error, written_by) from error


def read_record(path: str | Path) -> Any:
    """Only the record of `write_npz`, fast, whether or not the arrays are damaged."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            return json.loads(str(archive["record"][()]))["record"]
    except OSError:
        raise
    except Exception as error:
        raise _damaged(path, error) from error


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


def _read(path: str | Path) -> bytes:
    """The bytes of a file, if they are those that were written."""
    content = Path(path).read_bytes()
    _compare_digest(Path(path), hashlib.sha256(content).hexdigest())
    return content


def _compare_digest(path: Path, found: str) -> None:
    record = digest_path(path)
    if not record.parent.is_dir() and not _of_a_preset(path):
        return
    try:
        author, line = record.read_text(encoding="utf-8").splitlines()
        expected, name = line.split("  ")
        if not author.startswith("# written by ") or name != path.name:
            raise ValueError(line)
    except FileNotFoundError as error:
        raise _damaged(path, f"its digest {record} is missing") from error
    except ValueError as error:
        raise _damaged(path, f"its digest {record} is damaged itself") from error
    if found != expected:
        author = author.removeprefix("# written by ")
        raise _damaged(path, "its bytes are not those that were written", author)


def _writer(path: Path) -> str:
    """The script that writes a file of results/{preset}, by its name; empty if none is known."""
    matching = (script for pattern, script in _WRITERS.items() if path.match(pattern))
    return next(matching, "")


def _of_a_preset(path: Path) -> bool:
    """Whether a file lies under results/{preset} here: the workflow writes all that it reads."""
    results = Path(_RESULTS).absolute()
    path = path.absolute()
    return path.is_relative_to(results) and not path.is_relative_to(results / _SHIPPED)


def _command() -> str:
    """Name of the script that runs: what must run again if its file is damaged."""
    return Path(sys.argv[0]).name or "python"


def _damaged(path: str | Path, reason: object, written_by: str = "") -> DamagedFile:
    script = written_by or _writer(Path(path))
    again = f", which reruns {script}" if script else ""
    return DamagedFile(f"{path} is damaged ({reason}); delete it and run the workflow again{again}")
