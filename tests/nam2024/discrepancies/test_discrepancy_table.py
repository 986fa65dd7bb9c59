"""Statements and numbers belong together, and every row is complete."""

import json
import re

import pytest

from emergence.verify.findings import Finding
from paper.nam2024.discrepancies.collection import COLUMNS, STATEMENTS_FILE, discrepancy_table

STATEMENTS = json.loads(STATEMENTS_FILE.read_text(encoding="utf-8"))


def _findings():
    return {row["id"]: Finding(f"number of {row['id']}", "a file") for row in STATEMENTS}


def test_rows_are_numbered_without_gaps_and_named_by_a_slug():
    ids = [row["id"] for row in STATEMENTS]
    assert [int(name[:2]) for name in ids] == list(range(1, len(ids) + 1))
    assert len(ids) >= 20
    assert all(re.fullmatch(r"\d\d(-[a-z0-9]+)+", name) for name in ids)


def test_every_statement_is_complete():
    for row in STATEMENTS:
        assert list(row) == ["id", "where", "paper", "code", "consequence"]
        assert all(isinstance(text, str) and text.strip() for text in row.values())


def test_the_table_joins_by_id_and_keeps_the_order():
    shuffled = dict(reversed(_findings().items()))
    table = discrepancy_table(shuffled)
    assert list(table.columns) == COLUMNS
    assert list(table["id"]) == [row["id"] for row in STATEMENTS]
    assert all(table["computed"] == "number of " + table["id"])
    assert not table.isna().any(axis=None)


@pytest.mark.parametrize("change", ["missing", "unheard-of"])
def test_a_row_without_its_other_half_is_refused(change):
    findings = _findings()
    if change == "missing":
        del findings["07-byte-range"]
    else:
        findings["99-unheard-of"] = Finding("1", "a file")
    with pytest.raises(ValueError, match="07-byte-range" if change == "missing" else "99-unheard"):
        discrepancy_table(findings)
