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


def test_a_status_is_coloured_and_a_long_column_wide():
    page = html_page("t", pd.DataFrame({"status": ["fail"], "note": ["word " * 30]}))
    assert '<td class="status-fail">fail</td>' in page
    assert '<td class="long">' in page


def _headings(page):
    return re.findall(r"<th[^>]*><button[^>]*>(.*?)</button></th>", page)


def test_failures_come_first_then_what_is_not_tested():
    table = pd.DataFrame(
        {"id": list("abcdef"), "status": ["pass", "fail", "not-tested", "pass", "fail", "pass"]}
    )
    page = html_page("t", table)
    assert [row[0] for row in _cells(page)] == list("becadf")
    assert '<th scope="col" class="status" aria-sort="ascending" title="status">' in page


def test_headings_are_words_and_keep_the_name_of_the_file():
    names = ["relative_error", "g_1", "alpha", "M"]
    page = html_page("t", pd.DataFrame([[0.1] * 4], columns=names))
    assert _headings(page) == ["relative error", "g<sub>1</sub>", "α", "M"]
    for name in names:
        assert f'title="{name}"' in page


def test_a_page_asks_for_nothing_else():
    page = html_page("t", pd.DataFrame({"a": [1]}))
    assert not re.search(r"https?:|src=|href=|@import|url\(", page)


def test_claims_are_counted_by_class():
    claims = pd.DataFrame({"class": ["trained network"] * 2, "status": ["pass", "fail"]})
    assert "<p>trained network: 1 pass, 1 fail.</p>" in html_page("t", claims)
    assert "not-tested" not in html_page("t", claims[["class"]]).split("<body>")[1]
