"""Compiling the lookup engine: cache, choice of compiler, and clear failures."""

import pytest

from emergence.training.engines.lookup import compiler
from emergence.training.engines.lookup.compiler import BUILD_DIR_VARIABLE, compile_library
from emergence.training.engines.lookup.lookup import LookupEngine


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Where libraries go; they are compiled quickly."""
    monkeypatch.setattr(compiler, "_FLAGS", (*compiler._FLAGS, "-O0"))
    monkeypatch.setenv(BUILD_DIR_VARIABLE, str(tmp_path / "build"))
    return tmp_path / "build"


def test_library_is_built_once_and_a_damaged_one_is_named(folder):
    library = compile_library()
    built = library.stat().st_mtime_ns
    assert compile_library() == library
    assert library.stat().st_mtime_ns == built
    assert list(folder.iterdir()) == [library]
    library.write_bytes(b"no library")
    assert "cannot be loaded" in LookupEngine.missing("cpu")
    library.unlink()
    assert LookupEngine.missing("cpu") == ""


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (None, "no C compiler found (tried no-such-compiler); install gcc or clang"),
        ("echo licence expired >&2; exit 1", "licence expired"),
        # refuses -fopenmp, as Apple's does
        ('case "$*" in *fopenmp*) exit 1;; esac; exec cc "$@"', ""),
    ],
)
def test_a_compiler_that_is_absent_broken_or_without_threads(tmp_path, monkeypatch, script, said):
    monkeypatch.setenv("CC", "no-such-compiler" if script is None else str(tmp_path / "cc"))
    (tmp_path / "cc").write_text(f"#!/bin/sh\n{script}\n")
    (tmp_path / "cc").chmod(0o755)
    found = LookupEngine.missing("cpu")
    assert said in found
    assert bool(found) == bool(said)


def test_a_folder_that_cannot_be_written_is_named(folder):
    folder.touch()
    said = LookupEngine.missing("cpu")
    assert f"cannot be kept in {folder}" in said
    assert "set EMERGENCE_BUILD_DIR to a folder that can be written" in said
