"""What a build left: its files by hash, and that none is half-written."""

import json

from emergence.store.files import read_npz
from emergence.store.provenance import file_digest

# What may differ between equal builds: it says when, and how long it took.
TIMED_FOLDERS = ("logs", "benchmarks")
TIMED = ("manifest.json", "report.pdf", "report/cost.json", "report/record.json")


def _timed(results, path):
    relative = path.relative_to(results)
    return relative.parts[0] in TIMED_FOLDERS or str(relative) in TIMED


def hashes(results):
    """SHA-256 of every file of a paper that must be the same in an equal build."""
    found = {
        str(path.relative_to(results)): file_digest(path)
        for path in results.rglob("*")
        if path.is_file() and not _timed(results, path)
    }
    if (results / "manifest.json").exists():
        manifest = json.loads((results / "manifest.json").read_text())
        found["outputs of the manifest"] = manifest["outputs"]
    return found


def assert_equal(first, second, without=()):
    """That two builds have the same files with the same bytes."""
    names = {name for name in first.keys() | second.keys() if not name.startswith(tuple(without))}
    assert not {name for name in names if first.get(name) != second.get(name)}


def assert_whole(results, unbroken):
    """That every file with a final name is complete, whatever happened to the jobs.

    unbroken: `hashes` of an undisturbed build. It left no checkpoints, which hash themselves.
    """
    for path in results.rglob("*"):
        if not path.is_file() or ".partial" in path.name or _timed(results, path):
            continue
        if path.suffix == ".npz":
            read_npz(path)
        else:
            name = str(path.relative_to(results))
            assert file_digest(path) == unbroken[name], name


def partial_files(folder):
    """Temporary files that a writer left."""
    return [path for path in folder.rglob("*.partial*") if path.is_file()]
