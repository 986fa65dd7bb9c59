"""Facts of a preset for the PDF: all that its text names and no other file holds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from emergence.papers import Exhibit, Paper
from emergence.report.captions import caption
from emergence.report.deviations import deviations
from emergence.verify.claims import FAIL, NOT_TESTED, PASS


def build_facts(
    paper: Paper,
    run: Mapping[str, Any],
    config: Mapping[str, Any],
    trained: Mapping[str, Any],
    protocol: Mapping[str, Any],
    claims: pd.DataFrame,
    discrepancies: pd.DataFrame,
) -> dict[str, Any]:
    """Everything but costs, so that equal results give equal facts.

    run: preset, source, root_seed, and trained, the preset that trained the networks: the same one
    unless tables were shipped. config, trained, protocol: the paper's block of the configuration of
    this preset, of that one, and of the preset with the paper's protocol.
    """
    status = claims["status"].value_counts()
    return {
        "run": run,
        "title": paper.title,
        "config": config,
        "trained": trained,
        "claims": {name: int(status.get(name, 0)) for name in (PASS, FAIL, NOT_TESTED)},
        "discrepancies": len(discrepancies),
        "deviations": list(deviations(trained, protocol)),
        "exhibits": [
            _exhibit(paper, name, *entry, trained) for name, entry in sorted(paper.exhibits.items())
        ],
    }


def _exhibit(
    paper: Paper, name: str, kind: str, module: str, entry: Exhibit, config: Mapping[str, Any]
) -> dict[str, Any]:
    """What the report says of a figure or table, with the files and settings behind it."""
    endings = {"figure": ("pdf", "png"), "table": ("csv", "typ")}[kind]
    found = re.search(r"\d+", name)
    if found is None:
        raise ValueError(f"{name} has no number")
    own = [entry.arguments] if isinstance(entry.arguments, str) else entry.arguments.values()
    settings = {*map(paper.origin, entry.tables.values()), *own} - {""}
    return {
        "kind": kind,
        "name": name,
        "number": int(found[0]),
        "title": entry.title,
        "caption": caption(entry, config),
        "code": f"{module.replace('.', '/')}.py",
        "inputs": list(entry.tables.values()),
        "outputs": [f"{kind}s/{name}.{ending}" for ending in endings],
        "settings": sorted(settings),
    }
