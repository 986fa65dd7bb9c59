"""Write one table, as CSV and as a Typst fragment, from the tables that earlier stages wrote."""

import argparse
import inspect
from pathlib import Path

from emergence.cli.arguments import (
    WrongArguments,
    check_keywords,
    json_object,
    module_named,
)
from emergence.cli.command import run
from emergence.exhibits.typeset import typst_table
from emergence.randomness import Stream, stream_key
from emergence.store.files import read_csv, write_csv, write_text

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument(
    "--module", type=module_named("build", "layout"), required=True, help="what builds it"
)
parser.add_argument(
    "--input", nargs=2, action="append", metavar=("NAME", "CSV"), default=[], help="a table"
)
parser.add_argument(
    "--arguments", type=json_object, default="{}", metavar="JSON", help="its other arguments"
)
parser.add_argument("--root-seed", type=int, default=0, help="seed of a table that draws")
parser.add_argument("--csv-output", type=Path, required=True)
parser.add_argument("--typst-output", type=Path, required=True)


def main(arguments: argparse.Namespace) -> None:
    """Run the command."""
    module, name = arguments.module, arguments.module.__name__.rpartition(".")[2]
    keywords = {**dict(arguments.input), **arguments.arguments}
    if "stream" in inspect.signature(module.build).parameters:
        keywords["stream"] = Stream(stream_key(arguments.root_seed, "tables", name), 0)
    check_keywords(module.build, keywords)
    keywords |= {table: read_csv(path) for table, path in arguments.input}
    table = module.build(**keywords)
    write_csv(arguments.csv_output, table)
    write_text(arguments.typst_output, typst_table(module.layout(table)))


if __name__ == "__main__":
    run(parser, main, (WrongArguments,))
