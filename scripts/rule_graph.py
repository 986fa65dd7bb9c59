"""Put the graph of the rules into a Markdown file: reads `snakemake --rulegraph mermaid-js`.

Rules theory_* are drawn as one, arrows that others imply are left out, names are sorted.
"""

import argparse
import re
import sys
from pathlib import Path

from emergence.cli.command import run
from emergence.report.documents import replace_part

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("document", type=Path, help="Markdown with a part named rule graph")


def read_arrows(text: str) -> set[tuple[str, str]]:
    """Arrows between the rules of a Mermaid flow chart."""
    names = {
        node: re.sub("^theory_.*", "theory", rule)
        for node, rule in re.findall(r"^\s*(id\d+)\[(\w+)\]$", text, re.MULTILINE)
    }
    arrows = re.findall(r"^\s*(id\d+) --> (id\d+)$", text, re.MULTILINE)
    return {(names[first], names[then]) for first, then in arrows if names[first] != names[then]}


def without_implied(arrows: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Arrows whose end is not reached in another way; there must be no cycle."""

    def reaches(start: str, end: str) -> bool:
        return any(a == start and (b == end or reaches(b, end)) for a, b in arrows)

    return {
        (start, end)
        for start, end in arrows
        if not any(a == start and b != end and reaches(b, end) for a, b in arrows)
    }


def main(arguments: argparse.Namespace) -> None:
    """Run the command."""
    arrows = sorted(without_implied(read_arrows(sys.stdin.read())))
    if not arrows:
        raise ValueError("no graph on standard input")
    chart = "".join(f"    {first} --> {then}\n" for first, then in arrows)
    replace_part(arguments.document, "rule graph", f"```mermaid\nflowchart LR\n{chart}```\n")


if __name__ == "__main__":
    run(parser, main, (ValueError,))
