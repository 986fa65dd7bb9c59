"""Check a preset: no output missing, no file altered, every claim as expected or explained."""

import argparse
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from emergence.cli.command import run
from emergence.store.files import DamagedFile, read_csv, read_json
from emergence.verify.claims import counts_in_words, unexpected
from emergence.verify.manifest import damaged_arrays, damaged_outputs, unexpected_contents

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument(
    "--expected",
    type=Path,
    nargs="+",
    required=True,
    help="in each paper's folder: its configuration and the outputs that the workflow makes of it",
)


def main(arguments: argparse.Namespace) -> int:
    """Run the command."""
    problems = [
        problem for path in arguments.expected for problem in check(path.parent, read_json(path))
    ]
    for problem in problems:
        logging.error("%s", problem)
    return 1 if problems else 0


def check(results: Path, expected: Mapping[str, Any]) -> list[str]:
    """What is wrong with the results of one paper, one line each.

    expected: config, its configuration, and outputs, what the workflow makes of it.
    """
    manifest_file, record_file = results / "manifest.json", results / "report" / "record.json"
    for path in (manifest_file, record_file):
        if not path.exists():
            raise FileNotFoundError(f"{path} does not exist: run the workflow first")
    manifest, record = read_json(manifest_file), read_json(record_file)
    problems = unexpected_contents(manifest, expected["config"], expected["outputs"])
    problems += damaged_outputs(manifest) + damaged_outputs(record)
    problems += damaged_arrays(results)
    try:
        found, wrong = judge(results, manifest["outputs"])
        problems += wrong
    except (DamagedFile, FileNotFoundError):  # a problem named above
        found = "not judged"
    beside = ", ".join(name.removeprefix(f"{results}/") for name in record["outputs"])
    outputs = len(manifest["outputs"])
    logging.info("%s: %d outputs checked, and %s; claims: %s", results, outputs, beside, found)
    return problems


def judge(results: Path, outputs: Mapping[str, str]) -> tuple[str, list[str]]:
    """Claims by status in words, and what is wrong with them; a paper may have none."""
    if f"{results}/claims.csv" not in outputs:
        return "none", []
    claims = read_csv(results / "claims.csv")
    explained = f"{results}/discrepancies.csv" in outputs
    rows = read_csv(results / "discrepancies.csv") if explained else pd.DataFrame({"id": []})
    return counts_in_words(claims), unexpected(claims, rows)


if __name__ == "__main__":
    run(parser, main)
