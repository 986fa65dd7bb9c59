"""Tables of the figures on dynamics: feedback, modes, conserved quantities, stages, neurons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from emergence.analysis.crossings import first_crossing
from emergence.randomness import Purpose, Stream
from emergence.theory.layerwise import balanced, pairs, staircase
from emergence.theory.layerwise import neurons as model_of_neurons
from emergence.theory.layerwise.decaying import DecayingRegression


def generator(stream: Stream) -> np.random.Generator:
    """A generator of NumPy seeded by a stream, for simulations of matrices."""
    return np.random.default_rng(stream.words(Purpose.SIMULATION, 0, 4).tolist())


def feedback(*, target: float, final_time: float, points: int) -> pd.DataFrame:
    """Trajectories in the plane of both layers: columns start, time, a, b, exact and descended.

    source: closed form or gradient descent (rate 0.01).
    """
    rows, rate = [], 0.01
    starts = ((0.05, 0.05), (1.5, 0.0), (0.0, 1.5), (2.5, 0.1), (-1.0, -0.2), (1.2, -0.6), (2, 1.5))
    for index, (a, b) in enumerate(starts):
        times = np.linspace(0, final_time, points)
        exact = pairs.flow(times, a, b, target)
        rows += _points(index, times, *exact, "closed form")
        shown = np.linspace(0, final_time, 12)
        path, x, y, done = [], a, b, 0
        for step in np.round(shown / rate).astype(int):
            for _ in range(step - done):
                error = rate * (x * y - target)
                x, y = x - error * y, y - error * x
            path.append((x, y))
            done = step
        xs, ys = np.array(path).T
        rows += _points(index, shown, xs, ys, "gradient descent")
    return pd.DataFrame(rows, columns=["start", "time", "a", "b", "source"])


def _points(index, times, a, b, source):
    return [(index, t, x, y, source) for t, x, y in zip(times, a, b, strict=True)]


@dataclass(frozen=True)
class Modes:
    """curves: points of Fig. 3. times: half-times of both models, in closed form and measured."""

    curves: pd.DataFrame
    times: pd.DataFrame


def modes(
    *,
    variances: Sequence[float],
    target: float,
    initial: float,
    rate: float,
    final_time: float,
    points: int,
) -> Modes:
    """Linear and layerwise modes, in closed form and under gradient descent.

    curves: columns model, mode, variance, time, relative_strength, source. times: columns model,
    mode, t10, t50, t90, t50_descent, bend (when descent is curved most below one half), and
    largest_error (of descent against the closed form).
    """
    energy, steps = np.array(variances), round(final_time / rate)
    grid = np.linspace(0, final_time, points)
    ab, theta = np.full((2, len(energy)), np.sqrt(initial)), np.zeros(len(energy))
    descended = np.empty((2, steps + 1, len(energy)))
    for step in range(steps + 1):
        descended[:, step] = theta / target, ab[0] * ab[1] / target
        ab = ab - rate * energy * (ab[0] * ab[1] - target) * ab[::-1]
        theta = theta - rate * energy * (theta - target)
    clock = rate * np.arange(steps + 1)
    curves, times = [], []
    for index, model in enumerate(("linear", "layerwise")):
        for mode, variance in enumerate(variances, start=1):

            def closed(t, model=model, variance=variance):
                if model == "linear":
                    return pairs.exponential(t, variance)
                return pairs.sigmoid(t, initial, target, variance)

            path = descended[index, :, mode - 1]
            every = max(1, steps // 40)
            for t, value, source in (
                (grid, closed(grid), "closed form"),
                (clock[::every], path[::every], "gradient descent"),
            ):
                curves.append(
                    pd.DataFrame(
                        {"model": model, "mode": mode, "variance": variance, "time": t,
                         "relative_strength": value, "source": source}
                    )
                )  # fmt: skip
            levels = {
                f"t{round(100 * level)}": (
                    pairs.linear_level_time(level, variance)
                    if model == "linear"
                    else pairs.level_time(level, initial, target, variance)
                )
                for level in (0.1, 0.5, 0.9)
            }
            error = float(np.abs(path - closed(clock)).max())
            rising = path[path < 0.5]  # a sigmoid bends as much again above
            bend = clock[np.argmax(np.abs(np.diff(rising, 2)))]
            times.append(
                {"model": model, "mode": mode, **levels,
                 "t50_descent": first_crossing(clock, path, 0.5), "bend": bend,
                 "largest_error": error}
            )  # fmt: skip
    return Modes(pd.concat(curves, ignore_index=True), pd.DataFrame(times))


def drift(*, rates: Sequence[float], final_time: float, draws: int, stream: Stream) -> pd.DataFrame:
    """Drift of W2ᵀW2 - W1W1ᵀ and error of the exact flow under gradient descent, by rate.

    Columns rate, drift (largest entry over |W|², maximum over networks), flow_error (of W1ᵀW1 and
    W2W2ᵀ against the Riccati form over its norm, median).
    """
    rng = generator(stream)
    imbalance = rng.uniform(-4, 4, draws)
    start = balanced.balanced_start(imbalance, rng.uniform(0.3, 2, (draws, 2)), rng)
    correlation = rng.normal(size=(draws, 2, 2))
    exact = [
        balanced.exact_flow(w1, w2, c, final_time)
        for w1, w2, c in zip(*start, correlation, strict=True)
    ]
    rows = []
    for rate in rates:
        end = balanced.descend(*start, correlation, rate, round(final_time / rate))
        drifts, errors = [], []
        for i, (m, b) in enumerate(exact):
            first, second = end[0][i], end[1][i]
            moved = second.T @ second - first @ first.T - imbalance[i] * np.eye(2)
            drifts.append(np.abs(moved).max() / (np.sum(first**2) + np.sum(second**2)))
            difference = np.sum((first.T @ first - m) ** 2) + np.sum((second @ second.T - b) ** 2)
            errors.append(np.sqrt(difference / (np.sum(m**2) + np.sum(b**2))))
        rows.append({"rate": rate, "drift": max(drifts), "flow_error": float(np.median(errors))})
    return pd.DataFrame(rows)


@dataclass(frozen=True)
class Stages:
    """times: half-times of modes, means over networks. values: singular values of W1 at the end.

    losses: of one network for each scale.
    """

    times: pd.DataFrame
    values: pd.DataFrame
    losses: pd.DataFrame


def stages(
    *,
    scales: Sequence[float],
    values: Sequence[float],
    size: int,
    rate: float,
    steps: int,
    draws: int,
    stream: Stream,
) -> Stages:
    """times: columns scale, mode, measured, predicted. values: scale, index, value.

    losses: scale, time, loss.
    """
    rng, times, ends, stairs = generator(stream), [], [], []
    target = np.array(values)
    for scale in scales:
        found = []
        for _ in range(draws):
            first, second = (
                scale / np.sqrt(size) * rng.normal(size=(size, n)) for n in (size, len(target))
            )
            measured, predicted, last, losses = staircase.half_times(
                first, second, target, rate, steps
            )
            found.append((measured, predicted, np.linalg.svd(last, compute_uv=False)))
        shown = np.linspace(0, steps, min(steps, 300) + 1).astype(int)
        stairs.append(pd.DataFrame({"scale": scale, "time": rate * shown, "loss": losses[shown]}))
        measured, predicted, singular = (np.mean(part, axis=0) for part in zip(*found, strict=True))
        times.append(
            pd.DataFrame({"scale": scale, "mode": range(1, len(target) + 1),
                          "measured": measured, "predicted": predicted})
        )  # fmt: skip
        ends.append(pd.DataFrame({"scale": scale, "index": range(1, size + 1), "value": singular}))
    return Stages(*(pd.concat(parts, ignore_index=True) for parts in (times, ends, stairs)))


@dataclass(frozen=True)
class Neurons:
    """growth: γ+ predicted and measured. points: (a_i, b_i) on the way, and where descent ends."""

    growth: pd.DataFrame
    points: pd.DataFrame


def neuron_growth(*, neurons: int, ratios: Sequence[float], stream: Stream) -> Neurons:
    """Neurons that share a mode, from several Σ0/S; descent until the target is fitted.

    growth: columns ratio, predicted, measured, spread (largest less smallest over neurons),
    size_growth (Σ∞/Σ0), regime. points: ratio, neuron, source (closed form or gradient descent),
    growth (of (a_i+b_i)² so far), a, b.
    """
    rng, growth, points = generator(stream), [], []
    for ratio in ratios:
        target, scale = 1.0, 1.0
        a0, b0 = model_of_neurons.start(neurons, ratio * target, scale, rng)
        model = model_of_neurons.Ratio.of(a0, b0, scale, target)
        step = 0.02 / (model.final_size + model.size)
        span = 40 / (2 * model.final_size) + 2 * abs(np.log(ratio)) / (2 * target)
        a, b = model_of_neurons.descend(a0, b0, scale, target, step, int(span / step))
        squares = (a + b) ** 2 / (a0 + b0) ** 2
        growth.append(
            {"ratio": ratio, "predicted": model.growth, "measured": float(squares.mean()),
             "spread": float(np.ptp(squares)), "size_growth": model.final_size / model.size,
             "regime": model.regime}
        )  # fmt: skip
        way = [(u, *model_of_neurons.grown(a0, b0, u)) for u in np.geomspace(1, model.growth, 12)]
        ends = [(float(squares.mean()), a, b)]
        points += [
            pd.DataFrame({"ratio": ratio, "neuron": range(neurons), "source": source, "growth": u,
                          "a": x, "b": y})
            for source, several in (("closed form", way), ("gradient descent", ends))
            for u, x, y in several
        ]  # fmt: skip
    return Neurons(pd.DataFrame(growth), pd.concat(points, ignore_index=True))


@dataclass(frozen=True)
class Decaying:
    """curves: losses of two settings. times: generalisation predicted and measured."""

    curves: pd.DataFrame
    times: pd.DataFrame


def decaying(
    *,
    inputs: int,
    samples: int,
    norms: Sequence[float],
    decays: Sequence[float],
    rate: float,
    level: float,
    stream: Stream,
) -> Decaying:
    """The solvable model that groks, in closed form and by gradient descent.

    times: columns norm, decay, fitted (training loss below 1 % of |θ*|²), predicted, measured (test
    loss below `level` |θ*|² plus its unseen part; empty where never), final_test. curves: columns
    norm, decay, time, loss, set, source.
    """
    rng = generator(stream)
    span = np.linalg.qr(rng.normal(size=(inputs, samples)))[0]
    target = rng.normal(size=inputs)
    target /= np.linalg.norm(target)
    direction = rng.normal(size=inputs)
    direction /= np.linalg.norm(direction)
    times, curves = [], []
    for norm in norms:
        for decay in decays:
            model = DecayingRegression.of(norm * direction, target, span, decay)
            expected = model.predicted_time(level)
            end = 3 * expected if np.isfinite(expected) else 3000.0
            steps = int(max(end, 30.0) / rate)
            theta, losses = norm * direction, np.empty((steps + 1, 2))
            for step in range(steps + 1):
                error = theta - target
                seen = span.T @ error
                losses[step] = seen @ seen, error @ error
                theta = theta - rate * (span @ seen + decay * theta)
            clock = rate * np.arange(steps + 1)
            goal = level + model.unseen_target
            reached = np.flatnonzero(losses[:, 1] <= goal)
            fitted = np.flatnonzero(losses[:, 0] <= 0.01)
            times.append(
                {"norm": norm, "decay": decay,
                 "fitted": clock[fitted[0]] if len(fitted) else np.nan,
                 "predicted": expected,
                 "measured": clock[reached[0]] if len(reached) else np.nan,
                 "final_test": losses[-1, 1]}
            )  # fmt: skip
            shown = np.unique(np.geomspace(1, steps, 60).astype(int))
            grid = np.geomspace(rate, clock[-1], 200)
            for column, (of, form) in enumerate(
                (("train", model.train_loss), ("test", model.test_loss))
            ):
                for t, loss, source in (
                    (grid, form(grid), "closed form"),
                    (clock[shown], losses[shown, column], "gradient descent"),
                ):
                    curves.append(
                        pd.DataFrame({"norm": norm, "decay": decay, "time": t, "loss": loss,
                                      "set": of, "source": source})
                    )  # fmt: skip
    return Decaying(pd.concat(curves, ignore_index=True), pd.DataFrame(times))
