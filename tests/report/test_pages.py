"""Pages of the web report: what is in a cell is what is shown, and numbers sort as numbers."""

import html
import math
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emergence.report.pages import html_page


def _cells(page):
    body = page.split("<tbody>")[1].split("</tbody>")[0]
    return [re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL) for row in body.split("<tr>")[1:]]


@settings(max_examples=25)
@given(st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1))
def test_any_text_is_shown_as_it_is(text):
    page = html_page(text, pd.DataFrame({"a": [text]}))
    shown = _cells(page)[0][0].replace("<wbr>", "")
    assert "<" not in shown
    assert html.unescape(shown) == text
    assert page.count("<script>") == 1


@pytest.mark.parametrize(
    ("value", "shown"),
    [(1106.4, "1,106"), (0.012345, "0.01235"), (-3.0, "-3"), (4e7, "4e+07"), (-math.inf, "-inf")],
)
def test_a_number_is_readable_and_carries_its_full_value(value, shown):
    page = html_page("t", pd.DataFrame({"a": [value]}))
    assert _cells(page) == [[shown]]
    assert float(re.search(r'data-value="([^"]*)"', page)[1]) == value


def test_missing_values_are_empty_and_rows_keep_their_order():
    table = pd.DataFrame({"n": [2.0, np.nan, 1.0], "t": ["b", None, "a"]})
    assert _cells(html_page("t", table)) == [["2", "b"], ["", ""], ["1", "a"]]


def test_failures_come_first_then_what_is_not_tested():
    table = pd.DataFrame(
        {"id": list("abcdef"), "status": ["pass", "fail", "not-tested", "pass", "fail", "pass"]}
    )
    page = html_page("t", table)
    assert [row[0] for row in _cells(page)] == list("becadf")
    assert '<th scope="col" class="status" aria-sort="ascending" title="status">' in page
