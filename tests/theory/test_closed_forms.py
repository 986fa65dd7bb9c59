"""Closed forms of one skill against gradient flow, high precision and their own laws."""

import warnings

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from emergence.theory import closed_forms

MODEL = {"target_scale": 5.0, "initial_strength": 0.01, "learning_rate": 0.7}

scales = st.floats(0.1, 10.0)
fractions = st.floats(1e-6, 0.9)
rates = st.floats(0.01, 5.0)
frequencies = st.floats(1e-4, 1.0)
times = st.floats(0.0, 1e3)


def precise_loss(time, frequency, target_scale, initial_strength, learning_rate):
    with mpmath.workdps(300):
        scale, strength = mpmath.mpf(target_scale), mpmath.mpf(initial_strength)
        growth = mpmath.exp(
            2 * mpmath.mpf(learning_rate) * mpmath.mpf(frequency) * scale * mpmath.mpf(time)
        )
        reached = scale / (1 + (scale / strength - 1) / growth)
        return (scale - reached) ** 2 / 2, reached


@pytest.mark.parametrize("frequency", [0.5, 0.2, 0.1])
def test_multilinear_skill_follows_gradient_flow_of_the_two_factors(frequency):
    scale, strength, rate = MODEL.values()
    grid = np.linspace(0.0, 12.0, 40)

    def flow(_, factors):
        a, b = factors
        residual = frequency * (scale - a * b)
        return rate * residual * b, rate * residual * a

    start = np.sqrt(strength)
    solution = solve_ivp(flow, (0, 12), [start, start], "DOP853", grid, rtol=1e-11, atol=1e-13)
    product = solution.y[0] * solution.y[1]
    closed = closed_forms.multilinear_skill_strength(grid, frequency, **MODEL)
    np.testing.assert_allclose(closed, product, rtol=1e-8)


@pytest.mark.parametrize("time", [0.0, 1e-9, 1.0, 7.3, 20.0, 40.0])
@pytest.mark.parametrize("strength", [1e-12, 0.01, 4.99])
def test_strength_and_loss_keep_relative_accuracy_in_both_tails(time, strength):
    model = MODEL | {"initial_strength": strength}
    loss, reached = precise_loss(time, 0.3, **model)
    computed = closed_forms.multilinear_skill_loss(time, 0.3, **model)
    np.testing.assert_allclose(computed, float(loss), rtol=1e-13, atol=0)
    np.testing.assert_allclose(
        closed_forms.multilinear_skill_strength(time, 0.3, **model), float(reached), rtol=1e-13
    )


def test_late_loss_stays_accurate_where_the_difference_would_be_zero():
    loss, reached = precise_loss(45.0, 0.9, **MODEL)
    computed = closed_forms.multilinear_skill_loss(45.0, 0.9, **MODEL)
    assert float(reached) == MODEL["target_scale"]
    # The exponent 2ηPST = 284 itself carries a rounding of 1e-16 relative, twice in the square.
    np.testing.assert_allclose(computed, float(loss), rtol=1e-12, atol=0)


@pytest.mark.parametrize("time", [0.0, 1e-300, 1e6, 1e300, np.inf])
@pytest.mark.parametrize("frequency", [0.0, 1e-300, 1e-7, 1.0])
def test_extreme_arguments_give_numbers_without_warnings(time, frequency):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fraction = closed_forms.multilinear_skill_fraction(time, frequency, **MODEL)
        loss = closed_forms.multilinear_skill_loss(time, frequency, **MODEL)
        linear = closed_forms.linear_skill_strength(
            time, frequency, target_scale=5.0, learning_rate=0.7
        )
    assert 0 < fraction <= 1
    assert 0 <= loss <= 12.5
    assert 0 <= linear <= 5
    if frequency == 0:
        np.testing.assert_allclose(fraction, 0.01 / 5.0, rtol=1e-14)


def test_shapes_broadcast_times_against_skills():
    grid, skills = np.linspace(0, 3, 7), np.array([0.5, 0.3, 0.2])
    table = closed_forms.multilinear_skill_fraction(grid[:, None], skills, **MODEL)
    assert table.shape == (7, 3)
    assert table[4, 1] == closed_forms.multilinear_skill_fraction(grid[4], 0.3, **MODEL)


