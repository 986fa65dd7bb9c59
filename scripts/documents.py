"""Rewrite the parts of the documents that papers, shipped results and code determine."""

import argparse
import ast
import importlib
import re
from collections.abc import Iterable, Iterator
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import pandas as pd

from emergence import columns
from emergence.cli.command import run
from emergence.config.documents import editor_schema, key_tables
from emergence.config.load import ConfigError, configuration_model, load_config
from emergence.config.schema import Schema, schema_of
from emergence.papers import ROOT, Paper, PaperError, load_paper
from emergence.report.documents import markdown_table, replace_part
from emergence.store.files import read_json, write_text
from emergence.verify.claims import FAIL, NOT_TESTED, PASS, STATUSES, count_by_class

CLAIM_COLUMNS = (
    *("class", "evidence", "claims", "where", "tolerance"),
    *("pass", "fail, explained by", "not tested"),
)

parser = argparse.ArgumentParser(description=__doc__)


def parts() -> dict[tuple[str, str], str]:
    """Text of each generated part, by document and name of the part.

    The module `judging` of a paper may add parts made of its shipped results.
    """
    papers = {paper.name: paper for paper in map(load_paper, _folders())}
    shipped = {name: ROOT / "results" / "shipped" / name for name in papers}
    claims = {
        name: pd.read_csv(file)
        for name, folder in shipped.items()
        if (file := folder / "claims.csv").is_file()
    }
    columns_of = _modules(papers, "columns")
    own: dict[tuple[str, str], str] = {}
    for name, module in _modules(papers, "judging").items():
        own |= module.parts(shipped[name])
    config = load_config([])
    return {
        **own,
        ("CONTRIBUTING.md", "room graph"): flow_chart(arrows(ROOT / "src" / "emergence")),
        ("config/README.md", "keys"): f"\n{key_tables(configuration_schema(config), config)}\n",
        ("README.md", "counts"): sections({n: claim_counts(t) for n, t in claims.items()}, "###"),
        ("README.md", "map"): sections({n: exhibit_map(p) for n, p in papers.items()}, "###"),
        ("ARTIFACT.md", "experiments"): sections(
            {name: experiment_list(folder) for name, folder in shipped.items()}, "###"
        ),
        ("ARTIFACT.md", "claims"): sections({n: claim_list(t) for n, t in claims.items()}, "###"),
        ("docs/tables.md", "tables"): sections(
            {name: columns.markdown(module.TABLES) for name, module in columns_of.items()}, "#"
        ),
    }


def configuration_schema(config: dict[str, Any]) -> Schema:
    """JSON schema of the configuration of the papers that the default builds."""
    return schema_of(configuration_model(tuple(config["papers"])))


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


def flow_chart(arrows: set[tuple[str, str]]) -> str:
    """A Mermaid chart, without arrows whose end is reached in another way.

    Raises ValueError for arrows in a circle.
    """
    ends: dict[str, set[str]] = {start: set() for start, _ in arrows}
    for start, end in arrows:
        ends[start].add(end)
    reached: dict[str, set[str]] = {}
    for name in TopologicalSorter(ends).static_order():
        direct = ends.get(name, set())
        reached[name] = direct.union(*(reached[end] for end in direct))
    kept = {(a, b) for a, b in arrows if not any(b in reached[end] for end in ends[a] - {b})}
    chart = "".join(f"    {a} --> {b}\n" for a, b in sorted(kept))
    return f"```mermaid\nflowchart TD\n{chart}```\n"


def _folders() -> list[Path]:
    """Folders of the papers of this checkout."""
    return [file.parent for file in sorted(ROOT.glob("paper/*/paper.py"))]


def _modules(papers: dict[str, Paper], name: str) -> dict[str, Any]:
    """The module of that name of each paper that has one."""
    return {
        paper.name: importlib.import_module(paper.module(name))
        for paper in papers.values()
        if paper.folder.joinpath(*name.split(".")).with_suffix(".py").is_file()
    }


