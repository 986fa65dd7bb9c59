"""The statements: numbered, complete, with every name that they quote filled in."""

import re

from paper.nam2024.discrepancies.collection import statements


def test_rows_are_numbered_without_gaps_and_complete():
    rows = statements()
    assert [int(row["id"][:2]) for row in rows] == list(range(1, len(rows) + 1))
    for row in rows:
        assert re.fullmatch(r"\d\d(-[a-z0-9]+)+", row["id"])
        assert list(row) == ["id", "where", "paper", "code", "consequence"]
        assert all(text.strip() and not set("{}") & set(text) for text in row.values())
