"""The paper's declarations hold in what is built: columns of tables, evidence of claims."""

import pandas as pd
import pytest

from emergence.columns import markdown, undeclared
from emergence.papers import load_paper
from paper.nam2024.columns import TABLES


def _check(results):
    """Columns are those declared; claims name as evidence what their function was given."""
    assert list(undeclared(results, TABLES)) == []
    inputs = load_paper("paper/nam2024").products["claims"].inputs.values()
    read = {path for found in inputs for path in ([found] if isinstance(found, str) else found)}
    assert set(pd.read_csv(results / "claims.csv")["evidence"]) <= read


def test_shipped_results_are_as_declared(repository):
    _check(repository / "results" / "shipped" / "nam2024")


@pytest.mark.workflow
def test_built_results_are_as_declared(smoke_built):
    _check(smoke_built.folder / "results" / "smoke" / "nam2024")


def test_the_page_of_tables_is_that_of_the_declarations(repository):
    assert markdown(TABLES) in (repository / "docs" / "tables.md").read_text(), "make documents"
