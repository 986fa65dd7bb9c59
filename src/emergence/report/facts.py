"""Facts of a preset for the PDF: all that its text names and no other file holds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from emergence.papers import Exhibit, Paper, Product, load_paper
from emergence.report.captions import caption
from emergence.report.deviations import deviations
from emergence.verify.claims import count_by_class


def build_facts(
    paper_folder: str,
    expected: Mapping[str, Any],
    shipped: Mapping[str, Any] | None = None,
    claims: pd.DataFrame | None = None,
    discrepancies: pd.DataFrame | None = None,
) -> dict[str, Any]:
    """Everything but costs, so that equal results give equal facts.

    expected: config and protocol, the paper's configuration in this preset and in the preset of its
    own protocol. shipped: manifest of the runs, where tables were shipped. claims, discrepancies:
    None for a paper that has none.
    """
    paper, config = load_paper(Path(paper_folder).resolve()), expected["config"]
    trained = shipped["config"] if shipped else config
    counts = {} if claims is None else count_by_class(claims)
    return {
        "paper": {
            "name": paper.name,
            "title": paper.title,
            "protocol": " and ".join(paper.protocol),
        },
        "config": config,
        "trained": trained,
        "claims": [{"class": name, **statuses} for name, statuses in counts.items()],
        "discrepancies": 0 if discrepancies is None else len(discrepancies),
        "deviations": list(deviations(trained, expected["protocol"])),
        "exhibits": [
            _exhibit(paper, name, *entry, trained) for name, entry in sorted(paper.exhibits.items())
        ],
        "products": [
            {
                "name": name,
                "code": _file(paper.function(name).partition(":")[0]),
                "outputs": list(product.outputs.values()),
                "settings": _settings(product),
            }
            for name, product in paper.products.items()
        ],
    }


def _exhibit(
    paper: Paper, name: str, kind: str, module: str, entry: Exhibit, config: Mapping[str, Any]
) -> dict[str, Any]:
    """What the report says of a figure or table, with the files and settings behind it."""
    endings = {"figure": ("pdf", "png"), "table": ("csv", "typ")}[kind]
    settings = {*map(paper.origin, entry.tables.values()), *_settings(entry)} - {""}
    return {
        "kind": kind,
        "name": name,
        "number": _number(paper, name),
        "title": entry.title,
        "caption": caption(entry, config),
        "code": _file(module),
        "inputs": list(entry.tables.values()),
        "outputs": [f"{kind}s/{name}.{ending}" for ending in endings],
        "settings": sorted(settings),
    }


def _number(paper: Paper, name: str) -> int:
    """The paper's number in an exhibit's name; a name without one is counted after these."""
    kind = paper.exhibits[name][0]
    same = sorted(one for one, (its, *_) in paper.exhibits.items() if its == kind)
    numbers = {one: int(found[0]) for one in same if (found := re.search(r"\d+", one))}
    further = [one for one in same if one not in numbers]
    if name in numbers:
        return numbers[name]
    return max(numbers.values(), default=0) + 1 + further.index(name)


def _settings(entry: Exhibit | Product) -> list[str]:
    """Keys of the configuration that an entry's arguments come from."""
    if isinstance(entry.arguments, str):
        return [entry.arguments] if entry.arguments else []
    return sorted(entry.arguments.values())


def _file(module: str) -> str:
    """Path of a module of the kit, relative to the repository, or of a paper, to its base."""
    path = f"{module.replace('.', '/')}.py"
    return f"src/{path}" if module.startswith("emergence.") else path
