"""Write one table, as CSV and as a Typst fragment, from the tables that earlier stages wrote."""

import argparse
import importlib
import inspect
import json
from pathlib import Path

from emergence.command import run
from emergence.files import read_csv, write_csv, write_text
from emergence.randomness import Stream, stream_key
from emergence.tables.typeset import typst_table

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--module", required=True, help="module of emergence.tables that builds it")
parser.add_argument("--table", nargs=2, action="append", metavar=("NAME", "CSV"), default=[])
parser.add_argument("--arguments", default="{}", metavar="JSON", help="its other arguments")
parser.add_argument("--root-seed", type=int, default=0, help="seed of a table that draws")
parser.add_argument("--csv-output", type=Path, required=True)
parser.add_argument("--typst-output", type=Path, required=True)


def main(arguments: argparse.Namespace) -> None:
    """Run the command."""
    module = importlib.import_module(f"emergence.tables.{arguments.module}")
    keywords = {name: read_csv(path) for name, path in arguments.table}
    keywords |= json.loads(arguments.arguments)
    if "stream" in inspect.signature(module.build).parameters:
        keywords["stream"] = Stream(stream_key(arguments.root_seed, "tables", arguments.module), 0)
    table = module.build(**keywords)
    write_csv(arguments.csv_output, table)
    write_text(arguments.typst_output, typst_table(module.layout(table)))


if __name__ == "__main__":
    run(parser, main)
