"""Typst fragments: what is in a cell is what is printed, and every fragment compiles."""

import json

import pandas as pd
import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st

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


@settings(max_examples=60, deadline=None)
@given(
    st.text(
        st.one_of(
            st.sampled_from("\\#$*_`<>@=[]~/'\"+-0123456789. :;,(){}!?^|&%"),
            st.characters(codec="utf-8", categories=["L", "N", "Sm"]),
        ),
        max_size=20,
    )
)
def test_any_text_is_printed_as_it_is(text):
    """Typst's own reading of an escaped cell equals the text, but for runs of spaces."""
    cell = typst_table(pd.DataFrame({"a": [text]})).split("\n")[6].strip().rstrip(",")
    source = f"#metadata({cell}) <cell>"
    found = typst.query(source.encode(), "<cell>", field="value", one=True)
    assert " ".join(_plain(found).split()) == " ".join(text.split())


def _plain(found):
    """The text of a piece of Typst content given as JSON."""

    def walk(node):
        if isinstance(node, str):
            return node
        if isinstance(node, list):
            return "".join(map(walk, node))
        kind = node["func"]
        if kind == "space":
            return " "
        if kind in ("text", "symbol"):
            return node["text"]
        if kind == "sequence":
            return walk(node["children"])
        raise AssertionError(f"the text became a {kind}")

    return walk(json.loads(found))
