"""Compiling the lookup engine: cache, choice of compiler, and clear failures."""

from __future__ import annotations

import ctypes

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


def test_library_is_built_once_in_the_folder_of_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv(BUILD_DIR_VARIABLE, str(tmp_path / "new"))
    first = compile_library()
    built = first.stat().st_mtime_ns
    assert compile_library(tmp_path / "new") == first
    assert first.stat().st_mtime_ns == built
    assert list((tmp_path / "new").iterdir()) == [first]
    assert ctypes.CDLL(str(first)).lookup_advance


@pytest.fixture
def compiler_script(tmp_path, monkeypatch):
    """compiler_script(text): a shell script that is the compiler."""

    def write(text):
        path = tmp_path / "cc"
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
        monkeypatch.setenv("CC", str(path))

    return write


def test_compiler_s_complaint_is_passed_on(tmp_path, compiler_script):
    compiler_script("echo licence expired >&2; exit 1")
    with pytest.raises(LibraryUnavailable, match="licence expired"):
        compile_library(tmp_path / "build")


def test_compiler_without_threads_falls_back(tmp_path, compiler_script):
    """A compiler that refuses -fopenmp, as Apple's does, still gives a library."""
    compiler_script('case "$*" in *fopenmp*) exit 1;; esac; exec cc "$@"')
    assert compile_library(tmp_path / "build").exists()
