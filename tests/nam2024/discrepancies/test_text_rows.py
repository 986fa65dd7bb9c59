"""Rows on the history of the authors' code and on wording: the arithmetic behind them."""

import numpy as np

from paper.nam2024.discrepancies.text_rows import text_findings

FOUND = text_findings(5.0)


def test_the_legends_curve_is_another(numbers):
    found = numbers(FOUND["43-transformer-legend"].computed)
    assert 24.76 in found  # 1.9^5
    assert 21.28 in found  # 5^1.9


def test_terms_in_n_cancel(numbers):
    computed = FOUND["44-cancelling-terms"].computed
    sums, beyond = (numbers(part)[-3:] for part in computed.split("; of those beyond"))
    assert len(set(sums)) == 1
    expected = np.sum(np.arange(11, 10**6) ** -1.6) / np.sum(np.arange(1, 10**6) ** -1.6)
    np.testing.assert_allclose(sums[0], expected, rtol=1e-2)
    assert (np.diff(beyond) < 0).all()


def test_time_grows_with_parameters_as_alpha_plus_one(numbers):
    assert numbers(FOUND["45-exchanged-roles"].computed)[:6] == [1.3, 0.3, 1.6, 0.6, 1.9, 0.9]


def test_the_script_without_its_switch_is_the_text(numbers):
    """ln(S/r - 1)/(4 lr S/22), r = σ²/3.6."""
    found = numbers(FOUND["41-script-switch"].computed)
    for rate, std in ((0.05, 0.001), (0.02, 0.01)):
        step = np.log(5.0 / (std**2 / 3.6) - 1) / (4 * rate * 5 / 22)
        assert float(f"{step:.4g}") in found
