"""Check a preset: no output missing, no file altered, every claim as expected or explained."""

import argparse
import logging
from pathlib import Path

from emergence.cli.arguments import json_object
from emergence.cli.command import run
from emergence.store.files import DamagedFile, read_csv, read_json
from emergence.verify.claims import unexpected
from emergence.verify.manifest import damaged_arrays, damaged_outputs, unexpected_contents

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--results", type=Path, required=True, help="results folder of the preset")
parser.add_argument("--config-json", type=json_object, required=True, help="the configuration")
parser.add_argument("--expected", nargs="+", required=True, help="what the workflow makes of it")
parser.add_argument("--record", type=Path, required=True, help="digests of PDF, costs and manifest")


def main(arguments: argparse.Namespace) -> int:
    """Run the command."""
    manifest_file = arguments.results / "manifest.json"
    for path in (manifest_file, arguments.record):
        if not path.exists():
            raise FileNotFoundError(f"{path} does not exist: run the workflow first")
    manifest, record = read_json(manifest_file), read_json(arguments.record)
    problems = unexpected_contents(manifest, arguments.config_json, arguments.expected)
    problems += damaged_outputs(manifest) + damaged_outputs(record)
    problems += damaged_arrays(arguments.results)
    try:
        claims = read_csv(arguments.results / "claims.csv")
        problems += unexpected(claims, read_csv(arguments.results / "discrepancies.csv"))
        counts = claims["status"].value_counts()
        found = ", ".join(f"{count} {status}" for status, count in counts.items())
    except (DamagedFile, FileNotFoundError):  # a problem named above
        found = "not judged"
    for problem in problems:
        logging.error("%s", problem)
    folder = f"{arguments.results}/"
    beside = ", ".join(name.removeprefix(folder) for name in record["outputs"])
    outputs = len(manifest["outputs"])
    logging.info("%d outputs checked, and %s; claims: %s", outputs, beside, found)
    return 1 if problems else 0


if __name__ == "__main__":
    run(parser, main)
