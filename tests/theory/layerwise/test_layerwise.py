"""Layerwise theory against integration, gradient descent and limits that are known."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from emergence.theory.layerwise import (
    balanced,
    collapse,
    decaying,
    depth,
    kernel,
    maps,
    neurons,
    pairs,
    staircase,
)

NUMBERS = st.floats(-2, 2).map(lambda x: round(x, 3))


@given(NUMBERS, NUMBERS, NUMBERS.filter(lambda s: abs(s) > 0.05), st.floats(0.1, 2))
@settings(max_examples=25, deadline=None)
def test_the_flow_of_a_pair_is_that_of_its_equations(a, b, target, variance):
    if abs(a + b) < 0.05:
        return
    times = np.linspace(0, 4, 9)
    found = pairs.flow(times, a, b, target, variance)

    def velocity(_, y):
        error = variance * (y[0] * y[1] - target)
        return [-y[1] * error, -y[0] * error]

    exact = solve_ivp(velocity, (0, 4), [a, b], "DOP853", times, rtol=1e-11, atol=1e-13).y
    np.testing.assert_allclose(found, exact, atol=1e-7)
    np.testing.assert_allclose(found[0] ** 2 - found[1] ** 2, a**2 - b**2, atol=1e-9)


SMALL = st.floats(0.1, 0.6)
SIGNED = st.floats(0.3, 1.5) | st.floats(-1.5, -0.3)


def halves(error, rate):
    """Whether the error of descent halves with the rate, where it is not rounding already."""
    errors = [error(rate / 2**k) for k in range(3)]
    assert errors[0] < 0.2
    for coarse, fine in pairwise(errors):
        assert coarse / fine == pytest.approx(2, rel=0.2) or coarse < 1e-9


@given(SMALL, SMALL, st.floats(0.5, 1.5))
@settings(max_examples=8, deadline=None)
def test_descent_of_a_pair_comes_to_the_flow_with_its_rate(a, b, target):
    expected = np.array(pairs.flow(2.0, a, b, target))

    def error(rate):
        x, y = a, b
        for _ in range(round(2 / rate)):
            pull = rate * (x * y - target)
            x, y = x - pull * y, y - pull * x
        return np.abs(expected - (x, y)).max()

    halves(error, 0.02)


@given(SMALL, st.floats(0.5, 1.5), st.integers(1, 4))
@settings(max_examples=8, deadline=None)
def test_descent_of_a_chain_comes_to_its_curve_with_its_rate(layer, variance, layers):
    start = layer**layers
    time = depth.time_to(0.5, layers, start / 2, 1.0, variance)  # c goes from start/2 to 1/2

    def error(rate):
        steps = max(1, round(time / rate))
        c = np.full(layers, (start / 2) ** (1 / layers))
        for _ in range(steps):
            product = c.prod()
            c = c - time / steps * variance * (product - 1) * product / c
        return abs(c.prod() - 0.5)

    halves(error, time / 200)


@given(st.floats(-3, 3), st.integers(0, 50))
@settings(max_examples=6, deadline=None)
def test_descent_of_balanced_layers_comes_to_the_flow_with_its_rate(imbalance, seed):
    first, second, target = start(imbalance, seed)
    m, b = balanced.exact_flow(first, second, target, 1.0)

    def error(rate):
        w1, w2 = balanced.descend(first, second, target, rate, round(1 / rate))
        return np.abs(w1.T @ w1 - m).max() + np.abs(w2 @ w2.T - b).max()

    halves(error, 0.005)


@given(st.floats(0.1, 3), SIGNED, st.integers(0, 50))
@settings(max_examples=6, deadline=None)
def test_descent_of_neurons_comes_to_their_growth_with_its_rate(size, target, seed):
    a, b = neurons.start(10, size, 2.0, np.random.default_rng(seed))
    expected = neurons.Ratio.of(a, b, 2.0, target).growth_at(np.array(1.0), 2.0)

    def error(rate):
        x, y = neurons.descend(a, b, 2.0, target, rate, round(1 / rate))
        ratio = (x + y) ** 2 / (a + b) ** 2
        assert np.ptp(ratio) < 1e-9 * ratio.max()  # one clock
        return abs(ratio[0] / expected - 1)

    halves(error, 0.01)


@given(st.floats(0, 0.3), st.floats(1, 10), st.integers(0, 50))
@settings(max_examples=6, deadline=None)
def test_descent_of_decaying_regression_comes_to_its_losses_with_its_rate(decay, norm, seed):
    rng = np.random.default_rng(seed)
    span = np.linalg.qr(rng.normal(size=(8, 6)))[0]
    begin, target = norm * rng.normal(size=8), rng.normal(size=8)
    model = decaying.DecayingRegression.of(begin, target, span, decay)
    expected = np.array([model.train_loss(2.0), model.test_loss(2.0)])

    def error(rate):
        theta = begin
        for _ in range(round(2 / rate)):
            theta = theta - rate * (span @ (span.T @ (theta - target)) + decay * theta)
        seen = span.T @ (theta - target)
        return np.abs([seen @ seen, np.sum((theta - target) ** 2)] / expected - 1).max()

    halves(error, 0.01)


@given(SMALL, st.floats(0.3, 1.0))
@settings(max_examples=5, deadline=None)
def test_descent_comes_to_the_exponential_and_sigmoid_with_its_rate(initial, variance):
    clock = np.linspace(0, 4, 5)
    exact = pairs.exponential(clock, variance), pairs.sigmoid(clock, initial**2, 1.0, variance)

    def error(rate):
        theta, a, found = 0.0, initial, []
        for step in range(round(4 / rate) + 1):
            if step % round(1 / rate) == 0:
                found.append((theta, a**2))
            theta, a = theta - rate * variance * (theta - 1), a - rate * variance * a * (a**2 - 1)
        return np.abs(np.array(found).T - exact).max()

    halves(error, 0.02)


@given(st.floats(0.5, 2), st.floats(0.2, 0.9))
@settings(max_examples=4, deadline=None)
def test_the_final_distance_of_descent_comes_to_the_closed_form_with_its_rate(imbalance, spread):
    lam, sigma = np.array([imbalance]), np.array([1.0, spread])
    expected = kernel.final_distance(lam, sigma)[0]
    begin = balanced.balanced_start(lam, np.ones((1, 2)), np.random.default_rng(0))

    def error(rate):
        end = balanced.descend(*begin, np.diag(sigma)[None], rate, round(30 / rate))
        return abs(kernel.kernel_distance(begin, end, np.eye(2))[0] / expected - 1)

    halves(error, 0.01)


@given(st.floats(0.02, 0.1), st.floats(1.2, 3), st.integers(2, 5), st.integers(0, 50))
@settings(max_examples=5, deadline=None)
def test_descent_from_aligned_seeds_comes_to_their_half_times_with_its_rate(
    scale, largest, hidden, seed
):
    # row k of W1 and column k of W2 are one vector: each mode is a sigmoid from its seed
    values, rng = largest / np.array([1.0, 2.0]), np.random.default_rng(seed)
    frame = np.linalg.qr(rng.normal(size=(hidden, 2)))[0].T * scale * np.array([[1.0], [0.8]])
    seeds = staircase.mode_seeds(frame, frame.T, np.eye(2), np.eye(2))
    np.testing.assert_allclose(seeds, scale**2 * np.array([1.0, 0.64]))
    exact = [pairs.level_time(0.5, s, v) for s, v in zip(seeds, values, strict=True)]

    def error(rate):
        steps = round(1.1 * max(exact) / rate)
        measured, predicted, _, _ = staircase.half_times(frame, frame.T, values, rate, steps)
        np.testing.assert_allclose(predicted, exact)
        return np.abs(measured / exact - 1).max()

    halves(error, 0.01)


@given(st.integers(2, 4), st.integers(1, 5), st.floats(0.05, 0.5), st.integers(0, 50))
@settings(max_examples=6, deadline=None)
def test_what_free_features_conserve_drifts_with_the_rate(classes, per_class, scale, seed):
    # WᵀW - HHᵀ/√n, the balance of layers that multiply
    def balance(weights, features):
        return weights.T @ weights - features @ features.T / np.sqrt(per_class)

    def error(rate):
        model = collapse.FreeFeatures(classes, per_class, 6, scale, 0.0, False, rate)
        rng = np.random.default_rng(seed)
        weights = scale * rng.normal(size=(classes, 6))
        features = scale * rng.normal(size=(6, classes * per_class))
        end = model.train(round(8 / rate), np.random.default_rng(seed))
        drift = np.abs(balance(*end[:2]) - balance(weights, features)).max()
        return drift / np.sum(end[0] ** 2)

    halves(error, 0.01)


@given(st.integers(3, 5), st.floats(0.01, 0.3), st.floats(0.1, 10), st.integers(0, 50))
@settings(max_examples=10, deadline=None)
def test_measures_of_collapse_know_no_axes_nor_units(classes, noise, unit, seed):
    rng, labels = np.random.default_rng(seed), np.repeat(np.arange(classes), 6)
    frame = np.eye(8, classes)
    spread = rng.normal(size=(8, len(labels)))
    spread -= np.stack([spread[:, labels == k].mean(axis=1) for k in labels], axis=1)
    found = [
        collapse.measures(unit * turn @ (frame[:, labels] + strength * spread), labels,
                          (turn @ frame).T)
        for turn, strength in (
            (np.eye(8), noise), (np.linalg.qr(rng.normal(size=(8, 8)))[0], noise),
            (np.eye(8), 2 * noise),
        )
    ]  # fmt: skip
    turned, doubled = found[1:]
    for name in ("nc1", "within_between", "nc3", "rank"):
        assert turned[name] == pytest.approx(found[0][name], rel=1e-6, abs=1e-12)
    # noise about the means is seen as its square, and does not touch the means
    for name in ("nc1", "within_between"):
        assert doubled[name] == pytest.approx(4 * found[0][name], rel=1e-6)
    assert max(one[n] for one in found for n in ("equinorm", "equiangle", "nc3")) < 1e-12
    assert found[0]["rank"] == pytest.approx(classes - 1)


@given(st.floats(-4, 4), st.integers(0, 50))
@settings(max_examples=8, deadline=None)
def test_descent_comes_to_the_growth_of_its_regime_with_its_rate(log_ratio, seed):
    size = 1.0
    target = size * 10 ** (log_ratio / 2)
    a, b = neurons.start(6, size, 1.0, np.random.default_rng(seed))
    model = neurons.Ratio.of(a, b, 1.0, target)
    ratio = target / size
    assert model.regime == ("lazy" if ratio < 0.1 else "rich" if ratio > 10 else "between")
    # the limits that give the regimes their names, to the next order
    if model.regime == "lazy":
        assert model.growth == pytest.approx(1 + ratio, abs=ratio**2)
    if model.regime == "rich":
        assert model.growth == pytest.approx(2 * ratio, rel=0.3 / ratio**2)
    time = 1 / model.final_size  # half of the slowest time of the flow
    expected = model.growth_at(np.array(time), 1.0)

    def error(rate):
        x, y = neurons.descend(a, b, 1.0, target, rate * time, round(1 / rate))
        # relative to the growth itself, which is small where the start is lazy
        return abs((x[0] + y[0]) ** 2 / (a[0] + b[0]) ** 2 - expected) / (model.growth - 1)

    halves(error, 0.005)


def test_a_balanced_pair_is_the_sigmoid_and_its_times():
    times = np.linspace(0, 10, 50)
    a, b = pairs.flow(times, 0.1, 0.1, 2.0, 0.5)
    np.testing.assert_allclose(a * b / 2, pairs.sigmoid(times, 0.01, 2.0, 0.5), rtol=1e-12)
    half = pairs.level_time(0.5, 0.01, 2.0, 0.5)
    assert pairs.sigmoid(half, 0.01, 2.0, 0.5) == pytest.approx(0.5)
    with pytest.raises(ValueError, match="must not be 0"):
        pairs.flow(times, 1.0, -1.0, 1.0)


@given(st.floats(0.05, 20), st.floats(-2, 2), st.integers(0, 99))
@settings(max_examples=10, deadline=None)
def test_neurons_grow_by_one_factor_that_the_ratio_predicts(size, target, seed):
    a, b = neurons.start(20, size, 3.0, np.random.default_rng(seed))
    model = neurons.Ratio.of(a, b, 3.0, target)
    assert model.size == pytest.approx(size)
    assert model.output == pytest.approx(0, abs=1e-9 * size)
    assert model.growth == pytest.approx(np.exp(np.arcsinh(target / size)))
    assert model.growth_at(np.array([0.0, 1e9]), 3.0) == pytest.approx([1.0, model.growth])


def test_regimes():
    found = [neurons.Ratio(size, 0.0, 1.0).regime for size in (100, 1, 0.01)]
    assert found == ["lazy", "between", "rich"]


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_a_chain_rises_as_its_equation(layers):
    time = depth.time_to(0.5, layers, 0.01, 2.0, 0.7)
    found = solve_ivp(
        lambda _, c: layers * 0.7 * c ** (2 - 2 / layers) * (2 - c),
        (0, time),
        [0.01],
        rtol=1e-10,
        atol=1e-12,
    )
    assert found.y[0, -1] == pytest.approx(1.0, rel=1e-6)
    found = depth.curve(layers, 0.01, np.array([0.0, 0.7 * time]), 2.0)
    assert found == pytest.approx([0.005, 0.5], rel=1e-5)


def test_two_layers_have_the_sigmoid_and_depth_sharpens():
    assert depth.time_to(0.9, 2, 0.01) == pytest.approx(pairs.level_time(0.9, 0.01, 1.0))
    widths = depth.depth_table((1, 2, 3, 4, 6, 10), 0.01, 1.0)["relative_width"]
    assert (np.diff(widths) < 0).all()


def start(imbalance, seed=0):
    rng = np.random.default_rng(seed)
    lam = np.array([imbalance])
    first, second = balanced.balanced_start(lam, np.array([[1.2, 0.4]]), rng)
    return first[0], second[0], rng.normal(size=(2, 2))


@pytest.mark.parametrize("imbalance", [0.0, 2.0, -3.0])
def test_a_balanced_start_is_balanced(imbalance):
    first, second, _ = start(imbalance)
    np.testing.assert_allclose(
        second.T @ second - first @ first.T, imbalance * np.eye(2), atol=1e-12
    )
    np.testing.assert_allclose(np.linalg.svd(second @ first)[1], [1.2, 0.4])


def test_unbalanced_layers_are_refused():
    with pytest.raises(ValueError, match="not balanced"):
        balanced.exact_flow(np.eye(2), np.diag([1.0, 2.0]), np.eye(2), 1.0)


def test_the_distance_of_kernels_is_that_of_the_built_kernels():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(3, 4))
    layers = [(rng.normal(size=(5, 3)), rng.normal(size=(2, 5))) for _ in range(2)]

    def built(first, second):
        hidden = first @ x
        return np.kron(np.eye(2), hidden.T @ hidden) + np.kron(second @ second.T, x.T @ x)

    k, other = (built(*pair) for pair in layers)
    assert kernel.kernel_change(*layers, x) == pytest.approx(
        np.linalg.norm(other - k) / np.linalg.norm(k)
    )
    norm = np.linalg.norm
    assert kernel.kernel_distance(*layers, x) == pytest.approx(
        1 - np.sum(k * other) / norm(k) / norm(other)
    )


def test_the_final_distance_is_that_of_trained_networks():
    lam, sigma = np.array([0.4, 0.7, -0.7]), np.array([1.0, 0.3])
    ones = np.ones((3, 2))
    found, *_ = maps.balanced_distances(
        lam, ones, np.stack([np.diag(sigma)] * 3), 0.01, 5000, np.random.default_rng(0)
    )
    np.testing.assert_allclose(found, kernel.final_distance(lam, sigma), rtol=0.03)


def test_the_final_distance_has_its_limits():
    z, spread = np.array([30.0]), 0.3
    tail = kernel.final_distance(z, np.array([1.0, spread]))
    assert tail == pytest.approx((1 - spread**2) ** 2 / (4 * z**4), rel=0.01)
    table = kernel.contour_table((0.0, 0.3), (1e-1, 1e-4))
    known = table.dropna()
    for row in known.itertuples():
        distance = kernel.final_distance(np.array(row.imbalance), np.array([1.0, row.spread]))
        assert distance == pytest.approx(row.distance)
    assert len(known) == 3  # D = 0.1 is above the plateau of 0.3
    assert kernel.plateau_table((0.0,))["distance"][0] == pytest.approx(1 - np.sqrt(2 / 3))


def test_pixels_are_networks():
    first, second, target = start(1.0)
    found = maps.descend_pixels(first[None], second[None], target[None], 0.01, 50)
    expected = balanced.descend(first, second, target, 0.01, 50)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one[0], other, rtol=1e-12)


def test_mirrored_layers_start_at_output_zero_and_are_lazier():
    rng, scales = np.random.default_rng(0), np.array([0.5, 0.5])
    x, y = rng.normal(size=(6, 3)), rng.normal(size=(2, 3))
    targets = y / np.array([10.0, 100.0])[:, None, None]
    slopes = []
    for mirrored in (True, False):
        first, second = maps.mirrored_start(scales, scales, 2, 6, 6, rng, mirrored)
        assert np.allclose(second @ first, 0) == mirrored
        distance, residual = maps.mirrored_distances(first, second, x, targets, 0.02, 4000)
        assert (residual < 1e-3).all()
        slopes.append(np.log10(distance[1] / distance[0]))
    assert slopes == pytest.approx([-4, -2], abs=0.4)


def test_collapse_of_a_simplex_and_of_noise():
    frame = np.eye(4) - 0.25
    labels = np.repeat(np.arange(4), 5)
    found = collapse.measures(frame[:, labels], labels, frame)
    assert found.pop("rank") == pytest.approx(3)
    assert max(found.values()) < 1e-12
    assert min(found.values()) >= 0
    uncentred = collapse.measures(np.eye(4)[:, labels], labels, np.eye(4))
    # classes without samples are left out
    more = collapse.measures(np.eye(4)[:, labels], 2 * labels, np.eye(8)[:, ::2])
    assert more == uncentred
    assert uncentred["nc3_uncentred"] == pytest.approx(2 - 2 * np.sqrt(3 / 4))


def test_free_features_collapse_from_small_starts_only():
    found = []
    for scale in (0.01, 1.0):
        model = collapse.FreeFeatures(3, 6, 8, scale, 0.0, False, 0.1)
        weights, features, _, kept = model.train(2000, np.random.default_rng(0), (0, 2000))
        assert np.allclose(weights @ features, np.eye(3)[:, model.labels], atol=1e-3)
        assert np.array_equal(kept[2000], features)
        found.append(collapse.measures(features, model.labels, weights)["within_between"])
    assert found[0] < 0.01 < 1 < found[1]


def test_modes_from_random_weights_have_predicted_half_times():
    rng = np.random.default_rng(0)
    first, second = (1e-3 / np.sqrt(12) * rng.normal(size=(12, n)) for n in (12, 2))
    values = np.array([3.0, 1.0])
    measured, predicted, last, losses = staircase.half_times(first, second, values, 0.005, 2500)
    np.testing.assert_allclose(measured, predicted, rtol=0.05)
    assert np.sum(np.linalg.svd(last)[1] > 0.1) == 2
    between = losses[round((measured[0] + measured[1]) / 2 / 0.005)]
    assert between == pytest.approx(values[1] ** 2 / np.sum(values**2), rel=0.02)


@pytest.mark.parametrize("decay", [0.0, 0.02])
def test_decaying_regression_generalises_when_predicted(decay):
    rng = np.random.default_rng(0)
    span = np.linalg.qr(rng.normal(size=(12, 9)))[0]
    start, target = 5 * rng.normal(size=12), rng.normal(size=12)
    model = decaying.DecayingRegression.of(start, target, span, decay)
    time = model.predicted_time(0.2)
    if decay == 0:
        assert time == np.inf
    else:
        extra = model.test_loss(time) - model.train_loss(time) - model.unseen_target
        assert extra == pytest.approx(0.2 * (target @ target))
