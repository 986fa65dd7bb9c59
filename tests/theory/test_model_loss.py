"""The model's loss against plain sums, enumeration of data sets, and its own limits."""

import itertools
import math
import time as clock
import tracemalloc

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emergence.theory import model_loss
from emergence.theory.model_loss import (
    finite_data_loss,
    multilinear_loss,
    multilinear_loss_by_direct_sum,
    one_shot_loss,
)

STRENGTHS = {"target_scale": 5.0, "initial_strength": 0.01}
MODEL = STRENGTHS | {"learning_rate": 0.7}
ROUNDING = 1e-12

exponents = st.floats(0.05, 3.0)
skill_counts = st.sampled_from([1, 2, 30, 1024, 1025, 1500, 20_000])


def plain_loss(time, n_learned, alpha, n_skills, scale=5.0, strength=0.01, rate=0.7):
    """Eq. 12 written out with the mathematics library, one skill after the other."""
    weights = [k ** -(alpha + 1.0) for k in range(1, n_skills + 1)]
    total = math.fsum(weights)
    losses = []
    for index, weight in enumerate(weights):
        frequency = weight / total
        if index < n_learned:
            reached = scale / (
                1 + (scale / strength - 1) * math.exp(-2 * rate * frequency * scale * time)
            )
            losses.append(frequency * (scale - reached) ** 2 / 2)
        else:
            losses.append(frequency * scale**2 / 2)
    return math.fsum(losses)


@pytest.mark.parametrize("alpha", [0.05, 0.6, 3.0])
@pytest.mark.parametrize("n_learned", [1, 7, 40, 5000])
@pytest.mark.parametrize("time", [0.0, 1.0, 30.0])
def test_loss_equals_equation_12_written_out(alpha, n_learned, time):
    expected = plain_loss(time, n_learned, alpha, 3000)
    for computed in (
        multilinear_loss(time, n_learned, data_exponent=alpha, n_skills=3000, **MODEL),
        multilinear_loss_by_direct_sum(
            time, n_learned, data_exponent=alpha, n_skills=3000, **MODEL
        )[0],
    ):
        np.testing.assert_allclose(computed, expected, rtol=1e-11)


@given(
    alpha=exponents, n_skills=skill_counts, share=st.floats(0.0, 1.0), log_ratio=st.floats(-6, -0.1)
)
def test_rule_agrees_with_the_direct_sum(alpha, n_skills, share, log_ratio):
    model = MODEL | {"initial_strength": 5.0 * 10.0**log_ratio}
    learned = max(1, round(share * n_skills))
    times = np.geomspace(0.1, 1e6, 12)
    setting = {"data_exponent": alpha, "n_skills": n_skills}
    fast = multilinear_loss(times, learned, **setting, **model)
    direct = multilinear_loss_by_direct_sum(times, learned, **setting, **model)
    np.testing.assert_allclose(fast, direct, rtol=ROUNDING, atol=1e-25 * 25.0)


def test_ten_million_skills_are_fast_small_and_right():
    setting = {"data_exponent": 0.3, "n_skills": 10**7}
    times = np.geomspace(1, 1e8, 200)
    tracemalloc.start()
    started = clock.perf_counter()
    fast = multilinear_loss(times, **setting, **MODEL)
    assert clock.perf_counter() - started < 2.0
    assert tracemalloc.get_traced_memory()[1] < 3e8
    tracemalloc.stop()
    direct = multilinear_loss_by_direct_sum(times[[150]], **setting, **MODEL)
    np.testing.assert_allclose(fast[[150]], direct, rtol=ROUNDING)


@pytest.mark.parametrize("alpha", [0.05, 0.3, 0.9, 3.0])
@pytest.mark.parametrize("time", [1.0, 1e3, 1e6])
def test_infinitely_many_skills_against_the_expansion_of_the_tail(alpha, time):
    """Beyond K the loss is expanded in powers of P, each a Hurwitz zeta function."""
    scale, strength, rate = MODEL.values()
    first = 2000 if time < 1e4 else 400_000
    normaliser = float(mpmath.zeta(1 + alpha))
    steepness = 2 * rate * scale * time / normaliser
    assert steepness * first ** -(alpha + 1.0) < 0.5  # the expansion converges
    skills = np.arange(first, 0.0, -1.0)
    powers = skills ** -(alpha + 1.0)
    ratio = scale / strength - 1
    head = np.sum(powers * (scale - scale / (1 + ratio * np.exp(-steepness * powers))) ** 2 / 2)
    with mpmath.workdps(30):
        series = mpmath.taylor(
            lambda x: (scale - scale / (1 + ratio * mpmath.exp(-x))) ** 2 / 2, 0, 25
        )
        tail = sum(
            coefficient
            * mpmath.mpf(steepness) ** order
            * mpmath.zeta((order + 1) * (1 + mpmath.mpf(alpha)), first + 1)
            for order, coefficient in enumerate(series)
        )
    expected = (head + float(tail)) / normaliser
    computed = multilinear_loss(time, data_exponent=alpha, n_skills=np.inf, **MODEL)
    np.testing.assert_allclose(computed, expected, rtol=1e-11)


