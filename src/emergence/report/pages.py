"""A table as one HTML page that sorts and filters itself, without network or libraries."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import pandas as pd

_LOOK = Path(__file__).with_name("page.css")
_BEHAVIOUR = Path(__file__).with_name("page.js")
_DIGITS = 4
_LARGE = 1e7  # from here on powers of ten
_LONG_TEXT = 60  # characters from which a column is kept wide enough to read


def html_page(title: str, table: pd.DataFrame) -> str:
    """A page with a header that sorts on a click and a field that filters rows.

    Numbers are shown with at least four significant digits and sorted by their value; a cell of the
    column "status" is coloured by what it says.
    """
    header = "".join(
        f'<th scope="col" aria-sort="none"><button type="button">{_text(name)}</button></th>'
        for name in table.columns
    )
    kinds = [_kind(table[name]) for name in table.columns]
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
        return f'<td class="number" data-value="{float(value)!r}">{_number(value)}</td>'
    if kind == "status":
        return f'<td class="status-{_text(value)}">{_text(value)}</td>'
    breaking = re.sub(r"(?<=\w)([/_])(?=\w)", r"\1<wbr>", _text(value))
    return f'<td class="{kind}">{breaking}</td>'


def _number(value: float) -> str:
    written_out = 10 ** (_DIGITS - 1) <= abs(value) < _LARGE
    return f"{value:,.0f}" if written_out else f"{value:.{_DIGITS}g}"


def _text(value: object) -> str:
    return html.escape(str(value), quote=True)
