"""A results folder with everything that the written report reads, made up in a second."""

import re
import shutil
from functools import partial
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from emergence.config.load import PAPER_FILE, load_config
from emergence.exhibits.style import save
from emergence.exhibits.typeset import typst_table
from emergence.report.cost import cost_of
from emergence.report.facts import build_facts
from emergence.store.files import read_json, write_csv, write_json, write_text
from emergence.verify.claims import Claim, claim_table
from emergence.verify.manifest import build_manifest
from paper.nam2024.discrepancies.collection import COLUMNS, STATEMENTS_FILE

PRESET = "madeup"
EXPLAINED = "21-data-law-strength"


def _claim(name, source, statement, *numbers, evidence="a.csv", **others):
    return Claim(*numbers, id=name, source=source, statement=statement, evidence=evidence, **others)


CLAIMS = [
    _claim(
        *("holds", "Eq. 1", "R_k/S is a number", 1.0, 1.01, 0.1),
        evidence="fits/x.csv",
        note="a reason",
    ),
    _claim("fails", "Fig. 1", "D_c is 800", 8e2, 4.0, 2.0, discrepancy=EXPLAINED),
    _claim("open", "Fig. 4", "k^(α+1) <b>&", 1.9, float("nan"), float("nan"), tested=False),
    _claim("bound", "Eq. 2", "at most one", 0.0, -1e-7, 0.0, comparison="at most"),
]


class Registry(dict):
    """The names of workflow/rules/registry.smk, for a configuration; modules as in common.smk."""

    def __init__(self, repository, config):
        def expand(pattern, **values):
            found = [pattern]
            for name, choices in values.items():
                found = [text.replace(f"{{{name}}}", c) for text in found for c in choices]
            return found

        rules = repository / "workflow" / "rules"
        source, common = rules / "registry.smk", (rules / "common.smk").read_text("utf-8")
        exec("\n".join(re.findall("^from emergence import .*", common, re.MULTILINE)), self)
        self.update(
            config=config,
            RESULTS=f"results/{config['preset']}",
            expand=expand,
            Path=Path,
        )
        exec(compile(source.read_text("utf-8"), str(source), "exec"), self)


@pytest.fixture(scope="session")
def registry(repository):
    """The registry of the default configuration, under a preset of its own."""
    return Registry(repository, {**load_config([]), "preset": PRESET})


def _emergence(name, block):
    rows = [(name, block["resource"], k, level) for k in (1, 2) for level in (0.1, 0.9)]
    table = pd.DataFrame(rows, columns=["experiment", "resource", "skill", "level"])
    measured = [100.0, float("nan"), float("-inf"), 40000.0]
    return table.assign(predicted=110.0, measured=measured, relative_error=[0.1, None, None, -0.99])


def _write_results(root, repository, config):
    """Sources of the report and a made-up results folder below `root`; returns the folder."""
    registry = Registry(repository, config)
    results = root / "results" / config["preset"]
    shutil.copytree(repository / "paper", root / "paper")
    drawn, _ = plt.subplots(figsize=(7, 2))
    save(drawn, [root / "any.pdf", root / "any.png"])
    for path in registry["figure_files"]():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(root / f"any{Path(path).suffix}", root / path)
    table = pd.DataFrame({"a": [1, 2], "b": ["x", "y_1"]})
    for name in registry["TABLES"]:
        write_csv(results / f"tables/{name}.csv", table)
        write_text(results / f"tables/{name}.typ", typst_table(table))
    for name, block in config["experiments"].items():
        if "calibration" in name:
            fit = {"experiment": name, "symbol": "B²", "value": 0.0447, "low": 0.044, "high": 0.045}
            fit |= {"confidence": 0.95, "residual": 0.01, "runs": 3, "points": 9}
            write_json(results / f"fits/{name}.json", fit)
        elif name in registry["CALIBRATION"]:
            write_csv(results / f"fits/{name}_emergence.csv", _emergence(name, block))
    row = {"experiment": "time", "architecture": "two-layer", "data_exponent": 0.6, "runs": 3}
    row |= {
        "expected": 1.6,
        "exponent": 1.7,
        "low": 1.6,
        "high": 1.8,
        "confidence": 0.95,
        "skills": 5,
    }
    write_csv(results / "fits/emergence_exponents.csv", pd.DataFrame([row | {"skills": 5}]))
    write_csv(results / "claims.csv", claim_table(CLAIMS))
    stated = pd.DataFrame(read_json(STATEMENTS_FILE)).assign(
        computed="1 against 2", evidence="a.csv"
    )
    write_csv(results / "discrepancies.csv", stated[COLUMNS])
    manifest = build_manifest(config, [], [])
    write_json(results / "manifest.json", manifest)
    write_json(results / "paper/cost.json", {"preset": cost_of(manifest, 12.0), "trained": None})
    templates = {
        kind: (repository / f"workflow/report/{kind}.rst").read_text("utf-8")
        for kind in ("figure", "table")
    }
    exhibits = registry["exhibits"]()
    facts = build_facts(config, config, results, exhibits, templates)
    write_json(results / "paper/facts.json", facts)
    return results


@pytest.fixture(scope="session")
def write_results(repository):
    """Make up what the report of a configuration reads: write_results(root, config)."""
    return partial(_write_results, repository=repository)


@pytest.fixture
def made_up(tmp_path, write_results, registry):
    """A made-up results folder in a root of its own."""
    return write_results(tmp_path, config=registry["config"])


@pytest.fixture(scope="session")
def paper_config():
    """The paper's protocol."""
    return load_config([PAPER_FILE])
