"""Closed forms of one skill against high precision and their own laws.

tests/theory/simulation compares them with gradient flow and descent.
"""

import warnings

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emergence.theory import closed_forms
from emergence.theory.setting import Setting

SETTING = Setting(5.0, 0.01, 0.7)

scales = st.floats(0.1, 10.0)
fractions = st.floats(1e-9, 0.99)
rates = st.floats(0.01, 5.0)
frequencies = st.floats(1e-4, 1.0)


@given(
    time=st.floats(0.0, 1e3), frequency=frequencies, scale=scales, fraction=fractions, rate=rates
)
def test_strength_and_loss_keep_relative_accuracy_at_every_time(
    time, frequency, scale, fraction, rate
):
    """In high precision; the exponent 2ηPST carries a rounding relative to itself."""
    setting = Setting(scale, scale * fraction, rate)
    with mpmath.workdps(40):
        scale, strength = mpmath.mpf(scale), mpmath.mpf(setting.initial_strength)
        exponent = 2 * mpmath.mpf(rate) * mpmath.mpf(frequency) * scale * mpmath.mpf(time)
        left = (scale / strength - 1) * mpmath.exp(-exponent)
        reached, loss = scale / (1 + left), (scale * left / (1 + left)) ** 2 / 2
    rounding = 1e-13 + 1e-15 * float(exponent)
    np.testing.assert_allclose(
        setting.target_scale * closed_forms.multilinear_skill_fraction(time, frequency, setting),
        float(reached),
        rtol=rounding,
    )
    np.testing.assert_allclose(
        closed_forms.multilinear_skill_loss(time, frequency, setting),
        float(loss),
        rtol=rounding,
        atol=1e-290,
    )


@pytest.mark.parametrize("time", [0.0, 1e-300, 1e300, np.inf])
@pytest.mark.parametrize("frequency", [0.0, 1e-300, 1.0])
def test_extreme_arguments_give_numbers_without_warnings(time, frequency):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fraction = closed_forms.multilinear_skill_fraction(time, frequency, SETTING)
        loss = closed_forms.multilinear_skill_loss(time, frequency, SETTING)
        linear = closed_forms.linear_skill_strength(time, frequency, SETTING)
    assert 0 < fraction <= 1
    assert 0 <= loss <= 12.5
    assert 0 <= linear <= 5
    if frequency == 0:
        np.testing.assert_allclose(fraction, 0.01 / 5.0, rtol=1e-14)


def test_linear_strength_is_accurate_for_tiny_times():
    strength = closed_forms.linear_skill_strength(1e-13, 0.2, SETTING)
    np.testing.assert_allclose(strength, 0.7 * 0.2 * 5.0 * 1e-13, rtol=1e-12)


def test_times_broadcast_against_skills():
    times, skills = np.linspace(0, 3, 7), np.array([0.5, 0.3, 0.2])
    table = closed_forms.multilinear_skill_fraction(times[:, None], skills, SETTING)
    assert table.shape == (7, 3)
    assert table[4, 1] == closed_forms.multilinear_skill_fraction(times[4], 0.3, SETTING)


@given(
    frequency=frequencies,
    scale=scales,
    fraction=st.floats(1e-6, 0.01),
    rate=rates,
    threshold=st.floats(0.02, 0.45),
)
def test_events_happen_at_the_threshold_and_at_its_complement(
    frequency, scale, fraction, rate, threshold
):
    setting = Setting(scale, fraction * scale, rate)
    emerged = closed_forms.emergence_time(frequency, setting, threshold=threshold)
    saturated = emerged + closed_forms.saturation_time(frequency, setting, threshold=threshold)
    late = closed_forms.emergence_time(frequency, setting, threshold=1 - threshold)
    np.testing.assert_allclose(late, saturated, rtol=1e-12)
    for time, expected in ((emerged, threshold), (saturated, 1 - threshold)):
        reached = closed_forms.multilinear_skill_fraction(time, frequency, setting)
        np.testing.assert_allclose(reached, expected, rtol=1e-9)


@pytest.mark.parametrize(("alpha", "threshold"), [(0.6, 0.05), (2.0, 0.01)])
def test_stage_like_margin_is_the_ratio_of_the_events(alpha, threshold):
    frequency = np.arange(1, 41) ** -(alpha + 1.0) / 3.0
    emerged = closed_forms.emergence_time(frequency, SETTING, threshold=threshold)
    saturated = emerged + closed_forms.saturation_time(frequency, SETTING, threshold=threshold)
    margin = closed_forms.stage_like_margin(
        np.arange(1, 40), SETTING, data_exponent=alpha, threshold=threshold
    )
    np.testing.assert_allclose(margin, emerged[1:] / saturated[:-1], rtol=1e-12)
    assert np.all(np.diff(margin) < 0)
