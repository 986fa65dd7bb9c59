"""Rewrite the generated parts of README.md, ARTIFACT.md, docs/tables.md and docs/judging.md."""

import argparse
import importlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pandas as pd

from emergence import columns
from emergence.cli.command import run
from emergence.papers import ROOT, Paper, PaperError, load_paper
from emergence.report.documents import replace_part
from emergence.verify.claims import FAIL, NOT_TESTED, PASS, STATUSES, count_by_class

MAP_HEADER = """\
| drawn by | shows | trained networks | products |
| --- | --- | --- | --- |
"""
CLAIMS_HEADER = """\
| class | evidence | claims | where | tolerance | pass | fail, explained by | not tested |
| --- | --- | --- | --- | --- | --- | --- | --- |
"""
COUNTS_HEADER = """\
| claims by class | pass | fail | not tested |
| --- | --- | --- | --- |
"""

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--paper", default="paper/nam2024", help="folder of the paper they are about")


def parts(folder: str) -> dict[tuple[str, str], str]:
    """Text of each generated part, by document and name of the part."""
    paper = load_paper(folder)
    tables = importlib.import_module(paper.module("columns")).TABLES
    shipped = ROOT / "results" / "shipped" / paper.name
    claims = pd.read_csv(shipped / "claims.csv")
    return {
        **importlib.import_module(paper.module("judging")).parts(shipped),
        ("README.md", "counts"): claim_counts(claims),
        ("README.md", "map"): MAP_HEADER + "".join(map_rows(paper)),
        ("ARTIFACT.md", "claims"): CLAIMS_HEADER + "".join(claim_rows(claims)),
        ("docs/tables.md", "tables"): columns.markdown(tables),
    }


def map_rows(paper: Paper) -> Iterator[str]:
    """What each figure and table is made of, one line of a Markdown table each."""
    for name, (kind, module, exhibit) in paper.exhibits.items():
        number = re.search(r"\d+", name)
        label = {"figure": "Fig.", "table": "Table"}[kind]
        products = [p for path in exhibit.tables.values() if (p := maker(paper, path))]
        cells = (
            _link(f"{label} {int(number[0])}" if number else name, module),
            exhibit.title,
            ", ".join(f"`{one}`" for one in networks(paper, exhibit.tables.values())),
            _products(paper, dict.fromkeys(products)),
        )
        yield f"| {' | '.join(cells)} |\n"


def maker(paper: Paper, path: str) -> str:
    """Name of the product that makes a file; empty where none does."""
    return next((n for n, made in paper.products.items() if path in made.outputs.values()), "")


def networks(paper: Paper, paths: Iterable[str]) -> list[str]:
    """Experiments whose runs a file goes back to, in the paper's order."""
    found = set()
    for path in paths:
        if product := maker(paper, path):
            inputs = paper.inputs(product, paper.experiments) or {}
            listed = [[one] if isinstance(one, str) else one for one in inputs.values()]
            found |= set(networks(paper, [one for several in listed for one in several]))
        found |= {name for name in paper.experiments if path in paper.experiment_files([name])}
    return [name for name in paper.experiments if name in found]


def _products(paper: Paper, products: Iterable[str]) -> str:
    """Products, with a link to each module that makes some of them."""
    made: dict[str, list[str]] = {}
    for name in products:
        made.setdefault(paper.function(name).partition(":")[0], []).append(f"`{name}`")
    return "; ".join(
        f"{', '.join(names)} ({_link(module.rpartition('.')[2], module)})"
        for module, names in made.items()
    )


def _link(text: str, module: str) -> str:
    """A link to the file of a module."""
    folder = "src/" if module.startswith("emergence.") else ""
    return f"[{text}]({folder}{module.replace('.', '/')}.py)"


def claim_counts(claims: pd.DataFrame) -> str:
    """How many claims of each class hold, fail with an explanation, or are not tested."""
    counts = count_by_class(claims)
    total = {status: sum(of[status] for of in counts.values()) for status in STATUSES}
    lines = [
        f"| {name} | {' | '.join(str(of[status]) for status in STATUSES)} |\n"
        for name, of in [*counts.items(), ("all", total)]
    ]
    return COUNTS_HEADER + "".join(lines)


def claim_rows(claims: pd.DataFrame) -> Iterator[str]:
    """One line of a Markdown table for each class and file of evidence."""
    for (kind, evidence), group in claims.groupby(["class", "evidence"], sort=False):
        counts = group["status"].value_counts()
        failed = group.loc[group["status"] == FAIL, "discrepancy"].dropna()
        links = ", ".join(sorted(failed.unique()))
        cells = (
            kind,
            f"`{evidence}`",
            families(group["id"]),
            "; ".join(group["source"].unique()),
            tolerances(group),
            str(counts.get(PASS, 0)),
            f"{counts.get(FAIL, 0)}{': ' + links if links else ''}",
            str(counts.get(NOT_TESTED, 0)),
        )
        yield f"| {' | '.join(cells)} |\n"


def families(identifiers: pd.Series) -> str:
    """Identifiers without the numbers (α, skill, level) that end them, each once."""
    names = identifiers.map(lambda name: re.sub(r"(-[\d.]+)+$", "-*", name))
    return ", ".join(f"`{name}`" for name in names.unique())


def tolerances(claims: pd.DataFrame) -> str:
    """Shares of the expected value where it is not zero and one tolerance fits all, else sizes."""
    within = claims[claims["comparison"] == "within"]
    texts = []
    relative = within[(within["expected"] != 0) & (within["tolerance"] > 0)]
    absolute = within[(within["expected"] == 0) & (within["tolerance"] > 0)]
    if len(relative):
        shares = 100 * relative["tolerance"] / relative["expected"].abs()
        texts.append(f"{_span(shares)} %")
    if len(absolute):
        texts.append(f"{_span(absolute['tolerance'])} about 0")
    if (within["tolerance"] == 0).any():
        texts.append("equal")
    if len(within) < len(claims):
        texts.append("bound")
    return "; ".join(texts)


def _span(values: pd.Series) -> str:
    low, high = (f"{float(f'{value:.2g}'):g}" for value in (values.min(), values.max()))
    return low if low == high else f"{low} to {high}"


def main(arguments: argparse.Namespace) -> None:
    """Run the command."""
    for (document, name), text in parts(arguments.paper).items():
        replace_part(Path(document), name, text)


if __name__ == "__main__":
    run(parser, main, (PaperError, ValueError))
