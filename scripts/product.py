"""Call a function of a paper or the kit with tables and arguments, and write what it returns.

That is a table, values, a figure, or an interactive chart; the name of a file says in which form.
"""

import argparse
import inspect
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from emergence.analysis.results import read_result
from emergence.cli.arguments import WrongArguments, check_keywords, function_named, json_object
from emergence.cli.command import run
from emergence.exhibits.typeset import typst_table
from emergence.randomness import Stream, stream_key
from emergence.report.charts import chart_page
from emergence.report.pages import html_page
from emergence.store.files import write_csv, write_json, write_text

parser = argparse.ArgumentParser(
    description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
)
parser.add_argument("--function", type=function_named, required=True, metavar="MODULE:NAME")
parser.add_argument(
    "--input", nargs=2, action="append", metavar=("ARGUMENT", "FILE"), default=[], help="a file"
)
parser.add_argument(
    "--inputs", nargs="+", action="append", metavar="ARGUMENT", default=[], help="a list of files"
)
parser.add_argument(
    "--absent", action="append", metavar="ARGUMENT", default=[], help="a file that does not exist"
)
parser.add_argument(
    "--arguments", type=json_object, default="{}", metavar="JSON", help="its other arguments"
)
parser.add_argument("--root-seed", type=int, default=0, help="seed of a function that draws")
parser.add_argument("--folder", help="where a function may keep finished parts of its work")
parser.add_argument("--threads", type=int, default=1, help="of a function that trains")
parser.add_argument(
    "--output",
    nargs=2,
    action="append",
    required=True,
    metavar=("FIELD", "FILE"),
    help="FIELD is one of the function's result, or - for all of it",
)
parser.add_argument(
    "--stream",
    nargs=2,
    metavar=("KIND", "NAME"),
    help="of its random numbers; default: theory, and the function's name",
)
parser.add_argument(
    "--layout", type=function_named, metavar="MODULE:NAME", help="of a table in print, a .typ file"
)
parser.add_argument("--title", default="", help="of a page, a .html file")


def main(arguments: argparse.Namespace) -> None:
    """Run the command."""
    function, inputs = arguments.function, dict(arguments.input)
    keywords: dict[str, Any] = dict.fromkeys([*inputs, *arguments.absent])
    keywords |= {name: [] for name, *_ in arguments.inputs}
    keywords |= {key: _value(item) for key, item in arguments.arguments.items()}
    taken = inspect.signature(function).parameters
    if "stream" in taken:
        labels = arguments.stream or ("theory", function.__name__)
        keywords["stream"] = Stream(stream_key(arguments.root_seed, *labels), 0)
    if "threads" in taken:
        keywords["threads"] = arguments.threads
    if "folder" in taken:
        keywords["folder"] = arguments.folder
    check_keywords(function, keywords)  # before anything is read
    keywords |= {name: read_result(path) for name, path in inputs.items()}
    keywords |= {name: [read_result(p) for p in paths] for name, *paths in arguments.inputs}
    result = function(**keywords)
    fields: dict[str, list[str]] = {}
    for field, path in arguments.output:
        fields.setdefault(field, []).append(path)
    for field, paths in fields.items():
        content = result if field == "-" else getattr(result, field)
        if Path(paths[0]).suffix in (".pdf", ".png"):
            from emergence.exhibits.style import save  # matplotlib, which most need not import

            save(content, paths)
            continue
        for path in paths:
            _write(path, content, arguments)


def _write(path: str, content: Any, arguments: argparse.Namespace) -> None:
    kind, is_table = Path(path).suffix, isinstance(content, pd.DataFrame)
    if kind == ".html":
        page = html_page if is_table else chart_page
        write_text(path, page(arguments.title, content))
    elif is_table != (kind in (".csv", ".typ")):
        raise TypeError(f"{path} cannot hold {type(content).__name__}")
    elif kind == ".typ":
        write_text(path, typst_table(arguments.layout(content)))
    elif kind == ".csv":
        write_csv(path, content)
    else:
        write_json(path, content)


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
    run(parser, main, (WrongArguments, ValueError))
