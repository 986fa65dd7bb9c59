"""Claims on trained networks, on made-up tables whose verdict is known."""

import numpy as np
import pandas as pd
import pytest
from made_up import paper_settings

from emergence.analysis.intervals import Interval
from emergence.analysis.prediction import compared
from emergence.verify.claims import ENGINES, NETWORKS
from paper.nam2024.claims import (
    calibration_claims,
    emergence_claims,
    prediction_claims,
    tolerances,
)
from paper.nam2024.claims.network_claims import UNDECIDED, network_claim
from paper.nam2024.claims.protocols import Protocol

SETTINGS = paper_settings(
    experiment="time", steps=20000, schedule={"factor": 0.5, "every": 500}, engine="auto"
)
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
        ({"steps": 50, "resource": "parameters"}, runs_table(), False),  # not long enough
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


@pytest.mark.parametrize(("resource", "judged"), [("time", [2, 3, 4]), ("parameters", [2, 3])])
def test_what_no_sweep_can_show_is_not_judged(resource, judged):
    """Less than one unit, and more than the protocol's largest; time ends nowhere."""
    table = emergence([1.0, 5.0, 9.0, 2000.0], predicted=[0.5, 5.0, 9.0, 2000.0])
    made = protocol({"resource": resource})
    found = prediction_claims.prediction_claims(made, True, table, "f")
    assert [claim.id for claim in found] == [f"prediction-{resource}-{k}-0.1" for k in judged]


@pytest.mark.parametrize(("slower", "status"), [(1.5, "pass"), (1.0, "not-tested"), (0.8, "fail")])
def test_slow_saturation_is_claimed_of_many_skills_and_of_one(slower, status):
    parts = [(0.1, 0.5, 1.0), (0.5, 0.9, slower), (0.1, 0.9, 1.0)]
    rises = pd.DataFrame(
        {"experiment": name, "skill": 1, "start": start, "end": end}
        | compared(around(10.0, 0.01), around(10.0 * ratio))
        for name in ("time", "single")
        for start, end, ratio in parts
    )
    both = {"time": protocol(), "single": protocol()}
    found = list(prediction_claims.saturation_claims(both, ("time", "single"), rises, "f"))
    assert [claim.id for claim in found] == ["saturation-1", "saturation-one-skill"]
    assert statuses(found) == (status, status)


@pytest.mark.parametrize(("excess", "status"), [(1.1, "pass"), (1.3, "not-tested"), (1.7, "fail")])
def test_the_excess_over_a_single_skill_is_of_the_last_part(excess, status):
    table = pd.DataFrame(
        {"start": start, "end": end, **around(value)._asdict()}
        for start, end, value in ((0.1, 0.5, 1.0), (0.5, 0.9, excess), (0.1, 0.9, 1.0))
    ).assign(skills=4, single_runs=3)
    assert prediction_claims.excess_claim(protocol(), True, table, "f").status == status


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
