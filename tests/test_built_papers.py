"""Papers' declarations hold in what is built: columns of tables, evidence of claims."""

import pandas as pd
import pytest

from emergence.columns import undeclared
from emergence.papers import load_paper
from paper.nam2024 import columns as first
from paper.nam2025 import columns as second

TABLES = {"nam2024": first.TABLES, "nam2025": second.TABLES}


def _check(results, paper):
    """Columns are those declared; claims name as evidence what their function was given."""
    assert list(undeclared(results, TABLES[paper])) == []
    inputs = load_paper(f"paper/{paper}").products["claims"].inputs.values()
    read = {path for found in inputs for path in ([found] if isinstance(found, str) else found)}
    assert set(pd.read_csv(results / "claims.csv")["evidence"]) <= read


def test_shipped_results_are_as_declared(repository):
    for folder in (repository / "results" / "shipped").iterdir():
        _check(folder, folder.name)


@pytest.mark.workflow
@pytest.mark.parametrize("paper", TABLES)
def test_built_results_are_as_declared(smoke_built, paper):
    _check(smoke_built.folder / "results" / "smoke" / paper, paper)
