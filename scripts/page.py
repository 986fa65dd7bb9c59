"""Write tables with the same columns as one HTML page that sorts itself."""

import argparse
from pathlib import Path

import pandas as pd

from emergence.cli.command import run
from emergence.report.pages import html_page
from emergence.store.files import read_csv, write_text

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--title", required=True)
parser.add_argument("--table", type=Path, nargs="+", required=True, help="CSV, one after another")
parser.add_argument("--output", type=Path, required=True, help="HTML")


def main(arguments: argparse.Namespace) -> None:
    """Run the command."""
    table = pd.concat(map(read_csv, arguments.table), ignore_index=True)
    write_text(arguments.output, html_page(arguments.title, table))


if __name__ == "__main__":
    run(parser, main)