@given(alpha=st.floats(0.4, 3.0), time=st.floats(0.0, 1e4))
def test_many_skills_approach_infinitely_many(alpha, time):
    """The difference is at most the missing skills' share, before and after normalising."""
    losses = [
        multilinear_loss(time, data_exponent=alpha, n_skills=skills, **MODEL)
        for skills in (1e4, 1e9, np.inf)
    ]
    assert abs(losses[1] - losses[2]) <= abs(losses[0] - losses[2]) + 1e-12
    assert abs(losses[1] - losses[2]) < 25.0 * 1e9**-alpha / alpha + 1e-12


@given(
    alpha=exponents,
    n_skills=skill_counts,
    time=st.floats(0.0, 1e5),
    later=st.floats(0.01, 10.0),
    learned=st.integers(1, 500),
)
def test_loss_falls_with_time_and_parameters_and_stays_below_its_start(
    alpha, n_skills, time, later, learned
):
    setting = {"data_exponent": alpha, "n_skills": n_skills}
    now = multilinear_loss(time, learned, **setting, **MODEL)
    slack = 1 + 1e-12
    assert 0 <= now <= 12.5 * slack
    assert multilinear_loss(time + later, learned, **setting, **MODEL) <= now * slack
    assert multilinear_loss(time, learned + 1, **setting, **MODEL) <= now * slack


@given(
    alpha=exponents,
    time=st.floats(0.0, 1e4),
    learned=st.integers(1, 300),
    factor=st.floats(0.1, 9.0),
)
def test_loss_scales_with_the_square_of_the_target(alpha, time, learned, factor):
    """S → cS, r → cr, η → η/c multiplies L by c²."""
    setting = {"data_exponent": alpha, "n_skills": 400}
    scaled = {
        "target_scale": 5.0 * factor,
        "initial_strength": 0.01 * factor,
        "learning_rate": 0.7 / factor,
    }
    np.testing.assert_allclose(
        multilinear_loss(time, learned, **setting, **scaled),
        factor**2 * multilinear_loss(time, learned, **setting, **MODEL),
        rtol=1e-9,
        atol=1e-25,
    )


def test_infinite_time_leaves_the_unlearnable_skills():
    learned = np.array([1, 9, 10, 50])
    loss = multilinear_loss(np.inf, learned, data_exponent=0.6, n_skills=10, **MODEL)
    probabilities = np.arange(1, 11) ** -1.6
    probabilities /= probabilities.sum()
    expected = [12.5 * probabilities[n:].sum() for n in learned]
    np.testing.assert_allclose(loss, expected, rtol=1e-12, atol=0)


def test_times_and_parameters_broadcast():
    times, learned = np.array([1.0, 10.0, 100.0]), np.array([[2], [5], [3000], [2]])
    table = multilinear_loss(times, learned, data_exponent=0.6, n_skills=4000, **MODEL)
    assert table.shape == (4, 3)
    np.testing.assert_array_equal(table[0], table[3])
    single = multilinear_loss(10.0, 3000, data_exponent=0.6, n_skills=4000, **MODEL)
    np.testing.assert_allclose(table[2, 1], single, rtol=1e-15)


def test_chunks_change_nothing(monkeypatch):
    times = np.geomspace(1, 1e3, 17)
    setting = {"data_exponent": 0.6, "n_skills": 5000} | MODEL
    whole = multilinear_loss(times, **setting), multilinear_loss_by_direct_sum(times, **setting)
    monkeypatch.setattr(model_loss, "CHUNK_ENTRIES", 3000)
    split = multilinear_loss(times, **setting), multilinear_loss_by_direct_sum(times, **setting)
    np.testing.assert_allclose(split, whole, rtol=1e-14)


