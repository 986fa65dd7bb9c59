"""Rows on theory: read from the tables of checks, or computed and compared with a derivation."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emergence.randomness import Stream, stream_key
from paper.nam2024.discrepancies.theory_rows import (
    constant_factor_rate,
    equation_finding,
    theory_findings,
)
from paper.nam2024.theory.checks.checks import simulation_checks
from paper.nam2024.theory.equation_checks import equation_checks
from paper.nam2024.theory.simulated_figures import figure08_data
from paper.nam2024.theory.three_neurons import coupling_table


@pytest.fixture(scope="module")
def tables():
    strengths = figure08_data(
        target_scale=1.0,
        initial_strength=0.01,
        learning_rate=0.025,
        squared_coupling=1 / 3,
        final_time=3000.0,
        n_times=51,
    ).strengths
    checks = simulation_checks(Stream(stream_key(0, "test"), 0))
    return {
        "equations": equation_checks([0.6], [0.1]),
        "simulations": checks,
        "three_neurons": strengths,
        "couplings": coupling_table(target_scales=[1.0], relative_initial_strengths=[0.01, 0.1]),
    }


@pytest.fixture(scope="module")
def findings(tables):
    return theory_findings(**tables)


def test_each_check_of_an_equation_is_told(findings, tables):
    row = tables["equations"].set_index("id").loc["13"]
    text = findings["13-compute-prefactors"].computed
    assert f"alpha = 0.6: code {row['code']:.4g}, computed {row['computed']:.4g}" in text
    told = {found.evidence.split("id ")[-1] for found in findings.values() if "id " in found[1]}
    assert set(tables["equations"]["id"].astype(str)) <= told


def test_missing_rows_are_refused(tables):
    with pytest.raises(ValueError, match="no row 13"):
        equation_finding(tables["equations"].query("id != '13'"), "13", ("code",))
    fewer = tables["simulations"].query("id != 'prop1-strength'")
    with pytest.raises(ValueError, match="prop1-strength"):
        theory_findings(**{**tables, "simulations": fewer})


@settings(max_examples=15, deadline=None)
@given(st.floats(0.05, 0.95), st.floats(0.5, 5.0), st.floats(1e-4, 0.1))
def test_a_constant_factor_multiplies_the_rate_by_itself(coupling, scale, strength):
    """With a² = b² = R/B the flow is dR/dT = 2 η B R (S - R): a rate of B, not B²."""
    assert constant_factor_rate(coupling, scale, strength) == pytest.approx(coupling, rel=1e-3)


def test_mode_strengths_end_at_half_and_quarters(findings, numbers):
    shares = numbers(findings["23-mode-strengths"].computed)[:4]
    np.testing.assert_allclose(shares, [0.5, 0.25, 0.25, 1.0], atol=2e-3)


def test_figure_6_by_bisection_of_the_curve(findings, numbers):
    """Levels 0.05 and 0.95 of S/(1 + (S/r - 1) e^{-4 lr P S T}), S = 5, r = 0.01, lr = 0.1."""

    def crossing(share, level):
        low, high = 0.0, 1e4
        for _ in range(200):
            middle = (low + high) / 2
            above = 1 / (1 + 499 * np.exp(-4 * 0.1 * share * 5 * middle)) >= level
            low, high = (low, middle) if above else (middle, high)
        return high

    found = numbers(findings["24-figure-6-shares"].computed)
    first, second = crossing(0.05, 0.05), crossing(0.05, 0.95)
    assert f"{first:.4g} and {second:.4g}" in findings["24-figure-6-shares"].computed
    assert found[-2:] == [33.0, 92.0]
    assert f"{crossing(0.01, 0.05) / second:.4g} as drawn" in (
        findings["24-figure-6-shares"].computed
    )
    assert f"{first / second * 2**1.6:.4g} at alpha = 0.6" in (
        findings["24-figure-6-shares"].computed
    )


def test_second_stage_is_below_one(findings, numbers):
    text = findings["25-second-stage"].computed
    first, second = text.split("skills 2 and 3")
    assert numbers(first)[-2] > 1
    assert numbers(second)[0] < 1


def test_the_derived_flow_is_the_loss_s_gradient(findings, numbers):
    assert numbers(findings["26-three-neuron-flow"].computed)[-1] < 1e-8


def test_a_value_that_is_missing_is_not_hidden():
    table = pd.DataFrame(
        {"id": ["x"], "quantity": ["q"], "alpha": [0.3], "paper": [np.nan], "evidence": [""]}
    )
    assert "paper nan" in equation_finding(table, "x", ("paper",)).computed
