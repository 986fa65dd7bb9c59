"""Write a page of the web report: tables with the same columns, or an interactive chart."""

import argparse
from pathlib import Path

import pandas as pd

from emergence.cli.arguments import WrongArguments, check_keywords, function_named, json_object
from emergence.cli.command import run
from emergence.report.charts import chart_page
from emergence.report.pages import html_page
from emergence.store.files import read_csv, write_text

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--title", required=True)
shown = parser.add_mutually_exclusive_group(required=True)
shown.add_argument("--table", type=Path, nargs="+", help="CSV, one after another")
shown.add_argument("--chart", type=function_named, metavar="MODULE:NAME", help="what draws a chart")
parser.add_argument(
    "--input", nargs=2, action="append", metavar=("NAME", "CSV"), default=[], help="chart's table"
)
parser.add_argument(
    "--arguments", type=json_object, default="{}", metavar="JSON", help="its other arguments"
)
parser.add_argument("--output", type=Path, required=True, help="HTML")


def main(arguments: argparse.Namespace) -> None:
    """Run the command."""
    if arguments.chart:
        check_keywords(arguments.chart, {**dict(arguments.input), **arguments.arguments})
        tables = {name: read_csv(path) for name, path in arguments.input}
        page = chart_page(arguments.title, arguments.chart(**tables, **arguments.arguments))
    else:
        table = pd.concat(map(read_csv, arguments.table), ignore_index=True)
        page = html_page(arguments.title, table)
    write_text(arguments.output, page)


if __name__ == "__main__":
    run(parser, main, (WrongArguments,))
