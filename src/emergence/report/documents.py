"""Parts of Markdown files that are written by commands, so that they cannot go stale."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from emergence.store.files import write_text


def replace_part(document: Path, name: str, text: str) -> None:
    """Put `text` between the lines `<!-- name: make documents -->` and `<!-- end of name -->`.

    Raises ValueError naming the document if it does not hold each line once, in this order.
    """
    start, end = f"<!-- {name}: make documents -->\n", f"<!-- end of {name} -->\n"
    content = document.read_text(encoding="utf-8")
    if content.count(start) != 1 or content.count(end) != 1 or end not in content.split(start)[1]:
        raise ValueError(f"{document} must hold the lines {start.strip()} and {end.strip()} once")
    before, rest = content.split(start)
    _, after = rest.split(end)
    write_text(document, f"{before}{start}{text}{end}{after}")


def markdown_table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table in Markdown."""
    header = list(header)
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
