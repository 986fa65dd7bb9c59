"""Compiles the C part of the lookup engine at first use and keeps it in a cache folder.

The file name holds a hash of the sources, the flags and everything the compiler predefines, which
includes its version and, under -march=native, the instruction set: a cache shared by different
machines holds one library for each.
"""

from __future__ import annotations

import hashlib
import itertools
import logging
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

_LOGGER = logging.getLogger(__name__)

BUILD_DIR_VARIABLE = "EMERGENCE_BUILD_DIR"

_SOURCE_DIR = Path(__file__).parent
_MAIN_SOURCE = _SOURCE_DIR / "lookup.c"
_FLAGS = (
    "-std=gnu11",
    "-O3",
    "-shared",
    "-fPIC",
    "-fvisibility=hidden",
    "-fno-strict-aliasing",  # tables are read as vectors and updated as floats
    "-pthread",
    "-fno-math-errno",  # sqrt as an instruction; rounding stays exact
    "-ffp-contract=fast",  # a*b + c rounds once wherever it can: GCC's default, not clang's
    "-w",
)
# The first combination the compiler accepts, tuned and threaded if it can, plain C otherwise; an
# earlier build is found before anything that failed then is tried again.
_MACHINE_FLAGS = (("-march=native",), ("-mcpu=native",), ())
_THREAD_FLAGS = (("-fopenmp",), ())


class LibraryUnavailable(RuntimeError):
    """The lookup engine's library cannot be built, kept or loaded on this machine."""


def compile_library(build_dir: Path | None = None, machine_flags: tuple[str, ...] = ()) -> Path:
    """Path of the shared library, compiled if the cache has none.

    Parameters
    ----------
    build_dir
        Cache folder. Default: the environment variable EMERGENCE_BUILD_DIR, else `build` beside
        pyproject.toml in a source checkout, else the user's cache folder.
    machine_flags
        Flags in place of -march=native, for a library that runs on other machines.

    Raises
    ------
    LibraryUnavailable
        If no compiler is found ($CC, cc, gcc, clang), none of the flags works (the message holds
        the compiler's last words), or the cache folder cannot be written.
    """
    compiler = _find_compiler()
    folder = build_dir or _default_build_dir()
    machine_options = (machine_flags,) if machine_flags else _MACHINE_FLAGS
    complaint, candidates = "", []
    for machine, threads in itertools.product(machine_options, _THREAD_FLAGS):
        flags = [*_FLAGS, *machine, *threads]
        macros = _run([*compiler, *flags, "-dM", "-E", "-x", "c", os.devnull])
        if macros.returncode:
            complaint = macros.stderr
            continue
        library = folder / f"lookup-{_digest(compiler, flags, macros.stdout)}.so"
        if library.exists():
            return library
        candidates.append((flags, library))
    for flags, library in candidates:
        complaint = _compile(compiler, flags, library)
        if not complaint:
            if "-fopenmp" not in flags:
                _LOGGER.warning("%s has no OpenMP: engine lookup uses one thread", compiler[0])
            return library
    raise LibraryUnavailable(f"{shlex.join(compiler)} cannot build the lookup engine: {complaint}")


def _find_compiler() -> list[str]:
    chosen = shlex.split(os.environ.get("CC", ""))
    candidates = [chosen] if chosen else [["cc"], ["gcc"], ["clang"]]
    for candidate in candidates:
        if shutil.which(candidate[0]):
            return candidate
    names = ", ".join(candidate[0] for candidate in candidates)
    raise LibraryUnavailable(
        f"no C compiler found (tried {names}); install gcc or clang, or set CC"
    )


def _default_build_dir() -> Path:
    if os.environ.get(BUILD_DIR_VARIABLE):
        return Path(os.environ[BUILD_DIR_VARIABLE])
    checkout = _SOURCE_DIR.parents[4]
    if (checkout / "pyproject.toml").exists() and os.access(checkout, os.W_OK):
        return checkout / "build"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "emergence"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "emergence"


def _digest(compiler: list[str], flags: list[str], macros: str) -> str:
    digest = hashlib.sha256("\0".join([*compiler, *flags, macros]).encode())
    for source in [_MAIN_SOURCE, *sorted(_SOURCE_DIR.glob("*.h"))]:
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


def _compile(compiler: list[str], flags: list[str], library: Path) -> str:
    """Build beside the target and rename, so that concurrent jobs never load half a file."""
    try:
        library.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=library.parent) as folder:
            built = Path(folder) / library.name
            result = _run([*compiler, *flags, "-o", str(built), str(_MAIN_SOURCE), "-lm"])
            if result.returncode:
                return result.stderr or f"exit status {result.returncode}"
            built.replace(library)
    except OSError as error:
        raise LibraryUnavailable(
            f"the library cannot be kept in {library.parent} ({error.strerror}); set "
            f"{BUILD_DIR_VARIABLE} to a folder that can be written"
        ) from error
    return ""


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        raise LibraryUnavailable(f"{command[0]} does not run: {error}") from error
