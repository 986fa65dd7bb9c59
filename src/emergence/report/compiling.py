"""Typst to PDF: the same bytes for the same inputs, without network or the system's fonts."""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import typst

from emergence.store.files import atomic_path
from emergence.store.provenance import file_digest

_LAYOUT = Path(__file__).with_name("layout.typ")
_REPORT = Path(__file__).with_name("report.typ")  # of a paper that has none of its own


class CompilationError(ValueError):
    """Typst source that does not compile; the message shows the place."""


def report_sources(paper: Path) -> list[Path]:
    """What the written report of a paper is made of: its Typst source, references, the layout."""
    own = sorted(paper.glob("*.typ"))
    return [*(own or [_REPORT]), *sorted(paper.glob("*.bib")), _LAYOUT]


def compile_pdf(paper: Path, results: Path, output: Path) -> None:
    """Compile report.typ of a paper's folder, which reads a folder of results as its root.

    The sources are copied there for as long as it takes: Typst reads nothing outside its root.
    Fonts are those embedded in the typst package. Raises CompilationError; warnings are logged.
    """
    with tempfile.TemporaryDirectory(prefix=".report-", dir=results) as copies:
        for source in report_sources(paper):
            shutil.copy(source, copies)
        try:
            content, warnings = typst.compile_with_warnings(
                str(Path(copies) / "report.typ"),
                root=str(results),
                ignore_system_fonts=True,
                format="pdf",
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
