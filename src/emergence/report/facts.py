"""Facts of a preset for the PDF: all that its text names and no other file holds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from emergence.analysis.fitting import AUTHORS_INITIAL_STRENGTH_DIVISOR
from emergence.config.load import PAPER_FILE, load_config
from emergence.report.captions import caption
from emergence.report.deviations import deviations
from emergence.store.files import read_csv, read_json
from emergence.verify.claims import FAIL, NOT_TESTED, PASS
from paper.nam2024.claims.training_claims import PAPER_CONSTANTS


def build_facts(
    config: Mapping[str, Any],
    trained: Mapping[str, Any],
    results: Path,
    exhibits: Mapping[str, Mapping[str, Any]],
    templates: Mapping[str, str],
) -> dict[str, Any]:
    """Everything but costs, so that equal results give equal facts.

    config: of this preset. trained: of the preset that trained the networks, the same unless tables
    were shipped. results: folder of the preset, of which claims.csv, discrepancies.csv and the
    fits of the calibrations are read. exhibits: figures and tables by name, each with its kind
    ("figure" or "table"), rule, module, inputs and outputs. templates: of captions, by kind.
    """
    claims = read_csv(results / "claims.csv")
    status = claims["status"].value_counts()
    return {
        "config": config,
        "trained": trained,
        "claims": {name: int(status.get(name, 0)) for name in (PASS, FAIL, NOT_TESTED)},
        "discrepancies": len(read_csv(results / "discrepancies.csv")),
        "calibration": _calibration(results, trained),
        "initial_strength_divisor": AUTHORS_INITIAL_STRENGTH_DIVISOR,
        "deviations": list(deviations(trained, load_config([PAPER_FILE]))),
        "exhibits": [
            _exhibit(name, entry, templates[entry["kind"]], trained)
            for name, entry in sorted(exhibits.items())
        ],
    }


def _calibration(results: Path, trained: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Fitted constants beside the paper's, with whether the interval holds the latter."""
    rows = []
    for name, experiment in trained["experiments"].items():
        path = results / "fits" / f"{name}.json"
        if path.is_file():
            fit, paper = read_json(path), PAPER_CONSTANTS[experiment["resource"]]
            contained = fit["low"] <= paper <= fit["high"]
            rows.append({**fit, "resource": experiment["resource"], "paper": paper})
            rows[-1]["contains_paper"] = contained
    return rows


def _exhibit(
    name: str, entry: Mapping[str, Any], template: str, config: Mapping[str, Any]
) -> dict[str, Any]:
    kind = entry["kind"]
    written = caption(template, config, **{kind: name})
    found = re.search(r"\d+", name)
    if found is None:
        raise ValueError(f"{name} has no number")
    return {
        **entry,
        "name": name,
        "number": int(found[0]),
        "title": written.title,
        "caption": written.text,
        "code": f"src/{entry['module'].replace('.', '/')}.py",
        "settings": sorted(
            {key for path in entry["inputs"] if (key := settings_key(path, config))}
            or ({f"tables.{name}"} if name in config["tables"] else set())
        ),
    }


def settings_key(path: str, config: Mapping[str, Any]) -> str | None:
    """The block of the configuration that a product comes from, by its file's name; None if many.

    Files of a block start with its name: theory/figure06_loss.csv comes from theory.figure06.
    """
    block = "theory" if path.split("/")[-2:-1] == ["theory"] else "experiments"
    stem = Path(path).stem
    starts = [name for name in config[block] if stem == name or stem.startswith(f"{name}_")]
    return f"{block}.{max(starts, key=len)}" if starts else None
