"""A table as one HTML page that sorts and filters itself, without network or libraries."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import pandas as pd

from emergence.verify.claims import FAIL, NOT_TESTED, PASS, counts_in_words

_LOOK = Path(__file__).with_name("page.css")
_BEHAVIOUR = Path(__file__).with_name("page.js")
_DIGITS = 4
_LARGE = 1e7  # from here on powers of ten
_LONG_TEXT = 60  # characters from which a column is kept wide enough to read
_FIRST = (FAIL, NOT_TESTED, PASS)  # what a reviewer looks for
_SYMBOL = re.compile(r"([A-Za-z])_(\d+)")
_READABLE = {
    "alpha": "α",
    "code": "authors' code",
    "data_power": "power of D",
    "measured_std": "standard deviation",
    "n_parameters_power": "power of N",
    "time_power": "power of T",
    "where": "place",
}


def html_page(title: str, table: pd.DataFrame) -> str:
    """A page with a header that sorts on a click and a field that filters rows.

    Numbers are shown with four significant digits, all of those before the point, and sorted by
    their value, which their title holds; headings are in words, the file's names their titles. A
    cell of the column "status" is coloured by what it says: rows that fail stand first, then those
    not tested, then those that pass, otherwise in the order of `table`. Claims are counted by
    class.
    """
    if "status" in table:
        table = table.sort_values("status", key=lambda it: it.map(_FIRST.index), kind="stable")
    kinds = [_kind(table[name]) for name in table.columns]
    header = "".join(map(_heading, table.columns, kinds))
    rows = "\n".join(
        "<tr>" + "".join(map(_cell, row, kinds)) + "</tr>"
        for row in table.itertuples(index=False, name=None)
    )
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{_text(title)}</title>
<style>
{_LOOK.read_text("utf-8")}</style>
</head>
<body>
<h1>{_text(title)}</h1>
{_counts(table)}
<p><label>Filter: <input type="search" id="filter"></label> <span id="shown"></span></p>
<table>
<thead><tr>{header}</tr></thead>
<tbody>
{rows}
</tbody>
</table>
<script>
{_BEHAVIOUR.read_text("utf-8")}</script>
</body>
</html>
"""


def _counts(table: pd.DataFrame) -> str:
    """Number of claims of each class, by status; empty for a table of something else."""
    if not {"class", "status"} <= set(table.columns):
        return ""
    return f"<p>{_text(counts_in_words(table))}.</p>"


def _heading(name: str, kind: str) -> str:
    """Sorted by status, as it is, the column says so."""
    order = "ascending" if name == "status" else "none"
    symbol = _SYMBOL.fullmatch(name)
    words = _text(_READABLE.get(name, name.replace("_", " ")))
    shown = f"{symbol[1]}<sub>{symbol[2]}</sub>" if symbol else words
    return (
        f'<th scope="col" class="{kind}" aria-sort="{order}" title="{_text(name)}">'
        f'<button type="button">{shown}</button></th>'
    )


def _kind(column: pd.Series) -> str:
    """Class of a column's cells: number, status, long or text."""
    if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
        return "number"
    if column.name == "status":
        return "status"
    return "long" if column.astype(str).str.len().max() > _LONG_TEXT else "text"


def _cell(value: Any, kind: str) -> str:
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return "<td></td>"
    if kind == "number":
        full = repr(float(value))
        return f'<td class="number" data-value="{full}" title="{full}">{_number(value)}</td>'
    if kind == "status":
        return f'<td class="status-{_text(value)}">{_text(value)}</td>'
    breaking = re.sub(r"(?<=\w)([/_])(?=\w)", r"\1<wbr>", _text(value))
    return f'<td class="{kind}">{breaking}</td>'


def _number(value: float) -> str:
    written_out = 10 ** (_DIGITS - 1) <= abs(value) < _LARGE
    return f"{value:,.0f}" if written_out else f"{value:.{_DIGITS}g}"


def _text(value: object) -> str:
    return html.escape(str(value), quote=True)