@given(time=times, frequency=frequencies, scale=scales, fraction=fractions, rate=rates)
def test_loss_is_half_the_squared_shortfall(time, frequency, scale, fraction, rate):
    model = {
        "target_scale": scale,
        "initial_strength": fraction * scale,
        "learning_rate": rate,
    }
    strength = closed_forms.multilinear_skill_strength(time, frequency, **model)
    loss = closed_forms.multilinear_skill_loss(time, frequency, **model)
    np.testing.assert_allclose(loss, (scale - strength) ** 2 / 2, atol=1e-14 * scale**2, rtol=1e-9)


@given(
    time=times,
    frequency=frequencies,
    scale=scales,
    fraction=fractions,
    rate=rates,
    factor=st.floats(0.1, 10.0),
)
def test_strength_scales_with_the_target(time, frequency, scale, fraction, rate, factor):
    """S → cS, r → cr, η → η/c multiplies R by c."""
    model = {"target_scale": scale, "initial_strength": fraction * scale, "learning_rate": rate}
    scaled = {
        "target_scale": factor * scale,
        "initial_strength": factor * fraction * scale,
        "learning_rate": rate / factor,
    }
    np.testing.assert_allclose(
        closed_forms.multilinear_skill_strength(time, frequency, **scaled),
        factor * closed_forms.multilinear_skill_strength(time, frequency, **model),
        rtol=1e-10,
    )


@given(time=times, later=st.floats(1e-3, 10.0), frequency=frequencies, fraction=fractions)
def test_strength_never_falls_with_time_and_stays_between_start_and_target(
    time, later, frequency, fraction
):
    model = {"target_scale": 1.0, "initial_strength": fraction, "learning_rate": 1.0}
    now = closed_forms.multilinear_skill_strength(time, frequency, **model)
    then = closed_forms.multilinear_skill_strength(time + later, frequency, **model)
    assert fraction * (1 - 1e-12) <= now <= then <= 1.0


@given(time=st.floats(0.01, 50.0), frequency=frequencies)
def test_time_and_frequency_enter_only_through_their_product(time, frequency):
    one = closed_forms.multilinear_skill_fraction(time, frequency, **MODEL)
    other = closed_forms.multilinear_skill_fraction(time * frequency, 1.0, **MODEL)
    np.testing.assert_allclose(one, other, rtol=1e-11)


def test_linear_model_follows_its_gradient_flow():
    grid = np.linspace(0, 20, 30)
    solution = solve_ivp(
        lambda _, strength: 0.7 * 0.2 * (5.0 - strength), (0, 20), [0.0], "DOP853", grid,
        rtol=1e-11, atol=1e-13,
    )  # fmt: skip
    closed = closed_forms.linear_skill_strength(grid, 0.2, target_scale=5.0, learning_rate=0.7)
    np.testing.assert_allclose(closed, solution.y[0], rtol=1e-8, atol=1e-11)


def test_linear_model_is_accurate_for_tiny_times():
    closed = closed_forms.linear_skill_strength(1e-13, 0.5, target_scale=2.0, learning_rate=1.0)
    np.testing.assert_allclose(closed, 1e-13, rtol=1e-12)


@pytest.mark.parametrize("singular_value", [1.0, 0.5, 0.25])
def test_linear_network_mode_follows_gradient_flow(singular_value):
    grid = np.linspace(0, 100, 30)
    start = np.sqrt(0.001)
    solution = solve_ivp(
        lambda _, y: 0.1 * (singular_value - y[0] * y[1]) * y[::-1], (0, 100), [start, start],
        "DOP853", grid, rtol=1e-11, atol=1e-13,
    )  # fmt: skip
    closed = closed_forms.linear_network_mode_fraction(
        grid, singular_value, initial_product=0.001, learning_rate=0.1
    )
    np.testing.assert_allclose(closed, solution.y[0] * solution.y[1] / singular_value, rtol=1e-8)


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
    model = {"target_scale": scale, "initial_strength": fraction * scale, "learning_rate": rate}
    emerged = closed_forms.emergence_time(frequency, threshold=threshold, **model)
    saturated = emerged + closed_forms.saturation_time(frequency, threshold=threshold, **model)
    assert 0 < emerged < saturated
    for time, expected in ((emerged, threshold), (saturated, 1 - threshold)):
        reached = closed_forms.multilinear_skill_fraction(time, frequency, **model)
        np.testing.assert_allclose(reached, expected, rtol=1e-9)


