"""Extended models and one-shot learners against their definitions."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from emergence.theory import extended_models
from emergence.theory.setting import Setting

SETTING = Setting(5.0, 1.0, 0.7)


@given(samples=st.floats(0.0, 5e3), critical=st.floats(1.0, 2e3))
def test_data_model_leaves_the_uncovered_share_as_squared_error(samples, critical):
    fraction = extended_models.extended_data_skill_fraction(samples, critical)
    uncovered = max(1 - samples / critical, 0.0)
    np.testing.assert_allclose((1 - fraction) ** 2, uncovered, atol=1e-14, rtol=1e-12)
    assert 0 <= fraction <= 1


@given(n_parameters=st.integers(1, 200), skill=st.integers(1, 60), critical=st.integers(1, 12))
def test_parameter_model_equals_the_definition_by_quotient_and_remainder(
    n_parameters, skill, critical
):
    quotient = (n_parameters - 1) // critical + 1
    remainder = n_parameters - (quotient - 1) * critical
    expected = 1.0 if skill < quotient else remainder / critical if skill == quotient else 0.0
    computed = extended_models.extended_parameter_skill_fraction(n_parameters, skill, critical)
    np.testing.assert_allclose(computed, expected, rtol=1e-12, atol=1e-12)


@given(n_parameters=st.integers(1, 40), critical=st.floats(0.5, 9.0))
def test_parameter_model_spends_every_parameter_once(n_parameters, critical):
    fractions = extended_models.extended_parameter_skill_fraction(
        n_parameters, np.arange(1, 200), critical
    )
    np.testing.assert_allclose(fractions.sum() * critical, n_parameters, rtol=1e-11)
    assert np.all(np.diff(fractions) <= 0)


def test_one_resource_decides_which_skills_are_learned():
    losses = extended_models.one_shot_skill_loss([0, 1, 2, 0], SETTING)
    np.testing.assert_array_equal(losses, [8.0, 0.0, 0.0, 8.0])
    losses = extended_models.parameter_limited_skill_loss([1, 3, 4], 3, SETTING)
    np.testing.assert_array_equal(losses, [0.0, 0.0, 12.5])
