"""A table as one HTML page that sorts and filters itself, without network or libraries."""

from __future__ import annotations

import html
from pathlib import Path

import pandas as pd

_LOOK = Path(__file__).with_name("page.css")
_BEHAVIOUR = Path(__file__).with_name("page.js")
_DIGITS = 4


def html_page(title: str, table: pd.DataFrame) -> str:
    """A page with a header that sorts on a click and a field that filters rows.

    Numbers are shown with four significant digits and sorted by their value; a cell of the column
    "status" is coloured by what it says.
    """
    header = "".join(
        f'<th scope="col" aria-sort="none"><button type="button">{_text(name)}</button></th>'
        for name in table.columns
    )
    numeric = [pd.api.types.is_numeric_dtype(kind) for kind in table.dtypes]
    rows = "\n".join(
        "<tr>" + "".join(map(_cell, table.columns, row, numeric)) + "</tr>"
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


def _cell(column: object, value: object, numeric: bool) -> str:
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return "<td></td>"
    if numeric and not isinstance(value, bool):
        return f'<td class="number" data-value="{float(value)!r}">{value:.{_DIGITS}g}</td>'
    kind = f' class="status-{_text(value)}"' if column == "status" else ""
    return f"<td{kind}>{_text(value)}</td>"


def _text(value: object) -> str:
    return html.escape(str(value), quote=True)
