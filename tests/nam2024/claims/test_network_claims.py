"""Claims on trained networks, on made-up tables whose verdict is known."""

import numpy as np
import pandas as pd
import pytest

from emergence.analysis.intervals import Interval, share_interval
from emergence.analysis.prediction import compared
from emergence.verify.claims import ENGINES, NETWORKS, Claim
from paper.nam2024.claims import (
    calibration_claims,
    emergence_claims,
    prediction_claims,
    single_run_claims,
    tolerances,
)
from paper.nam2024.claims.explained import explained
from paper.nam2024.claims.network_claims import UNDECIDED, network_claim
from paper.nam2024.claims.protocols import Protocol

SETTINGS = {
    "experiment": "time",
    "resource": "time",
    "task": {
        "n_skills": 5,
        "skill_bits": 32,
        "sparse_bits": 3,
        "data_exponent": 0.6,
        "target_scale": 5.0,
    },
    "learning_rate": 0.02,
    "initial_std": 0.01,
    "steps": 20000,
    "schedule": {"factor": 0.5, "every": 500},
    "root_seed": 1,
    "engine": "auto",
}
WORDS = {"id": "a", "source": "", "statement": "", "evidence": "f", "could_fail": "it is 2"}


def runs_table(n_runs=3, value=1000):
    return pd.DataFrame({"value": value, "run": np.arange(n_runs), "skill": 1, "step": 20000})


def protocol(changes=None, runs=None):
    settings = SETTINGS | (changes or {})
    return Protocol(settings, runs_table() if runs is None else runs, SETTINGS, [1000])


def around(value, spread=0.05):
    return Interval(value, value * (1 - spread), value * (1 + spread))


def statuses(claims):
    return tuple(claim.status for claim in claims)


@pytest.mark.parametrize(
    ("changes", "runs", "followed"),
    [
        ({}, runs_table(), True),
        ({"steps": 50, "root_seed": 3, "engine": "torch"}, runs_table(), True),
        ({"steps": 10000, "schedule": {"factor": 0.5, "every": 250}}, runs_table(), True),
        ({"steps": 10000, "schedule": {"factor": 0.5, "every": 100}}, runs_table(), False),
        ({"schedule": {"factor": 0.9, "every": 500}}, runs_table(), False),
        ({"schedule": None}, runs_table(), False),
        ({}, runs_table(n_runs=2), False),
        ({}, runs_table(value=64), False),
        ({"task": SETTINGS["task"] | {"skill_bits": 16}}, runs_table(), False),
        ({"task": SETTINGS["task"] | {"data_exponent": 0.9}}, runs_table(), False),
        ({"learning_rate": 0.05}, runs_table(), False),
        ({"initial_std": 0.02}, runs_table(), False),
        ({"momentum": 0.9}, runs_table(), False),
    ],
)
def test_only_the_papers_protocol_tests_a_claim(changes, runs, followed):
    made = protocol(changes, runs)
    assert made.followed == followed
    found = network_claim(around(1.0), 1.0, tolerances.PREDICTION, protocol=made, **WORDS)
    assert found.status == ("pass" if followed else "not-tested")


@pytest.mark.parametrize(
    ("low", "high", "expected", "status"),
    [
        (0.8, 1.2, 1.0, "pass"),
        (0.6, 1.2, 1.0, "not-tested"),
        (0.3, 0.69, 1.0, "fail"),
        (561.0, 1039.0, 800.0, "pass"),  # a share of what is expected
        (-0.2, 0.2, 0.0, "pass"),  # of 0 the tolerance itself
        (-0.4, 0.2, 0.0, "not-tested"),
    ],
)
def test_a_tolerance_is_a_share_and_its_reason_is_told(low, high, expected, status):
    found = network_claim(
        Interval(0.5 * (low + high), low, high),
        expected,
        tolerances.PREDICTION,
        protocol=protocol(),
        **WORDS,
    )
    assert (found.status, found.kind) == (status, NETWORKS)
    assert tolerances.PREDICTION.reason in found.note
    assert (UNDECIDED in found.note) == (status == "not-tested")


