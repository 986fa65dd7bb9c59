"""Eq. 56 against numerical integration and the model's own loss."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from emergence.theory.finite_skills import finite_skills_loss, missing_skills_loss
from emergence.theory.model_loss import multilinear_loss
from emergence.theory.setting import Setting

TAIL = {"n_skills": 2000, "data_exponent": 0.3, "target_scale": 5.0}


def test_solution_satisfies_the_differential_equation():
    amplitude = 1.0 / sum(k**-1.3 for k in range(1, 2001))
    missing = 25.0 * amplitude * 2000**-0.3 / (2 * 0.3)
    times = np.geomspace(3.0, 3e3, 25)
    solution = solve_ivp(
        lambda time, loss: -0.3 / 1.3 * (loss + missing) / time, (3.0, 3e3), [6.0], "DOP853",
        times, rtol=1e-11, atol=1e-12,
    )  # fmt: skip
    closed = finite_skills_loss(times, reference_time=3.0, reference_loss=6.0, **TAIL)
    np.testing.assert_allclose(closed, solution.y[0], rtol=1e-8)
    np.testing.assert_allclose(missing_skills_loss(**TAIL), missing, rtol=1e-12)
    assert missing_skills_loss(**TAIL | {"n_skills": np.inf}) == 0.0


@pytest.mark.parametrize("alpha", [0.1, 0.3])
def test_corrected_law_follows_the_loss_where_the_plain_law_does_not(alpha):
    tail = {"n_skills": 50_000, "data_exponent": alpha, "target_scale": 5.0}
    times = np.geomspace(20.0, 2e4, 20)
    loss = multilinear_loss(
        times, setting=Setting(5.0, 0.01, 1.0), data_exponent=alpha, n_skills=50_000
    )
    matching = {"reference_time": times[0], "reference_loss": loss[0]}
    corrected = finite_skills_loss(times, **matching, **tail)
    plain = finite_skills_loss(times, **matching, **tail | {"n_skills": np.inf})
    assert np.max(np.abs(corrected / loss - 1)) < 0.01
    assert np.max(np.abs(plain / loss - 1)) > 0.25
