"""Put the graph of the rules into a Markdown file: reads `snakemake --rulegraph mermaid-js`.

Products that begin with the same word are drawn as one; arrows that others imply are left out.
"""

import argparse
import re
import sys
from collections import Counter
from pathlib import Path

from emergence.cli.command import run
from emergence.config.load import load_config
from emergence.report.documents import replace_part
from emergence.report.graphs import flow_chart

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("document", type=Path, help="Markdown with a part named rule graph")


def read_arrows(text: str, papers: list[str]) -> set[tuple[str, str]]:
    """Arrows between the rules of a Mermaid flow chart, without the papers in their names."""
    rules = dict(re.findall(r"^\s*(id\d+)\[(\w+)\]$", text, re.MULTILINE))
    products = {
        rule: rule.split("_", 1)[1]
        for rule in rules.values()
        if rule.startswith(tuple(f"{paper}_" for paper in papers))
    }
    kinds = Counter(product.split("_")[0] for product in products.values())
    for rule, product in products.items():
        kind = product.split("_")[0]
        products[rule] = kind if kinds[kind] > 1 else product
    names = {node: products.get(rule, rule) for node, rule in rules.items()}
    arrows = re.findall(r"^\s*(id\d+) --> (id\d+)$", text, re.MULTILINE)
    return {(names[first], names[then]) for first, then in arrows if names[first] != names[then]}


def main(arguments: argparse.Namespace) -> None:
    """Run the command."""
    papers = [Path(folder).name for folder in load_config([])["papers"]]
    arrows = read_arrows(sys.stdin.read(), papers)
    if not arrows:
        raise ValueError("no graph on standard input")
    replace_part(arguments.document, "rule graph", flow_chart(arrows, "LR"))


if __name__ == "__main__":
    run(parser, main, (ValueError,))
