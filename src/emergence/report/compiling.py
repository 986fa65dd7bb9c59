"""Typst to PDF: the same bytes for the same inputs, without network or the system's fonts."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import typst

from emergence.store.files import atomic_path
from emergence.store.provenance import file_digest


class CompilationError(ValueError):
    """Typst source that does not compile; the message shows the place."""


def compile_pdf(source: Path, results: Path, output: Path, root: Path) -> None:
    """Compile `source`, which reads the results folder that `sys.inputs.results` names.

    source, results: below `root`, outside which Typst reads nothing. Fonts are those embedded in
    the typst package. Raises CompilationError; warnings are logged.
    """
    folder = f"/{results.resolve().relative_to(root.resolve()).as_posix()}"
    try:
        content, warnings = typst.compile_with_warnings(
            str(source),
            root=str(root),
            ignore_system_fonts=True,
            format="pdf",
            sys_inputs={"results": folder},
        )
    except typst.TypstError as error:
        raise CompilationError(error.diagnostic) from error
    for warning in warnings:
        logging.warning("%s", warning.diagnostic)
    with atomic_path(output) as temporary:
        temporary.write_bytes(content)


def record(files: Iterable[Path]) -> dict[str, Any]:
    """SHA-256 of files that no manifest holds, in the form of a manifest's outputs."""
    return {"outputs": {str(path): file_digest(path) for path in sorted(files)}}
