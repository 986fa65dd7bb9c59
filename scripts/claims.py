"""Judge every claim of the paper against what this preset measured."""

import argparse
from pathlib import Path

from emergence.cli.command import run
from emergence.store.files import write_csv
from emergence.verify.claims import claim_table
from paper.nam2024.claims.collection import collect

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--results", type=Path, required=True, help="results folder of the preset")
parser.add_argument("--output", type=Path, required=True)


def main(arguments: argparse.Namespace) -> None:
    """Run the command."""
    write_csv(arguments.output, claim_table(collect(arguments.results)))


if __name__ == "__main__":
    run(parser, main)
