"""The model's loss against plain sums, enumeration of data sets, and its own limits."""

import itertools
import math

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
from emergence.theory.setting import Setting

SCALE, STRENGTH, RATE = 5.0, 0.01, 0.7
SETTING = Setting(SCALE, STRENGTH, RATE)
ROUNDING = 1e-12

exponents = st.floats(0.05, 3.0)
skill_counts = st.sampled_from([1, 2, 30, 1024, 1025, 1500, 20_000])


def model(alpha, n_skills, setting=SETTING):
    return {"setting": setting, "data_exponent": alpha, "n_skills": n_skills}


def plain_loss(time, n_learned, alpha, n_skills):
    """Eq. 12 written out with the mathematics library, one skill after the other."""
    weights = [k ** -(alpha + 1.0) for k in range(1, n_skills + 1)]
    total = math.fsum(weights)
    losses = []
    for index, weight in enumerate(weights):
        growth = math.exp(-2 * RATE * weight / total * SCALE * time)
        reached = SCALE / (1 + (SCALE / STRENGTH - 1) * growth) if index < n_learned else 0.0
        losses.append(weight / total * (SCALE - reached) ** 2 / 2)
    return math.fsum(losses)


@pytest.mark.parametrize("alpha", [0.05, 0.6, 3.0])
@pytest.mark.parametrize("n_learned", [7, 5000])
def test_loss_equals_equation_12_written_out(alpha, n_learned):
    times = np.array([0.0, 1.0, 30.0])
    expected = [plain_loss(time, n_learned, alpha, 3000) for time in times]
    for loss in (multilinear_loss, multilinear_loss_by_direct_sum):
        computed = loss(times, n_learned, **model(alpha, 3000))
        np.testing.assert_allclose(computed, expected, rtol=1e-11)


@given(
    alpha=exponents, n_skills=skill_counts, share=st.floats(0.0, 1.0), log_ratio=st.floats(-6, -0.1)
)
def test_rule_agrees_with_the_direct_sum(alpha, n_skills, share, log_ratio):
    arguments = model(alpha, n_skills, Setting(SCALE, SCALE * 10.0**log_ratio, RATE))
    learned = max(1, round(share * n_skills))
    times = np.geomspace(0.1, 1e6, 12)
    fast = multilinear_loss(times, learned, **arguments)
    direct = multilinear_loss_by_direct_sum(times, learned, **arguments)
    np.testing.assert_allclose(fast, direct, rtol=ROUNDING, atol=1e-25 * 25.0)


@pytest.mark.parametrize("alpha", [0.05, 0.3, 3.0])
@pytest.mark.parametrize("time", [1.0, 1e3])
def test_infinitely_many_skills_against_the_expansion_of_the_tail(alpha, time):
    """Beyond K the loss is expanded in powers of P, each a Hurwitz zeta function."""
    first = 2000
    normaliser = float(mpmath.zeta(1 + alpha))
    steepness = 2 * RATE * SCALE * time / normaliser
    assert steepness * first ** -(alpha + 1.0) < 0.5  # the expansion converges
    powers = np.arange(first, 0.0, -1.0) ** -(alpha + 1.0)
    ratio = SCALE / STRENGTH - 1
    head = np.sum(powers * (SCALE - SCALE / (1 + ratio * np.exp(-steepness * powers))) ** 2 / 2)
    with mpmath.workdps(30):
        series = mpmath.taylor(
            lambda x: (SCALE - SCALE / (1 + ratio * mpmath.exp(-x))) ** 2 / 2, 0, 25
        )
        tail = sum(
            coefficient
            * mpmath.mpf(steepness) ** order
            * mpmath.zeta((order + 1) * (1 + mpmath.mpf(alpha)), first + 1)
            for order, coefficient in enumerate(series)
        )
    computed = multilinear_loss(time, **model(alpha, np.inf))
    np.testing.assert_allclose(computed, (head + float(tail)) / normaliser, rtol=1e-11)


