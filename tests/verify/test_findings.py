"""Statements and findings belong together."""

import pytest

from emergence.verify.findings import COLUMNS, Finding, discrepancy_table

SAID = [
    {"id": name, "where": "Eq. 1", "paper": "a", "code": "b", "consequence": "c"}
    for name in ("1-a", "2-b")
]
FOUND = {row["id"]: Finding(f"number of {row['id']}", "a file") for row in reversed(SAID)}


def test_the_table_joins_by_id_and_keeps_the_order_of_the_statements():
    table = discrepancy_table(SAID, FOUND)
    assert list(table.columns) == COLUMNS
    assert list(table["id"]) == ["1-a", "2-b"]
    assert all(table["computed"] == "number of " + table["id"])


@pytest.mark.parametrize(
    ("said", "named"), [(SAID[:1], "2-b"), ([*SAID, {**SAID[0], "id": "3-c"}], "3-c")]
)
def test_a_row_without_its_other_half_is_refused(said, named):
    with pytest.raises(ValueError, match=named):
        discrepancy_table(said, FOUND)
