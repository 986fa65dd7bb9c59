"""A DataFrame as a Typst table."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from numbers import Integral

import pandas as pd

_SPECIAL = re.compile(r"([\\#$*_`<>@=\[\]~/'\"+.-])")
_DIGITS = 3


class Markup(str):
    """Typst source: a cell or a column name that is printed as it is, not escaped."""

    __slots__ = ()


def typst_table(table: pd.DataFrame) -> str:
    """Typst source of a table: a header row in bold, numbers with three significant digits.

    Text is escaped, so that what is in a cell is what is printed, but for `Markup`; missing values
    become a dash.
    """
    header = ", ".join(f"[*{_text(name)}*]" for name in table.columns)
    lines = [
        "#table(",
        f"  columns: {len(table.columns)},",
        "  stroke: none,",
        "  table.hline(),",
        f"  table.header({header}),",
        "  table.hline(stroke: 0.5pt),",
    ]
    for row in table.itertuples(index=False, name=None):
        lines.append("  " + ", ".join(f"[{_cell(value)}]" for value in row) + ",")
    return "\n".join([*lines, "  table.hline(),", ")"]) + "\n"


def marked_digits(digits: str, marked: Iterable[int]) -> Markup:
    """Typewriter digits, those at the 0-based positions `marked` bold and underlined."""
    chosen = set(marked)
    cells = (
        f'#underline[*#raw("{digit}")*]' if position in chosen else f'#raw("{digit}")'
        for position, digit in enumerate(digits)
    )
    return Markup("".join(cells))


def _cell(value: object) -> str:
    if not isinstance(value, str) and pd.isna(value):
        return "–"
    if isinstance(value, Integral) and not isinstance(value, bool):
        return f"${value}$"
    if isinstance(value, float):
        return f"${_number(value)}$"
    return _text(value)


def _number(value: float) -> str:
    """Typst mathematics: three significant digits, powers of ten written out."""
    if math.isinf(value):
        return "infinity" if value > 0 else "-infinity"
    mantissa, _, power = f"{value:.{_DIGITS}g}".partition("e")
    if not power:
        return mantissa
    scaled = "" if mantissa == "1" else f"{mantissa} dot "
    return f"{scaled}10^({int(power)})"


def _text(value: object) -> str:
    if isinstance(value, Markup):
        return value
    return _SPECIAL.sub(r"\\\1", str(value))
