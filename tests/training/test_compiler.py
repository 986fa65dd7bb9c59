"""Compiling the lookup engine: cache, choice of compiler, and clear failures."""

from __future__ import annotations

import ctypes
import stat

import pytest

from emergence.training.engines.lookup import compiler
from emergence.training.engines.lookup.compiler import (
    BUILD_DIR_VARIABLE,
    LibraryUnavailable,
    compile_library,
)


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(compiler, "_FLAGS", (*compiler._FLAGS, "-O0"))


def test_library_is_built_once(tmp_path):
    first = compile_library(tmp_path)
    built = first.stat().st_mtime_ns
    assert compile_library(tmp_path) == first
    assert first.stat().st_mtime_ns == built
    assert [path.name for path in tmp_path.iterdir()] == [first.name]
    assert ctypes.CDLL(str(first)).lookup_advance


def test_environment_names_the_folder(tmp_path, monkeypatch):
    monkeypatch.setenv(BUILD_DIR_VARIABLE, str(tmp_path / "new"))
    assert compile_library().parent == tmp_path / "new"


def test_compiler_s_complaint_is_passed_on(tmp_path, monkeypatch):
    broken = tmp_path / "cc"
    broken.write_text("#!/bin/sh\necho licence expired >&2\nexit 1\n")
    broken.chmod(broken.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("CC", str(broken))
    with pytest.raises(LibraryUnavailable, match="licence expired"):
        compile_library(tmp_path / "build")


def test_compiler_without_threads_falls_back(tmp_path, monkeypatch):
    """A compiler that refuses -fopenmp, as Apple's does, still gives a library."""
    wrapper = tmp_path / "cc"
    wrapper.write_text('#!/bin/sh\ncase "$*" in *fopenmp*) exit 1;; esac\nexec cc "$@"\n')
    wrapper.chmod(wrapper.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("CC", str(wrapper))
    library = compile_library(tmp_path / "build")
    assert library.exists()
    built = library.stat().st_mtime_ns
    assert compile_library(tmp_path / "build").stat().st_mtime_ns == built
