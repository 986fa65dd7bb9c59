"""Compute one product of the theory: tables behind a figure, a table or a check."""

import argparse
import inspect
import math
from typing import Any

import numpy as np
import pandas as pd

from emergence.cli.arguments import WrongArguments, check_keywords, json_object, theory_function
from emergence.cli.command import run
from emergence.randomness import Stream, stream_key
from emergence.store.files import write_csv

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument(
    "--function",
    type=theory_function,
    required=True,
    metavar="MODULE:NAME",
    help="what computes it",
)
parser.add_argument(
    "--arguments", type=json_object, default="{}", metavar="JSON", help="its arguments"
)
parser.add_argument("--root-seed", type=int, default=0, help="seed of a product that draws")
parser.add_argument(
    "--output",
    nargs=2,
    action="append",
    required=True,
    metavar=("TABLE", "CSV"),
    help="TABLE is a field of the function's result, or - where the result is one table",
)


def main(arguments: argparse.Namespace) -> None:
    """Run the command."""
    function = arguments.function
    keywords = {key: _value(item) for key, item in arguments.arguments.items()}
    if "stream" in inspect.signature(function).parameters:
        keywords["stream"] = Stream(stream_key(arguments.root_seed, "theory", function.__name__), 0)
    check_keywords(function, keywords)
    result = function(**keywords)
    for table, path in arguments.output:
        found = result if table == "-" else getattr(result, table)
        assert isinstance(found, pd.DataFrame)
        write_csv(path, found)


def _value(item: Any) -> Any:
    """A grid {low, high, points} becomes a logarithmic array; "infinite" becomes infinity."""
    if item == "infinite":
        return math.inf
    if isinstance(item, dict) and set(item) == {"low", "high", "points"}:
        return np.geomspace(item["low"], item["high"], item["points"])
    if isinstance(item, dict):
        return {key: _value(inner) for key, inner in item.items()}
    if isinstance(item, list):
        return [_value(inner) for inner in item]
    return item


if __name__ == "__main__":
    run(parser, main, (WrongArguments,))