def test_event_times_grow_as_a_power_of_the_skill_index():
    skills = np.arange(1, 20)
    times_of_events = [
        event(skills**-1.6 / 2.3, threshold=0.05, **MODEL)
        for event in (closed_forms.emergence_time, closed_forms.saturation_time)
    ]
    for event_times in times_of_events:
        np.testing.assert_allclose(event_times / event_times[0], skills**1.6, rtol=1e-12)


@pytest.mark.parametrize(("alpha", "threshold"), [(0.6, 0.05), (0.9, 0.1), (2.0, 0.01)])
def test_stage_like_margin_is_the_ratio_of_the_events(alpha, threshold):
    skills = np.arange(1, 40)
    frequency = np.arange(1, 41) ** -(alpha + 1.0) / 3.0
    emerged = closed_forms.emergence_time(frequency, threshold=threshold, **MODEL)
    saturated = emerged + closed_forms.saturation_time(frequency, threshold=threshold, **MODEL)
    margin = closed_forms.stage_like_margin(
        skills, data_exponent=alpha, target_scale=5.0, initial_strength=0.01, threshold=threshold
    )
    np.testing.assert_allclose(margin, emerged[1:] / saturated[:-1], rtol=1e-12)
    assert np.all(np.diff(margin) < 0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"target_scale": 0.0},
        {"target_scale": -1.0},
        {"target_scale": np.nan},
        {"target_scale": np.inf},
        {"initial_strength": 0.0},
        {"initial_strength": 5.0},
        {"learning_rate": -0.1},
        {"time": -1.0},
        {"time": np.nan},
        {"skill_frequency": 1.5},
        {"skill_frequency": -0.1},
    ],
)
def test_arguments_out_of_range_are_named(wrong):
    arguments = MODEL | {"time": 1.0, "skill_frequency": 0.5} | wrong
    with pytest.raises(ValueError, match=next(iter(wrong))):
        closed_forms.multilinear_skill_loss(**arguments)


@pytest.mark.parametrize("threshold", [0.0, 0.001, 1.0, np.nan])
def test_threshold_of_emergence_must_lie_above_the_start(threshold):
    with pytest.raises(ValueError, match="threshold"):
        closed_forms.emergence_time(0.5, threshold=threshold, **MODEL)


@pytest.mark.parametrize("threshold", [0.0, 0.001, 0.5, 0.7, 1.0, np.nan])
def test_threshold_of_saturation_must_lie_between_start_and_one_half(threshold):
    with pytest.raises(ValueError, match="threshold"):
        closed_forms.saturation_time(0.5, threshold=threshold, **MODEL)


@pytest.mark.parametrize("threshold", [0.5, 0.9])
def test_emergence_may_be_asked_for_late_thresholds(threshold):
    time = closed_forms.emergence_time(0.5, threshold=threshold, **MODEL)
    reached = closed_forms.multilinear_skill_fraction(time, 0.5, **MODEL)
    np.testing.assert_allclose(reached, threshold, rtol=1e-12)


@pytest.mark.parametrize("event", [closed_forms.emergence_time, closed_forms.saturation_time])
def test_a_skill_that_never_occurs_has_no_event(event):
    with pytest.raises(ValueError, match="skill_frequency"):
        event(0.0, threshold=0.05, **MODEL)


@pytest.mark.parametrize("skill", [0, 1.5, -1])
def test_skill_index_is_whole_and_counted_from_one(skill):
    with pytest.raises(ValueError, match="skill"):
        closed_forms.stage_like_margin(
            skill, data_exponent=0.6, target_scale=5.0, initial_strength=0.01, threshold=0.05
        )