def emergence(measured, predicted=None, level=0.1):
    """Rows of `emergence_table`; a measured NaN lies beyond 20,000, -inf before 10."""
    rows = []
    for skill, at in enumerate(measured, start=1):
        found = around(at)
        if np.isnan(at):
            found = Interval(np.nan, 20_000.0, np.inf)
        if np.isneginf(at):
            found = Interval(-np.inf, 0.0, 10.0)
        expected = around(at if predicted is None else predicted[skill - 1], 0.01)
        row = {"skill": skill, "level": level, "before": at, "after": at}
        rows.append(row | compared(expected, found))
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("measured", "status"),
    [
        ([20, 30, 40, 60, 90], "pass"),
        ([20, 40, 30, 60, 90], "fail"),
        ([20, 30, 31, 60, 90], "not-tested"),  # intervals overlap
        ([20, 30, 40, 60, np.nan], "pass"),
        ([20, 30, 40, np.nan, np.nan], "pass"),
        ([-np.inf, -np.inf, 30, 40, 60], "pass"),
        ([20, -np.inf, 30, 40, 60], "fail"),
        ([20, 30, np.nan, 60, 90], "fail"),
    ],
)
def test_order_is_judged_by_intervals(measured, status):
    table = emergence(np.array(measured, dtype=float))
    assert prediction_claims.order_claim(protocol(), table, "f").status == status


def test_every_skill_and_level_is_judged_and_the_transfer_in_mid_rise():
    tables = [emergence([100.0, 240.0], [100.0, 300.0], level) for level in (0.1, 0.5, 0.9)]
    levels = pd.concat(tables)
    found = list(prediction_claims.prediction_claims(protocol(), True, levels, "f"))
    assert [claim.id for claim in found] == [
        f"prediction-time-{skill}-{level}" for level in (0.1, 0.5, 0.9) for skill in (1, 2)
    ]
    assert found[1].measured == pytest.approx(1.25)
    found = list(prediction_claims.transfer_claims(protocol(), True, levels, "f"))
    assert [claim.id for claim in found] == ["time-transfer-1", "time-transfer-2"]


@pytest.mark.parametrize(
    ("predicted", "status"), [(10_000.0, "fail"), (18_000.0, "not-tested"), (4e4, "not-tested")]
)
def test_a_level_never_reached_fails_only_what_is_well_within_reach(predicted, status):
    table = emergence([np.nan], [predicted])
    (found,) = prediction_claims.prediction_claims(protocol(), True, table, "f")
    assert found.status == status
    assert "not reached" in found.note


@pytest.mark.parametrize(
    ("slope", "status"),
    [(-0.04, "pass"), (-0.14, "not-tested"), (-0.2, "fail"), (np.nan, "not-tested")],
)
def test_a_trend_is_an_exponents_error(slope, status):
    row = {"level": 0.5, "slope": slope, "low": slope - 0.05, "high": slope + 0.05, "skills": 5}
    (found,) = prediction_claims.trend_claims(protocol(), True, pd.DataFrame([row]), "f")
    assert (found.id, found.status) == ("trend-time-0.5", status)


@pytest.mark.parametrize(
    ("taken", "status"),
    [(180.0, "pass"), (120.0, "not-tested"), (60.0, "fail"), (np.nan, "not-tested")],
)
def test_saturation_slower_than_predicted(taken, status):
    rows = pd.DataFrame([{"skill": 1, **compared(around(100.0), around(taken, 0.3))}])
    levels = emergence([1.0])
    (found,) = prediction_claims.saturation_claims(protocol(), True, rows, levels, "f")
    assert found.status == status


def exponents(main=1.9, control=1.3, half=0.05, runs=5):
    rows = [
        ("two-layer", "time", 0.6, 1.6),
        ("transformer", "transformer", 0.9, main),
        ("transformer", "transformer_control", 0.3, control),
    ]
    return pd.DataFrame(
        [
            {
                "architecture": architecture,
                "experiment": name,
                "data_exponent": alpha,
                "expected": alpha + 1,
                "exponent": exponent,
                "low": exponent - half,
                "high": exponent + half,
                "confidence": 0.95,
                "skills": 5,
                "runs": runs,
            }
            for architecture, name, alpha, exponent in rows
        ]
    )


def protocols(runs=5):
    """Transformers that are none of the paper's size."""
    small = {"learning_rate": 0.001, "architecture": "transformer"}
    others = {
        name: protocol(small | {"experiment": name}, runs_table(runs))
        for name in ("transformer", "transformer_control")
    }
    return {"time": protocol(runs=runs_table(runs)), **others}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ("pass", "pass", "pass", "pass")),
        ({"main": 1.87}, ("pass", "pass", "pass", "pass")),
        ({"main": 1.7}, ("pass", "fail", "pass", "not-tested")),
        ({"control": 1.9}, ("pass", "pass", "fail", "fail")),
        ({"half": 0.5}, ("not-tested",) * 4),
        ({"main": np.nan}, ("pass", "not-tested", "pass", "not-tested")),
    ],
)
def test_exponents_are_judged_by_the_one_rule_whatever_the_size(changes, expected):
    found = emergence_claims.exponent_claims(protocols(), exponents(**changes), "f")
    assert statuses(found) == expected


