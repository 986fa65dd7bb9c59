"""Judging: what passes, what fails, and which outcomes `verify` must refuse."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emergence.verify.claims import (
    COLUMNS,
    NETWORKS,
    THEORY,
    Claim,
    claim_table,
    count_by_class,
    counts_in_words,
    judge,
    unexpected,
)

NUMBERS = st.floats(-1e6, 1e6)


def claim(**changes) -> Claim:
    fields = {
        "id": "a",
        "kind": THEORY,
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


@pytest.mark.parametrize(
    ("low", "high", "verdicts"),
    [  # allowed are 0.9 to 1.1; verdicts of within, at least, at most
        (0.95, 1.05, ("pass", "pass", "pass")),
        (0.9, 1.1, ("pass", "pass", "pass")),
        (0.8, 1.0, ("not-tested", "not-tested", "pass")),
        (1.0, 1.2, ("not-tested", "pass", "not-tested")),
        (0.5, 2.0, ("not-tested", "not-tested", "not-tested")),
        (0.7, 0.8, ("fail", "fail", "pass")),
        (1.2, math.inf, ("fail", "pass", "fail")),
        (math.nan, 0.8, ("fail", "fail", "not-tested")),
        (math.nan, math.nan, ("not-tested",) * 3),
    ],
)
def test_the_rule(low, high, verdicts):
    """One rule: the whole interval allowed, none of it, or not decided; the point plays no part."""
    for comparison, verdict in zip(("within", "at least", "at most"), verdicts, strict=True):
        assert judge(low, high, 1.0, 0.1, comparison) == verdict
        for measured in (1.0, math.nan):
            found = claim(measured=measured, interval=(low, high), comparison=comparison)
            assert found.status == verdict


def test_table_keeps_every_claim_and_refuses_repeated_ids():
    table = claim_table([claim(), claim(id="b", measured=5.0)])
    assert list(table.columns) == COLUMNS
    assert table["status"].tolist() == ["pass", "fail"]
    with pytest.raises(ValueError, match="share an id: a"):
        claim_table([claim(), claim()])


def test_claims_have_a_class_and_those_on_networks_say_how_they_could_have_failed():
    networks = claim(id="b", kind=NETWORKS, could_fail="they do not learn", note="a reason")
    table = claim_table([claim(), networks, claim(id="c", measured=5.0)])
    assert table["class"].tolist() == [THEORY, NETWORKS, THEORY]
    assert table["note"].tolist() == ["", "fails if they do not learn; a reason", ""]
    assert counts_in_words(table) == f"{NETWORKS}: 1 pass; {THEORY}: 1 pass, 1 fail"
    assert count_by_class(table) == {
        NETWORKS: {"pass": 1, "fail": 0, "not-tested": 0},
        THEORY: {"pass": 1, "fail": 1, "not-tested": 0},
    }
    with pytest.raises(ValueError, match="does not say"):
        claim_table([claim(kind=NETWORKS)])
    with pytest.raises(ValueError, match="opinion is no class"):
        claim_table([claim(kind="opinion")])


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
