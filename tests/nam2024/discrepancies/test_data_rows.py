"""Rows on the data set, counted and simulated independently."""

from itertools import product

import numpy as np
import pandas as pd
import pytest

from emergence.randomness import Stream, stream_key
from emergence.tasks.sparse_parity.problem import SparseParity
from paper.nam2024.discrepancies.data_rows import data_findings, mirror_image


@pytest.fixture(scope="module")
def findings(settings, runs):
    samples = pd.DataFrame({"control_bits": ["1 0 0", "0 0 1"]})
    return data_findings(settings, runs, samples)


def test_bytes_below_255_are_counted_by_hand(findings):
    drawn = [bits for bits in product((0, 1), repeat=8) if sum(bits) < 8]
    assert len(drawn) == 255
    assert {sum(bits[place] for bits in drawn) for place in range(8)} == {127}
    parity = sum((-1) ** sum(bits[:3]) for bits in drawn)
    text = findings["07-byte-range"].computed
    assert "127/255" in text
    assert "8 of 8 positions" in text
    assert "0 of 255 bytes hold eight ones" in text
    assert f"{parity}/255" in text
    assert f"{(1 - 2 * 127 / 255) ** 3:.4g}" in text


@pytest.mark.parametrize("seed", range(3))
def test_the_mirror_image_is_exact_and_the_training_moves(seed):
    task = SparseParity(5, 32, 3, 0.6, 5.0)
    gap, change = mirror_image(task, Stream(stream_key(seed), 0))
    assert gap == 0.0
    assert change > 1.0


def test_the_bound_on_the_loss_of_the_printed_outlier(findings, numbers, runs):
    found = numbers(findings["16-impossible-strength"].computed)
    assert found[0] == 4.5
    assert found[1] == pytest.approx(0.5 * (5 * 3.5) ** 2, rel=1e-3)
    assert 12.25 in found
    # no output has a smaller loss: minimise ½ <(S g - f)²> over f with <g f> = R
    rng = np.random.default_rng(0)
    skill = np.repeat([1.0, -1.0], 50)
    for _ in range(20):
        output = rng.normal(size=100) * 10
        strength = np.mean(skill * output)
        assert 0.5 * np.mean((5 * skill - output) ** 2) >= 0.5 * (5 - strength) ** 2
    assert f"{len(runs)} rows" in findings["16-impossible-strength"].computed
    assert found[-1] == pytest.approx(0.25, abs=1e-3)


def test_control_bits_are_counted_in_the_generated_table(findings):
    assert findings["17-control-bits"].computed.startswith("3 control bits in each of 2")


def test_covariance_differs_from_the_mean_by_the_sampling_error(findings, numbers):
    found = numbers(findings["18-covariance"].computed)
    spread, share, here = found[1], found[-2], found[-1]
    # 20 draws of a mean of 20,000 signs: its root mean square is 1/sqrt(20000) within 4/sqrt(40)
    assert spread == pytest.approx(20_000**-0.5, rel=4 / np.sqrt(40))
    assert share == pytest.approx(spread**2, rel=1e-3)
    assert here == 0.0


def test_skills_of_table_1_do_not_fit(findings):
    assert findings["33-table-1-sizes"].computed.startswith("12 // 7 = 1 sparse bit")
    with pytest.raises(ValueError, match="disjoint"):
        SparseParity(7, 12, 2, 0.6, 5.0)
