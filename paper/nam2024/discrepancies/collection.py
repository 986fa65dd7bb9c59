"""All rows: what is said (statements.json, in words) beside what is computed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from emergence.store.files import read_json
from emergence.verify.findings import Finding

COLUMNS = ["id", "where", "paper", "code", "computed", "evidence", "consequence"]
STATEMENTS_FILE = Path(__file__).with_name("statements.json")


def discrepancy_table(findings: Mapping[str, Finding]) -> pd.DataFrame:
    """One row per discrepancy in the order of statements.json, columns `COLUMNS`.

    Raises ValueError unless statements and findings are about the same rows.
    """
    statements = pd.DataFrame(read_json(STATEMENTS_FILE))
    unmatched = set(statements["id"]).symmetric_difference(findings)
    if unmatched:
        raise ValueError(f"statement or number missing for {', '.join(sorted(unmatched))}")
    numbers = pd.DataFrame.from_dict(findings, orient="index", columns=Finding._fields)
    return statements.join(numbers, on="id")[COLUMNS]
