"""R_k(0): recovered from exact runs, and its sampling error reproduced."""

from itertools import product

import numpy as np
import pytest

from emergence.models.two_layer import TwoLayer
from emergence.randomness import Stream, stream_key
from emergence.tasks.sparse_parity.problem import SparseParity, draw_sparse_bits
from paper.nam2024.discrepancies.initial_strength_rows import (
    independent_estimates,
    initial_strength_findings,
)


@pytest.fixture(scope="module")
def findings(settings, runs):
    narrow = runs.assign(value=50)
    return initial_strength_findings(settings, {"value": 0.04, "confidence": 0.95}, narrow)


def test_free_initial_strength_is_recovered_from_exact_runs(findings, numbers, truth):
    found = numbers(findings["04-initial-strength"].computed)
    assert set(truth.values()) <= set(found)
    assert found[-2] == 0.04


def test_the_fit_is_at_least_as_good_as_the_authors_value(findings, numbers):
    text = findings["04-initial-strength"].computed
    free, fixed = (numbers(part)[0] for part in (text.split("misfit ")[1], text.split("(")[-1]))
    assert free < 1e-4 < fixed


@pytest.mark.parametrize("run", range(3))
def test_estimates_tend_to_the_sums_over_every_input(run):
    """Four skill bits have 16 inputs: sum f and g f over them, one by one."""
    task, stream, inputs = SparseParity(1, 4, 2, 0.6, 5.0), Stream(stream_key(1), run), 100_000
    p = TwoLayer(task.input_size, 30, 1.0).start(stream)
    sparse = draw_sparse_bits(task, stream)[0]
    outputs, signs = [], []
    for bits in product((0, 1), repeat=4):
        hidden = p["input_weights"] @ np.array([1, *bits]) + p["hidden_biases"]
        outputs.append(np.maximum(hidden, 0) @ p["output_weights"])
        signs.append((-1) ** (bits[sparse[0]] + bits[sparse[1]]))
    strength, spread = independent_estimates(task, 30, stream, inputs)
    assert spread == pytest.approx(np.std(outputs), rel=0.02)
    exact = np.mean(np.multiply(signs, outputs))
    assert abs(exact) > 20 * spread / np.sqrt(inputs)  # or the next line would test nothing
    assert strength == pytest.approx(exact, abs=4 * spread / np.sqrt(inputs))


def test_the_error_is_that_of_independent_inputs(settings):
    """Over input draws the estimate scatters by (standard deviation of f)/sqrt(inputs)."""
    task, inputs = SparseParity(**settings["task"]), 500
    spreads, estimates = [], []
    for run in range(40):
        strength, spread = independent_estimates(task, 200, Stream(stream_key(2), run), inputs)
        spreads.append(spread)
        estimates.append(strength / spread * np.sqrt(inputs))
    # 40 draws: the root mean square is one within 4 standard errors, the strengths add little
    assert np.sqrt(np.mean(np.square(estimates))) == pytest.approx(1.0, abs=4 / np.sqrt(80))


def test_the_finding_names_all_three_numbers(findings, numbers, truth):
    text = findings["35-initial-strength-noise"].computed
    found = numbers(text)
    error = numbers(text.split("makes ")[1])[0]
    estimate = numbers(text.split("width 50: ")[1])[0]
    assert 0.2 * error < estimate < 3 * error
    assert found[-1] == pytest.approx(1 / 3.6, rel=1e-3)
    assert truth["strength_per_variance"] in found
