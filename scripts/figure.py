"""Draw one figure from the tables that earlier stages wrote."""

import argparse
import importlib
from pathlib import Path

from emergence.command import run
from emergence.files import read_csv
from emergence.plotting.style import save

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--module", required=True, help="module of emergence.plotting that draws it")
parser.add_argument("--table", nargs=2, action="append", metavar=("NAME", "CSV"), default=[])
parser.add_argument("--output", type=Path, nargs="+", required=True, help="PDF and PNG")


def main(arguments: argparse.Namespace) -> None:
    """Run the command."""
    module = importlib.import_module(f"emergence.plotting.{arguments.module}")
    tables = {name: read_csv(path) for name, path in arguments.table}
    save(module.draw(**tables), arguments.output)


if __name__ == "__main__":
    run(parser, main)
