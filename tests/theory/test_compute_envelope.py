"""The compute envelope against brute force over every N, and against Cor. 5."""

import numpy as np
import pytest

from emergence.theory.compute_envelope import lower_envelope
from emergence.theory.model_loss import multilinear_loss
from emergence.theory.scaling_laws import compute_optimum, power_law
from emergence.theory.setting import Setting

SETTING = Setting(5.0, 0.01, 1.0)


@pytest.mark.parametrize("alpha", [0.1, 0.9, 2.0])
@pytest.mark.parametrize("n_skills", [40, 300, np.inf])
def test_envelope_is_the_least_loss_over_every_number_of_parameters(alpha, n_skills):
    model = {"setting": SETTING, "data_exponent": alpha, "n_skills": n_skills}
    computes = np.array([[7.0, 200.0], [1e4, 1e5]])
    envelope = lower_envelope(computes, **model)
    candidates = np.arange(1.0, min(n_skills, 800) + 1)
    losses = multilinear_loss(computes[..., None] / candidates, candidates, **model)
    np.testing.assert_allclose(envelope.loss, losses.min(axis=-1), rtol=1e-13)
    np.testing.assert_array_equal(envelope.n_parameters, candidates[losses.argmin(axis=-1)])


@pytest.mark.parametrize("alpha", [0.3, 0.9])
def test_envelope_of_infinitely_many_skills_tends_to_the_minimum_of_corollary_5(alpha):
    computes = np.array([1e4, 1e7, 1e10])
    envelope = lower_envelope(computes, setting=SETTING, data_exponent=alpha, n_skills=np.inf)
    distance = np.abs(envelope.loss / power_law("compute", computes, alpha, SETTING) - 1)
    assert np.all(np.diff(distance) < 0)
    assert distance[-1] < 1e-4
    allocation = compute_optimum(alpha, SETTING).allocation
    expected = allocation * (5.0 * computes) ** (1.0 / (alpha + 2.0))
    assert np.all(np.abs(envelope.n_parameters - expected) < 1.0 + 0.01 * expected)
