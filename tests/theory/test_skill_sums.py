"""Sums over skills against high precision and direct summation."""

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emergence.tasks.sparse_parity.problem import skill_probabilities
from emergence.theory import skill_sums

ALPHAS = [0.05, 0.3, 0.9, 3.0]


def precise_tail(alpha, after, n_skills):
    """Σ_{after < k ≤ n_s} k^-(α+1) in 40 digits."""
    with mpmath.workdps(40):
        exponent = mpmath.mpf(alpha) + 1
        tail = mpmath.zeta(exponent, after + 1)
        return tail if n_skills == np.inf else tail - mpmath.zeta(exponent, n_skills + 1)


@pytest.mark.parametrize("alpha", ALPHAS)
def test_sums_keep_relative_accuracy(alpha):
    for n_skills in (1, 2, 1023, 1024, 1025, 50_000, 10**7, np.inf):
        expected = float(precise_tail(alpha, 0, n_skills))
        computed = skill_sums.skill_normaliser(alpha, n_skills)
        np.testing.assert_allclose(computed, expected, rtol=2e-15)
    for learned, n_skills in (
        (1, 2), (3, np.inf), (1000, 1001), (1000, 2000), (49_999, 50_000), (10**6, np.inf),
    ):  # fmt: skip
        expected = precise_tail(alpha, learned, n_skills) / precise_tail(alpha, 0, n_skills)
        computed = skill_sums.rare_skill_probability(
            learned, data_exponent=alpha, n_skills=n_skills
        )
        np.testing.assert_allclose(computed, float(expected), rtol=3e-14)


def test_probabilities_agree_with_those_of_the_task():
    skills = np.arange(1, 3001)
    computed = skills**-1.6 / skill_sums.skill_normaliser(0.6, 3000)
    np.testing.assert_allclose(computed, skill_probabilities(0.6, 3000), rtol=1e-13)


@given(
    alpha=st.floats(0.05, 3.0),
    last=st.integers(1, 60_000),
    reach=st.floats(-3.0, 6.0),
    power=st.integers(0, 3),
)
def test_rule_agrees_with_direct_summation(alpha, last, reach, power):
    """Summand P^power e^-(cP), which steps at the skill 10^reach like every loss here."""
    scale = 10.0 ** (reach * (alpha + 1.0))

    def summand(skills):
        frequency = skills ** -(alpha + 1.0)
        return (
            frequency * (scale * frequency) ** power * np.exp(-np.minimum(scale * frequency, 700))
        )

    rule = skill_sums.skill_rule(alpha, float(last))
    direct = summand(np.arange(last, 0.0, -1.0)).sum()
    np.testing.assert_allclose(rule.weights @ summand(rule.skills), direct, rtol=1e-12, atol=1e-25)


@pytest.mark.parametrize("alpha", ALPHAS)
def test_infinite_rule_sums_the_zeta_function_with_few_nodes(alpha):
    rule = skill_sums.skill_rule(alpha, np.inf)
    assert len(rule.skills) < 20_000
    # The remainder beyond the last panel is exact for the first power; for the second it is 0.
    for power in (1, 2):
        expected = float(mpmath.zeta(power * (mpmath.mpf(alpha) + 1)))
        computed = rule.weights @ rule.skills ** -(power * (alpha + 1.0))
        np.testing.assert_allclose(computed, expected, rtol=1e-12)