@given(
    alpha=exponents,
    n_skills=skill_counts,
    time=st.floats(0.0, 1e5),
    later=st.floats(0.01, 10.0),
    learned=st.integers(1, 500),
    factor=st.floats(0.1, 9.0),
)
def test_loss_falls_with_time_and_parameters_and_scales_with_the_squared_target(
    alpha, n_skills, time, later, learned, factor
):
    """S → cS, r → cr, η → η/c multiplies L by c²."""
    arguments = model(alpha, n_skills)
    now, then = multilinear_loss([time, time + later], learned, **arguments)
    slack = 1 + 1e-12
    assert 0 <= then <= now * slack <= 12.5 * slack**2
    assert multilinear_loss(time, learned + 1, **arguments) <= now * slack
    scaled = model(alpha, n_skills, Setting(SCALE * factor, STRENGTH * factor, RATE / factor))
    scaled_loss = multilinear_loss(time, learned, **scaled)
    np.testing.assert_allclose(scaled_loss, factor**2 * now, rtol=1e-9, atol=1e-25)


def test_times_and_parameters_broadcast_and_chunks_change_nothing(monkeypatch):
    times, learned = np.array([1.0, 10.0, 100.0]), np.array([[2], [5], [3000], [2]])
    table = multilinear_loss(times, learned, **model(0.6, 4000))
    direct = multilinear_loss_by_direct_sum(times, 3000, **model(0.6, 4000))
    assert table.shape == (4, 3)
    np.testing.assert_array_equal(table[0], table[3])
    np.testing.assert_allclose(table[2], direct, rtol=ROUNDING)
    monkeypatch.setattr(model_loss, "CHUNK_ENTRIES", 3000)
    split = multilinear_loss(times, learned, **model(0.6, 4000))
    np.testing.assert_allclose(split, table, rtol=1e-14)
    split = multilinear_loss_by_direct_sum(times, 3000, **model(0.6, 4000))
    np.testing.assert_allclose(split, direct, rtol=1e-14)


def enumerated_loss(time, size, alpha, n_skills, n_learned):
    """Mean over every possible training set of `size` samples, one by one."""
    probabilities = np.arange(1, n_skills + 1) ** -(alpha + 1.0)
    probabilities /= probabilities.sum()
    mean = 0.0
    for samples in itertools.product(range(n_skills), repeat=size):
        counts = np.bincount(samples, minlength=n_skills)
        growth = np.exp(-2 * RATE * counts / size * SCALE * time) if time < np.inf else counts == 0
        reached = SCALE / (1 + (SCALE / STRENGTH - 1) * growth)
        losses = (SCALE - reached) ** 2 / 2
        losses[n_learned:] = SCALE**2 / 2
        mean += np.prod(probabilities[list(samples)]) * (probabilities @ losses)
    return mean


@pytest.mark.parametrize("n_learned", [2, 4])
@pytest.mark.parametrize("size", [1, 2, 5])
def test_data_losses_equal_the_mean_over_all_training_sets(size, n_learned):
    for time in (0.5, 3.0, np.inf):
        expected = enumerated_loss(time, size, 0.6, 4, n_learned)
        computed = finite_data_loss(time, size, n_learned, **model(0.6, 4))
        np.testing.assert_allclose(computed, expected, rtol=1e-12)
    one_shot = one_shot_loss(size, n_learned, **model(0.6, 4))
    np.testing.assert_allclose(one_shot, expected, rtol=1e-12)


@pytest.mark.parametrize("n_skills", [30, np.inf])
def test_finite_data_loss_meets_its_limits(n_skills):
    sizes, arguments = [1, 3000, 10**6], model(0.3, n_skills)
    trained = finite_data_loss(np.inf, sizes, **arguments)
    expected = one_shot_loss(sizes, **arguments)
    np.testing.assert_allclose(trained, expected, rtol=1e-11, atol=1e-15)
    untrained = finite_data_loss(0.0, sizes, **arguments)
    np.testing.assert_allclose(untrained, multilinear_loss(0.0, **arguments), rtol=1e-12)


def test_much_data_is_fresh_data():
    """The mean over d_k differs from the limit by the variance of d_k/D, so by about 1/D."""
    sizes = [10**4, 10**5, 10**6]
    errors = finite_data_loss(8.0, sizes, **model(0.6, 30)) - multilinear_loss(
        8.0, **model(0.6, 30)
    )
    np.testing.assert_allclose(errors[:-1] / errors[1:], 10.0, rtol=0.02)
