"""Put the graph of the rooms of src/emergence into a Markdown file: which imports which."""

import argparse
import ast
from collections.abc import Iterator
from pathlib import Path

from emergence.cli.command import run
from emergence.config.load import REPOSITORY
from emergence.report.documents import replace_part
from emergence.report.graphs import flow_chart

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("document", type=Path, help="Markdown with a part named room graph")


def imports(path: Path) -> Iterator[str]:
    """Full names of the modules, or of what of them, that a source file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def arrows(package: Path) -> set[tuple[str, str]]:
    """(room, room that it imports): folders of a package and modules beside them, not its face."""
    found = set()
    for path in package.rglob("*.py"):
        room = path.relative_to(package).with_suffix("").parts[0]
        names = [name for name in imports(path) if name.startswith(f"{package.name}.")]
        found |= {(room, name.split(".")[1]) for name in names if room != "__init__"}
    return {(room, target) for room, target in found if room != target}


def main(arguments: argparse.Namespace) -> None:
    """Run the command."""
    chart = flow_chart(arrows(REPOSITORY / "src" / "emergence"), "TD")
    replace_part(arguments.document, "room graph", chart)


if __name__ == "__main__":
    run(parser, main)
