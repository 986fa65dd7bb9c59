"""Rewrite the generated parts of README.md, ARTIFACT.md and docs/tables.md."""

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
from emergence.verify.claims import FAIL, NOT_TESTED, PASS

MAP_HEADER = """\
| drawn by | shows | trained networks | products |
| --- | --- | --- | --- |
"""
CLAIMS_HEADER = """\
| evidence | claims | where in the paper | tolerance | pass | fail, explained by | not tested |
| --- | --- | --- | --- | --- | --- | --- |
"""

parser = argparse.ArgumentParser(description=__doc__)


def parts() -> dict[tuple[str, str], str]:
    """Text of each generated part, by document and name of the part."""
    papers = [load_paper(file.parent) for file in sorted(ROOT.glob("paper/*/paper.py"))]
    claims = {
        paper.name: pd.read_csv(file)
        for paper in papers
        if (file := ROOT / "results" / "shipped" / paper.name / "claims.csv").is_file()
    }
    tables = {
        paper.name: columns.markdown(importlib.import_module(paper.module("columns")).TABLES)
        for paper in papers
        if (paper.folder / "columns.py").is_file()
    }
    maps = {paper.name: MAP_HEADER + "".join(map_rows(paper)) for paper in papers}
    rows = {name: CLAIMS_HEADER + "".join(claim_rows(table)) for name, table in claims.items()}
    return {
        ("README.md", "counts"): "".join(claim_counts(*item) for item in claims.items()),
        ("README.md", "map"): sections(maps, "###"),
        ("ARTIFACT.md", "claims"): sections(rows, "###"),
        ("docs/tables.md", "tables"): sections(tables, "#"),
    }


def sections(texts: dict[str, str], level: str) -> str:
    """The text of each paper under its name, or that of the only one."""
    if len(texts) == 1:
        return "".join(texts.values())
    return "\n".join(f"{level} {name}\n\n{text}" for name, text in texts.items())


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


def claim_counts(paper: str, claims: pd.DataFrame) -> str:
    """One sentence: how many claims hold."""
    counts = claims["status"].value_counts()
    passed, failed, untested = (int(counts.get(status, 0)) for status in (PASS, FAIL, NOT_TESTED))
    return (
        f"Of {len(claims)} claims of `{paper}`, {passed} pass, {failed} fail with an explanation,\n"
        f"and {untested} are not tested at this scale.\n"
    )


def claim_rows(claims: pd.DataFrame) -> Iterator[str]:
    """One line of a Markdown table for each file of evidence."""
    for evidence, group in claims.groupby("evidence", sort=False):
        counts = group["status"].value_counts()
        failed = group.loc[group["status"] == FAIL, "discrepancy"].dropna()
        links = ", ".join(sorted(failed.unique()))
        cells = (
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
    for (document, name), text in parts().items():
        replace_part(Path(document), name, text)


if __name__ == "__main__":
    run(parser, main, (PaperError, ValueError))
