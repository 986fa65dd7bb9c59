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
from emergence.theory.setting import Setting
from emergence.theory.skill_sums import skill_normaliser

SETTING = Setting(5.0, 0.01, 0.7)
MODEL = {"setting": SETTING, "data_exponent": 0.6, "n_skills": 200}


@pytest.mark.parametrize("n_skills", [500, np.inf])
def test_rarest_skill_is_half_learned_or_expected_once(n_skills):
    skills = np.array([1.0, 30.0, 400.0])
    frequency = skills**-1.6 / skill_normaliser(0.6, n_skills)
    time, data, parameters = (
        resource_for_rarest_skill(bottleneck, skills, 0.6, SETTING, n_skills=n_skills)
        for bottleneck in ("time", "data", "parameters")
    )
    half = multilinear_skill_fraction(time, frequency, SETTING)
    np.testing.assert_allclose(half, 0.5, rtol=1e-12)
    np.testing.assert_allclose(data * frequency, 1.0, rtol=1e-12)
    np.testing.assert_array_equal(parameters, skills)


def test_compute_for_a_skill_has_it_as_best_number_of_parameters():
    compute = resource_for_rarest_skill("compute", [100.0, 700.0], 0.6, SETTING)
    best = lower_envelope(compute, **MODEL | {"n_skills": np.inf}).n_parameters
    np.testing.assert_allclose(best, [100.0, 700.0], atol=1.0)


AMOUNT = np.array([30.0, 900.0])
ENVELOPE = lower_envelope(AMOUNT, **MODEL)


@pytest.mark.parametrize(
    ("bottleneck", "limits", "expected"),
    [
        ("time", {}, multilinear_loss(AMOUNT, **MODEL)),
        ("time", {"n_parameters": 9}, multilinear_loss(AMOUNT, 9, **MODEL)),
        ("time", {"data_size": 40}, finite_data_loss(AMOUNT, 40, **MODEL)),
        ("data", {}, one_shot_loss(AMOUNT, **MODEL)),
        ("data", {"n_parameters": 9}, one_shot_loss(AMOUNT, 9, **MODEL)),
        ("data", {"time": 8.0}, finite_data_loss(8.0, AMOUNT, **MODEL)),
        ("parameters", {}, multilinear_loss(np.inf, AMOUNT, **MODEL)),
        ("parameters", {"time": 8.0}, multilinear_loss(8.0, AMOUNT, **MODEL)),
        ("parameters", {"data_size": 40}, one_shot_loss(40, AMOUNT, **MODEL)),
        ("compute", {}, ENVELOPE.loss),
        ("compute", {"n_parameters": 9}, multilinear_loss(AMOUNT / 9, 9, **MODEL)),
        (
            "compute",
            {"data_size": 40},
            finite_data_loss(AMOUNT / ENVELOPE.n_parameters, 40, ENVELOPE.n_parameters, **MODEL),
        ),
    ],
)
def test_limits_lead_to_the_right_loss(bottleneck, limits, expected):
    limits = Limits(n_skills=200, **limits)
    computed = bottleneck_loss(bottleneck, AMOUNT, 0.6, SETTING, limits=limits)
    np.testing.assert_allclose(computed, expected, rtol=1e-14)


def test_exponents_and_what_the_other_resources_need():
    columns = ["loss_exponent", "n_parameters_power", "time_power", "data_power"]
    table = exponent_table([0.6]).set_index("bottleneck")[columns]
    expected = {
        "time": [-0.6 / 1.6, 1 / 1.6, np.nan, 1.0],
        "data": [-0.6 / 1.6, 1 / 1.6, 1.0, np.nan],
        "parameters": [-0.6, np.nan, 1.6, 1.6],
        "compute": [-0.6 / 2.6, 1 / 2.6, 1.6 / 2.6, 1.6 / 2.6],
    }
    for bottleneck, powers in expected.items():
        np.testing.assert_allclose(table.loc[bottleneck], powers, rtol=1e-12)
