"""Whole trajectories of the engines lookup and torch have the same distribution.

Both engines draw the same samples for the same run, so they are given different runs: what is
compared is two independent samples of trajectories, not rounding.
"""

from __future__ import annotations

import numpy as np
import pytest
import torch
from engine_checks import make_ensemble
from numpy.typing import NDArray

from emergence.tasks.sparse_parity.problem import SparseParity
from emergence.training.engines.lookup.lookup import LookupEngine
from emergence.training.engines.torch.torch_engine import TorchEngine

TASK = SparseParity(n_skills=2, skill_bits=8, sparse_bits=2, data_exponent=0.6, target_scale=1.0)
RUNS = 300
TIMES = (25, 50, 100)
# How often the comparison of two equal engines would raise an alarm, over draws of the runs.
FALSE_ALARM_RATE = 0.001
LEARNING_RATE = {"sgd": 0.05, "adam": 0.01}


def trajectories(
    engine_class: type, case: tuple[int, str], first: int, rate: float = 1.0
) -> NDArray:
    """R_k at TIMES, shape (runs, times · skills), of runs `first` and on."""
    width, optimizer = case
    ensemble = make_ensemble(
        TASK,
        width=width,
        batch_size=32,
        optimizer=optimizer,
        runs=tuple(range(first, first + RUNS)),
        weight_decay=0.0,
        initial_std=0.3,
        measurement_inputs=128,
    )
    engine, strengths = engine_class(ensemble), []
    for start, end in zip((0, *TIMES), TIMES, strict=False):
        engine.advance(start, end, rate * LEARNING_RATE[optimizer], np.ones(RUNS, dtype=bool))
        strengths.append(engine.measure(0)["strength"])
    return np.concatenate(strengths, axis=1)


def largest_distance(samples: NDArray, first: NDArray) -> NDArray:
    """Largest Kolmogorov-Smirnov distance of any column between rows chosen and rows left.

    samples: (rows, columns); first: (divisions, rows), half of each row true.
    """
    order = np.argsort(samples, axis=0)  # no ties: R_k are continuous
    signs = np.where(first, 1.0, -1.0)[:, order] / (len(samples) / 2)
    return np.abs(np.cumsum(signs, axis=1)).max(axis=(1, 2))


def p_value(a: NDArray, b: NDArray, divisions: int = 1200) -> float:
    """Of the hypothesis that rows of a and b are draws of one distribution: a permutation test.

    Exact at any number of columns and however they depend on each other: P(p ≤ q) ≤ q.
    """
    samples = np.concatenate([a, b])
    generator = np.random.default_rng(0)
    rows = np.arange(len(samples)) < len(a)
    found = largest_distance(samples, rows[None])[0]
    shuffled = np.stack([generator.permutation(rows) for _ in range(divisions)])
    larger = sum(
        (largest_distance(samples, part) >= found).sum() for part in np.array_split(shuffled, 20)
    )
    return (1 + larger) / (1 + divisions)


# From 113 units on the engine lookup sums gradients in another way.
@pytest.fixture(scope="module", params=[(24, "adam"), (128, "sgd")])
def reference(request):
    """Width and optimiser, and trajectories of the engine torch."""
    torch.set_num_threads(1)
    return request.param, trajectories(TorchEngine, request.param, first=0)


def test_engines_have_the_same_statistics(reference):
    case, expected = reference
    found = trajectories(LookupEngine, case, first=RUNS)
    assert p_value(expected, found) > FALSE_ALARM_RATE


@pytest.mark.parametrize("factor", [0.85, 1.15])
def test_another_learning_rate_is_found(reference, factor):
    case, expected = reference
    found = trajectories(LookupEngine, case, first=RUNS, rate=factor)
    assert p_value(expected, found) <= FALSE_ALARM_RATE


def test_false_alarms_are_as_rare_as_stated():
    """The test itself, on samples of one distribution at a rate that can be counted."""
    generator = np.random.default_rng(1)
    draws = generator.standard_normal((200, 40, 3)).cumsum(axis=2)
    alarms = [p_value(draw[:20], draw[20:], divisions=99) <= 0.05 for draw in draws]
    assert sum(alarms) <= 20  # expected 10 at most; more with probability below 0.002
