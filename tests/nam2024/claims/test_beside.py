"""Claims of two presets beside each other."""

import pandas as pd

from emergence.verify.claims import NETWORKS, THEORY
from paper.nam2024.claims.beside import beside_default


def _claims(**statuses):
    rows = [
        {"id": name, "class": NETWORKS, "expected": 1.0, "measured": 0.9, "status": status}
        for name, status in statuses.items()
    ]
    theory = {"id": "theory", "class": THEORY, "expected": 1.0, "measured": 1.0, "status": "pass"}
    return pd.DataFrame([*rows, theory]).assign(low=0.8, high=1.0)


def test_claims_of_networks_stand_beside_each_other_in_order():
    """A claim that one preset lacks keeps its row."""
    found = beside_default(_claims(b="pass", a="fail"), _claims(a="not-tested", c="pass"))
    assert found["id"].tolist() == ["b", "a", "c"]
    assert found["default_status"].fillna("").tolist() == ["", "not-tested", "pass"]
    assert found["status"].fillna("").tolist() == ["pass", "fail", ""]
    assert (found["expected"] == 1.0).all()


def test_nothing_is_compared_where_nothing_is_shipped():
    found = beside_default(_claims(a="pass"), None)
    assert found.empty
    assert "default_status" in found
