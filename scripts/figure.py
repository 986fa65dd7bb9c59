"""Draw one figure from the tables that earlier stages wrote."""

import argparse
from pathlib import Path

from emergence.cli.arguments import (
    WrongArguments,
    check_keywords,
    json_object,
    module_named,
)
from emergence.cli.command import run
from emergence.exhibits.style import save
from emergence.store.files import read_csv

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--module", type=module_named("draw"), required=True, help="what draws it")
parser.add_argument(
    "--input", nargs=2, action="append", metavar=("NAME", "CSV"), default=[], help="a table"
)
parser.add_argument(
    "--arguments", type=json_object, default="{}", metavar="JSON", help="its other arguments"
)
parser.add_argument("--output", type=Path, nargs="+", required=True, help="PDF and PNG")


def main(arguments: argparse.Namespace) -> None:
    """Run the command."""
    draw = arguments.module.draw
    check_keywords(draw, {**dict(arguments.input), **arguments.arguments})
    tables = {name: read_csv(path) for name, path in arguments.input}
    try:
        drawn = draw(**tables, **arguments.arguments)
    except KeyError as error:
        raise WrongArguments(
            f"{arguments.module.__name__}: no table of it holds {error}"
        ) from error
    save(drawn, arguments.output)


if __name__ == "__main__":
    run(parser, main, (WrongArguments,))