def test_few_runs_decide_no_exponent():
    found = emergence_claims.exponent_claims(protocols(runs=2), exponents(), "f")
    assert set(statuses(found)) == {"not-tested"}


@pytest.mark.parametrize(
    ("ordered", "status"), [(5, "pass"), (4, "not-tested"), (1, "not-tested"), (0, "fail")]
)
def test_order_is_judged_run_by_run(ordered, status):
    """A skill never learned comes last; two of them contradict nothing."""
    right, wrong = [1.0, 2.0, 3.0, np.nan, np.nan], [2.0, 1.0, 3.0, 4.0, 5.0]
    rows = [
        ("transformer", run, skill, time)
        for run, times in enumerate([right] * ordered + [wrong] * (5 - ordered))
        for skill, time in enumerate(times, start=1)
    ]
    times = pd.DataFrame(rows, columns=["experiment", "run", "skill", "time"])
    table = exponents().query("experiment == 'transformer'")
    (found,) = emergence_claims.run_order_claims(protocols(), times, table, "f")
    assert (found.measured, found.status) == (ordered / 5, status)


@pytest.mark.parametrize(
    ("sigmoid", "asymmetry", "expected"),
    [
        (0.02, 1.05, ("pass", "pass")),
        (0.3, 3.5, ("fail", "fail")),
        (0.3, np.nan, ("fail", "not-tested")),
    ],
)
def test_shape(sigmoid, asymmetry, expected):
    noise = np.array([0.98, 1.0, 1.02])
    fits = pd.DataFrame({"run": [0, 1, 2], "exponential_residual": 0.2})
    fits = fits.assign(sigmoid_residual=sigmoid * noise, asymmetry=asymmetry * noise)
    assert statuses(emergence_claims.shape_claims(protocol(), fits, 0.95, "f")) == expected


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (48, ("pass", "pass", "fail")),
        (40, ("not-tested", "pass", "fail")),
        (2, ("fail", "fail", "pass")),
    ],
)
def test_table_5_is_met_within_what_ten_printed_runs_say(count, expected):
    rows = []
    for skill, printed in {1: 10, 2: 8, 4: 1}.items():
        row = {
            "pattern": f"skill-{skill}",
            "skill": skill,
            "range_low": 0.5,
            "range_high": 1.0,
            "count": count,
            "runs": 50,
        }
        for prefix, share in (
            ("", share_interval(count, 50, 0.95)),
            ("printed_", share_interval(printed, 10, 0.95)),
        ):
            names = (f"{prefix}share", f"{prefix}low", f"{prefix}high")
            row |= dict(zip(names, share, strict=True))
        rows.append(row | {"printed_count": printed, "printed_runs": 10})
    found = single_run_claims.table5_claims(protocol(), 10, pd.DataFrame(rows), "f")
    assert statuses(found) == expected


@pytest.mark.parametrize(("level", "status"), [(0.95, "pass"), (0.66, "fail")])
def test_the_authors_runs_are_one_row_that_can_fail(level, status):
    """At D = 400 single seeds differ so much that the size is not judged."""
    gap = level - 0.948
    rows = [(400, -0.3, -0.9, 0.3), (800, gap, gap - 0.01, gap + 0.01), (1200, 0, 0, 0)]
    data = pd.DataFrame(rows, columns=["at", "value", "low", "high"])
    data = data.assign(quantity="R/S less the authors'", their_runs=1)
    time = data.assign(quantity="step over the authors'", value=1.0, low=0.95, high=1.04)
    both = pd.concat([data, time])
    found = list(calibration_claims.authors_code_claims(protocol(), protocol(), both, "f"))
    assert [claim.id for claim in found] == ["authors-time", "authors-data"]
    assert {claim.kind for claim in found} == {ENGINES}
    assert statuses(found) == ("pass", status)


@pytest.mark.parametrize(
    ("name", "link"),
    [("prediction-data-5-0.1", "36-data-onset"), ("prediction-data-5-0.9", ""), ("a", "")],
)
def test_links_are_of_the_claims_that_fail(name, link):
    claim = Claim(1.0, 0.3, 0.1, kind=NETWORKS, **(WORDS | {"id": name}))
    assert explained(claim).discrepancy == link
