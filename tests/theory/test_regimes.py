"""Which resource limits: the rarest skill in reach, losses under several limits, Table 4."""

import numpy as np
import pytest

from emergence.theory.closed_forms import multilinear_skill_fraction
from emergence.theory.compute_envelope import lower_envelope
from emergence.theory.model_loss import finite_data_loss, multilinear_loss, one_shot_loss
from emergence.theory.regimes import (
    Limits,
    bottleneck_loss,
    exponent_table,
    resource_for_rarest_skill,
)
from emergence.theory.skill_sums import skill_normaliser

STRENGTHS = {"target_scale": 5.0, "initial_strength": 0.01}
MODEL = STRENGTHS | {"learning_rate": 0.7}


@pytest.mark.parametrize("n_skills", [500, np.inf])
def test_rarest_skill_is_half_learned_or_expected_once(n_skills):
    skills = np.array([1.0, 30.0, 400.0])
    frequency = skills**-1.6 / skill_normaliser(0.6, n_skills)
    time = resource_for_rarest_skill("time", skills, 0.6, n_skills=n_skills, **MODEL)
    half = multilinear_skill_fraction(time, frequency, **MODEL)
    np.testing.assert_allclose(half, 0.5, rtol=1e-12)
    data = resource_for_rarest_skill("data", skills, 0.6, n_skills=n_skills, **MODEL)
    np.testing.assert_allclose(data * frequency, 1.0, rtol=1e-12)
    parameters = resource_for_rarest_skill("parameters", skills, 0.6, **MODEL)
    np.testing.assert_array_equal(parameters, skills)


def test_compute_for_a_skill_has_it_as_best_number_of_parameters():
    compute = resource_for_rarest_skill("compute", [100.0, 700.0], 0.6, **MODEL)
    best = lower_envelope(compute, data_exponent=0.6, n_skills=np.inf, **MODEL).n_parameters
    np.testing.assert_allclose(best, [100.0, 700.0], atol=1.0)


def test_limits_lead_to_the_right_loss():
    skills = {"data_exponent": 0.6, "n_skills": 200}
    amount = np.array([3.0, 50.0])
    cases = {
        ("time", Limits(n_skills=200)): multilinear_loss(amount, **skills, **MODEL),
        ("time", Limits(n_skills=200, n_parameters=9)): multilinear_loss(
            amount, 9, **skills, **MODEL
        ),
        ("time", Limits(n_skills=200, data_size=40)): finite_data_loss(
            amount, 40, **skills, **MODEL
        ),
        ("data", Limits(n_skills=200)): one_shot_loss(amount, **skills, **STRENGTHS),
        ("data", Limits(n_skills=200, n_parameters=9)): one_shot_loss(
            amount, 9, **skills, **STRENGTHS
        ),
        ("data", Limits(n_skills=200, time=8.0)): finite_data_loss(8.0, amount, **skills, **MODEL),
        ("parameters", Limits(n_skills=200)): multilinear_loss(np.inf, amount, **skills, **MODEL),
        ("parameters", Limits(n_skills=200, time=8.0)): multilinear_loss(
            8.0, amount, **skills, **MODEL
        ),
        ("parameters", Limits(n_skills=200, data_size=40)): one_shot_loss(
            40, amount, **skills, **STRENGTHS
        ),
        ("compute", Limits(n_skills=200, n_parameters=9)): multilinear_loss(
            amount / 9, 9, **skills, **MODEL
        ),
        ("compute", Limits(n_skills=200)): lower_envelope(amount, **skills, **MODEL).loss,
    }
    for (bottleneck, limits), expected in cases.items():
        computed = bottleneck_loss(bottleneck, amount, 0.6, limits=limits, **MODEL)
        np.testing.assert_allclose(computed, expected, rtol=1e-14)


def test_compute_with_little_data_keeps_the_best_number_of_parameters():
    amount = np.array([30.0, 900.0])
    skills = {"data_exponent": 0.6, "n_skills": 200}
    best = lower_envelope(amount, **skills, **MODEL).n_parameters
    expected = finite_data_loss(amount / best, 40, best, **skills, **MODEL)
    limits = Limits(n_skills=200, data_size=40)
    computed = bottleneck_loss("compute", amount, 0.6, limits=limits, **MODEL)
    np.testing.assert_allclose(computed, expected, rtol=1e-14)


def test_exponents_and_what_the_other_resources_need():
    table = exponent_table([0.6]).set_index("bottleneck")
    assert table.loc["time", "loss_exponent"] == pytest.approx(-0.375)
    assert table.loc["time", "n_parameters_power"] == pytest.approx(1 / 1.6)
    assert table.loc["time", "data_power"] == pytest.approx(1.0)
    assert table.loc["data", "time_power"] == pytest.approx(1.0)
    assert table.loc["parameters", "time_power"] == pytest.approx(1.6)
    assert table.loc["parameters", "data_power"] == pytest.approx(1.6)
    assert table.loc["compute", "n_parameters_power"] == pytest.approx(1 / 2.6)
    shares = table.loc["compute", ["n_parameters_power", "time_power"]]
    assert shares.sum() == pytest.approx(1.0)
    for own in (
        ("time", "time_power"),
        ("data", "data_power"),
        ("parameters", "n_parameters_power"),
    ):
        assert np.isnan(table.loc[own])


def test_unknown_bottlenecks_are_refused():
    with pytest.raises(ValueError, match="bottleneck"):
        resource_for_rarest_skill("energy", 1.0, 0.6, **MODEL)
    with pytest.raises(ValueError, match="bottleneck"):
        bottleneck_loss("energy", 1.0, 0.6, limits=Limits(), **MODEL)
