"""Typst fragments: what is in a cell is what is printed, and every fragment compiles."""

import pandas as pd
import pytest

from emergence.exhibits.typeset import Markup, marked_digits, typst_table


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (0.123456, "$0.123$"),
        (-2.0, "$-2$"),
        (1e-16, "$10^(-16)$"),
        (-3.45678e7, "$-3.46 dot 10^(7)$"),
        (float("inf"), "$infinity$"),
        (float("nan"), "–"),
        (None, "–"),
        (True, "True"),
        ("", ""),
        (Markup("$alpha$"), "$alpha$"),
    ],
)
def test_cells(value, printed):
    source = typst_table(pd.DataFrame({"a": pd.Series([value], dtype=object)}))
    assert source.count("table.header([*a*])") == 1
    assert f"  [{printed}],\n" in source


def test_marked_digits_are_bold_and_underlined():
    marked = marked_digits("0110", [2])
    assert marked.count("#underline[*") == 1
    assert marked.index("#underline[*") > marked.index('#raw("1")')
    assert marked.count("#raw(") == 4
    assert typst_table(pd.DataFrame({"a": [marked]})).count(marked) == 1