def enumerated_loss(time, size, alpha, n_skills, n_learned):
    """Mean over every possible training set of `size` samples, one by one."""
    scale, strength, rate = MODEL.values()
    probabilities = np.arange(1, n_skills + 1) ** -(alpha + 1.0)
    probabilities /= probabilities.sum()
    mean = 0.0
    for samples in itertools.product(range(n_skills), repeat=size):
        counts = np.bincount(samples, minlength=n_skills)
        growth = np.exp(-2 * rate * counts / size * scale * time) if time < np.inf else counts == 0
        reached = scale / (1 + (scale / strength - 1) * growth)
        losses = (scale - reached) ** 2 / 2
        losses[n_learned:] = scale**2 / 2
        mean += np.prod(probabilities[list(samples)]) * (probabilities @ losses)
    return mean


@pytest.mark.parametrize("n_learned", [2, 4])
@pytest.mark.parametrize("size", [1, 2, 5])
def test_data_losses_equal_the_mean_over_all_training_sets(size, n_learned):
    setting = {"data_exponent": 0.6, "n_skills": 4}
    for time in (0.5, 3.0, np.inf):
        expected = enumerated_loss(time, size, 0.6, 4, n_learned)
        computed = finite_data_loss(time, size, n_learned, **setting, **MODEL)
        np.testing.assert_allclose(computed, expected, rtol=1e-12)
    np.testing.assert_allclose(
        one_shot_loss(size, n_learned, **setting, **STRENGTHS), expected, rtol=1e-12
    )


@pytest.mark.parametrize("alpha", [0.3, 0.9])
@pytest.mark.parametrize("n_skills", [30, 3000, np.inf])
@pytest.mark.parametrize("size", [1, 30, 3000, 10**6])
def test_finite_data_loss_meets_its_limits(alpha, n_skills, size):
    setting = {"data_exponent": alpha, "n_skills": n_skills}
    np.testing.assert_allclose(
        finite_data_loss(np.inf, size, **setting, **MODEL),
        one_shot_loss(size, **setting, **STRENGTHS),
        rtol=1e-11,
        atol=1e-15,
    )
    untrained = finite_data_loss(0.0, size, 20, **setting, **MODEL)
    np.testing.assert_allclose(untrained, multilinear_loss(0.0, 20, **setting, **MODEL), rtol=1e-12)


def test_much_data_is_fresh_data():
    """The mean over d_k differs from the limit by the variance of d_k/D, so by about 1/D."""
    setting = {"data_exponent": 0.6, "n_skills": 300}
    limit = multilinear_loss(8.0, **setting, **MODEL)
    errors = [
        finite_data_loss(8.0, size, **setting, **MODEL) - limit for size in (10**5, 10**6, 10**7)
    ]
    np.testing.assert_allclose(np.divide(errors[:-1], errors[1:]), 10.0, rtol=0.02)


def test_one_shot_loss_falls_with_data_and_parameters():
    sizes, learned = np.arange(0, 60), np.array([[1], [5], [40]])
    table = one_shot_loss(sizes, learned, data_exponent=0.6, n_skills=40, **STRENGTHS)
    assert np.all(np.diff(table[:, :20], axis=1) < 0)
    assert np.all(np.diff(table, axis=1) <= 0)
    assert np.all(np.diff(table, axis=0) < 0)
    np.testing.assert_allclose(table[2, 0], (5.0 - 0.01) ** 2 / 2, rtol=1e-14)


def test_a_single_skill_is_always_seen():
    assert one_shot_loss(1, data_exponent=0.6, n_skills=1, **STRENGTHS) == 0.0
    np.testing.assert_allclose(
        one_shot_loss(0, data_exponent=0.6, n_skills=1, **STRENGTHS), 4.99**2 / 2, rtol=1e-14
    )


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"time": -1.0}, "time"),
        ({"n_learned": 0}, "n_learned"),
        ({"n_learned": 2.5}, "n_learned"),
        ({"n_skills": 0}, "n_skills"),
        ({"data_exponent": 0.0}, "data_exponent"),
        ({"initial_strength": 6.0}, "initial_strength"),
        ({"learning_rate": 0.0}, "learning_rate"),
    ],
)
def test_arguments_out_of_range_are_named(wrong, name):
    arguments = MODEL | {"time": 1.0, "n_learned": 3, "data_exponent": 0.6, "n_skills": 10} | wrong
    with pytest.raises(ValueError, match=name):
        multilinear_loss(**arguments)


@pytest.mark.parametrize("size", [0, 1.5, np.inf])
def test_finite_data_must_be_whole_and_finite(size):
    with pytest.raises(ValueError, match="data_size"):
        finite_data_loss(1.0, size, data_exponent=0.6, n_skills=10, **MODEL)
