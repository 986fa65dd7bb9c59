"""A DataFrame as a Typst table."""

from __future__ import annotations

import re

import pandas as pd

_SPECIAL = re.compile(r"([\\#$*_`<>@=\[\]~/'\"-])")
_DIGITS = 3


def typst_table(table: pd.DataFrame) -> str:
    """Typst source of a table: a header row in bold, numbers with three significant digits.

    Text is escaped, so that what is in a cell is what is printed; missing values become a dash.
    """
    header = ", ".join(f"[*{_escape(str(name))}*]" for name in table.columns)
    lines = [
        "#table(",
        f"  columns: {len(table.columns)},",
        "  stroke: none,",
        "  table.hline(),",
        f"  table.header({header}),",
        "  table.hline(stroke: 0.5pt),",
    ]
    for row in table.itertuples(index=False):
        lines.append("  " + ", ".join(f"[{_cell(value)}]" for value in row) + ",")
    return "\n".join([*lines, "  table.hline(),", ")"]) + "\n"


def _cell(value: object) -> str:
    if pd.isna(value):
        return "–"
    if isinstance(value, float):
        return _escape(f"{value:.{_DIGITS}g}")
    return _escape(str(value))


def _escape(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)
