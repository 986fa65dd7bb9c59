"""Check a preset's outputs: nothing missing or altered, every claim as expected or explained."""

import argparse
import logging
from pathlib import Path

import pandas as pd

from emergence.claims.judging import unexpected
from emergence.command import run
from emergence.files import read_json
from emergence.manifest import damaged_outputs

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--manifest", type=Path, required=True)
parser.add_argument("--claims", type=Path, required=True)
parser.add_argument("--discrepancies", type=Path, required=True)


def main(arguments: argparse.Namespace) -> int:
    """Run the command."""
    claims = pd.read_csv(arguments.claims)
    problems = damaged_outputs(read_json(arguments.manifest))
    problems += unexpected(claims, pd.read_csv(arguments.discrepancies))
    for problem in problems:
        logging.error("%s", problem)
    counts = claims["status"].value_counts()
    logging.info(
        "%d outputs checked; claims: %s",
        len(read_json(arguments.manifest)["outputs"]),
        ", ".join(f"{count} {status}" for status, count in counts.items()),
    )
    return 1 if problems else 0


run(parser, main)