def sections(texts: dict[str, str], level: str) -> str:
    """The text of each paper under its name, or that of the only one."""
    if len(texts) == 1:
        return "".join(texts.values())
    return "\n".join(f"{level} {name}\n\n{text}" for name, text in texts.items())


def exhibit_map(paper: Paper) -> str:
    """What each figure and table is made of."""
    rows = []
    for name, (kind, module, exhibit) in paper.exhibits.items():
        number = re.search(r"\d+", name)
        label = {"figure": "Fig.", "table": "Table"}[kind]
        products = [p for path in exhibit.tables.values() if (p := maker(paper, path))]
        rows.append(
            (
                _link(f"{label} {int(number[0])}" if number else name, module),
                exhibit.title,
                ", ".join(f"`{one}`" for one in networks(paper, exhibit.tables.values())),
                _products(paper, dict.fromkeys(products)),
            )
        )
    return markdown_table(("drawn by", "shows", "trained networks", "products"), rows)


def maker(paper: Paper, path: str) -> str:
    """Name of the product that makes a file; empty where none does."""
    return next((n for n, made in paper.products.items() if path in made.outputs.values()), "")


def networks(paper: Paper, paths: Iterable[str]) -> list[str]:
    """Experiments whose runs a file goes back to, in the paper's order; then other papers'."""
    found = set()
    for path in paths:
        if product := maker(paper, path):
            inputs = paper.inputs(product, paper.experiments) or {}
            listed = [[one] if isinstance(one, str) else one for one in inputs.values()]
            found |= set(networks(paper, [one for several in listed for one in several]))
        found |= {name for name in paper.experiments if path in paper.experiment_files([name])}
        if other := re.fullmatch(r"(\w+)/aggregated/(\w+?)(?:_runs)?\.csv", path):
            found.add(f"{other[1]}: {other[2]}")
    own = [name for name in paper.experiments if name in found]
    return own + sorted(found - set(own))


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
    rows = [[n, *(str(of[s]) for s in STATUSES)] for n, of in [*counts.items(), ("all", total)]]
    return markdown_table(("claims by class", "pass", "fail", "not tested"), rows)


def experiment_list(shipped: Path) -> str:
    """Shipped experiments of a paper: which preset made each, how many runs, how long.

    shipped: the paper's folder of shipped results.
    """
    preset, rows = read_json(shipped / "manifest.json")["preset"], []
    for file in sorted(shipped.glob("settings/*.json")):
        of = read_json(file)
        swept = {"data": "D", "parameters": "N"}.get(of["resource"], "")
        columns = ["value", "run"]
        runs = pd.read_csv(shipped / f"aggregated/{file.stem}_runs.csv", usecols=columns)
        each = runs.drop_duplicates()["value"].value_counts()
        values = f"{len(each)} {swept}".rstrip() if swept else "1"
        counts = _span(each).replace(" to ", "-")
        rows.append((f"`{file.stem}`", preset, values, counts, f"{of['steps']:,}"))
    return markdown_table(("experiment", "preset", "swept values", "runs of each", "steps"), rows)


def claim_list(claims: pd.DataFrame) -> str:
    """Families of claims and their outcome, by class and file of evidence."""
    rows = []
    for (kind, evidence), group in claims.groupby(["class", "evidence"], sort=False):
        counts = group["status"].value_counts()
        failed = group.loc[group["status"] == FAIL, "discrepancy"].dropna()
        links = ", ".join(sorted(failed.unique()))
        rows.append(
            (
                kind,
                f"`{evidence}`",
                families(group["id"]),
                "; ".join(group["source"].unique()),
                tolerances(group),
                str(counts.get(PASS, 0)),
                f"{counts.get(FAIL, 0)}{': ' + links if links else ''}",
                str(counts.get(NOT_TESTED, 0)),
            )
        )
    return markdown_table(CLAIM_COLUMNS, rows)


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
    write_text("config/schema.json", editor_schema(configuration_schema(load_config([]))) + "\n")
    for (document, name), text in parts().items():
        replace_part(Path(document), name, text)


if __name__ == "__main__":
    run(parser, main, (ConfigError, PaperError, ValueError))
