"""Judging: what passes, what fails, and which outcomes `verify` must refuse."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emergence.verify.claims import COLUMNS, Claim, claim_table, unexpected

NUMBERS = st.floats(-1e6, 1e6)


def claim(**changes) -> Claim:
    fields = {
        "id": "a",
        "source": "Eq. 1",
        "statement": "x is 1",
        "expected": 1.0,
        "measured": 1.0,
        "tolerance": 0.1,
        "evidence": "file.csv",
    }
    return Claim(**(fields | changes))


@given(expected=NUMBERS, measured=NUMBERS, tolerance=st.floats(0, 1e6))
def test_within_is_at_least_and_at_most(expected, measured, tolerance):
    numbers = {"expected": expected, "measured": measured, "tolerance": tolerance}
    both = [claim(comparison=c, **numbers).status == "pass" for c in ("at least", "at most")]
    assert (claim(comparison="within", **numbers).status == "pass") == all(both)


@pytest.mark.parametrize("comparison", ["within", "at least", "at most"])
@pytest.mark.parametrize("measured", [math.nan, math.inf, -math.inf])
def test_a_missing_measurement_never_passes(comparison, measured):
    assert claim(comparison=comparison, measured=measured).status == "fail"


def test_an_untested_claim_is_neither_passed_nor_failed():
    assert claim(measured=math.nan, tested=False).status == "not-tested"


def test_table_keeps_every_claim_and_refuses_repeated_ids():
    table = claim_table([claim(), claim(id="b", measured=5.0)])
    assert list(table.columns) == COLUMNS
    assert table["status"].tolist() == ["pass", "fail"]
    with pytest.raises(ValueError, match="share an id: a"):
        claim_table([claim(), claim()])


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({}, None),
        ({"measured": 2.0}, "fails unexplained"),
        ({"measured": 2.0, "discrepancy": "known"}, None),
        ({"discrepancy": "known"}, "passes although"),
        ({"measured": 2.0, "discrepancy": "unheard-of"}, "discrepancies.csv lacks"),
        ({"measured": np.nan, "tested": False}, None),
        ({"measured": np.nan, "tested": False, "discrepancy": "known"}, None),
    ],
)
def test_verify_refuses_exactly_the_unexplained(changes, problem, tmp_path):
    file = tmp_path / "claims.csv"
    claim_table([claim(**changes)]).to_csv(file, index=False)
    problems = unexpected(pd.read_csv(file), pd.DataFrame({"id": ["known"]}))
    assert [problem in line for line in problems] == ([True] if problem else [])
