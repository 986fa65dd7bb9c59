"""Draw one figure from the tables that earlier stages wrote."""

import argparse
from pathlib import Path

from emergence.cli.arguments import WrongArguments, check_keywords, module_of
from emergence.cli.command import run
from emergence.exhibits.style import save
from emergence.store.files import read_csv

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument(
    "--module",
    type=module_of("emergence.plotting"),
    required=True,
    help="module of emergence.plotting that draws it",
)
parser.add_argument("--table", nargs=2, action="append", metavar=("NAME", "CSV"), default=[])
parser.add_argument("--output", type=Path, nargs="+", required=True, help="PDF and PNG")


def main(arguments: argparse.Namespace) -> None:
    """Run the command."""
    check_keywords(arguments.module.draw, dict(arguments.table))
    tables = {name: read_csv(path) for name, path in arguments.table}
    try:
        drawn = arguments.module.draw(**tables)
    except KeyError as error:
        raise WrongArguments(
            f"{arguments.module.__name__}: no table of it holds {error}"
        ) from error
    save(drawn, arguments.output)


if __name__ == "__main__":
    run(parser, main, (WrongArguments,))
