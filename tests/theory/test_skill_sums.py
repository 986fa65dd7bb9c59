"""Sums over skills against high precision and direct summation."""

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emergence.tasks.sparse_parity.problem import skill_probabilities
from emergence.theory import skill_sums

ALPHAS = [0.05, 0.3, 0.9, 3.0]


@pytest.mark.parametrize("alpha", ALPHAS)
@pytest.mark.parametrize("n_skills", [1, 2, 1023, 1024, 1025, 50_000, 10**7, np.inf])
def test_normaliser_agrees_with_the_zeta_function(alpha, n_skills):
    with mpmath.workdps(40):
        exponent = mpmath.mpf(alpha) + 1
        expected = mpmath.zeta(exponent)
        if np.isfinite(n_skills):
            expected -= mpmath.zeta(exponent, n_skills + 1)
    np.testing.assert_allclose(
        skill_sums.skill_normaliser(alpha, n_skills), float(expected), rtol=2e-15
    )


@pytest.mark.parametrize("alpha", ALPHAS)
@pytest.mark.parametrize(
    ("learned", "n_skills"),
    [(1, 2), (3, np.inf), (1000, 1001), (1000, 2000), (49_999, 50_000), (10**6, np.inf)],
)
def test_rare_skills_keep_relative_accuracy(alpha, learned, n_skills):
    with mpmath.workdps(40):
        exponent = mpmath.mpf(alpha) + 1
        total, tail = mpmath.zeta(exponent), mpmath.zeta(exponent, learned + 1)
        if np.isfinite(n_skills):
            missing = mpmath.zeta(exponent, n_skills + 1)
            total, tail = total - missing, tail - missing
        expected = tail / total
    computed = skill_sums.rare_skill_probability(learned, data_exponent=alpha, n_skills=n_skills)
    np.testing.assert_allclose(computed, float(expected), rtol=3e-14)


def test_no_skill_is_rarer_than_the_last():
    for learned in (50, 51, np.inf):
        assert skill_sums.rare_skill_probability(learned, data_exponent=0.3, n_skills=50) == 0.0
    assert skill_sums.rare_skill_probability(np.inf, data_exponent=0.3) == 0.0


def test_probabilities_agree_with_those_of_the_task():
    expected = skill_probabilities(0.6, 3000)
    skills = np.arange(1, 3001)
    computed = skills**-1.6 / skill_sums.skill_normaliser(0.6, 3000)
    np.testing.assert_allclose(computed, expected, rtol=1e-13)
    tail = skill_sums.rare_skill_probability(skills, data_exponent=0.6, n_skills=3000)
    np.testing.assert_allclose(tail[:-1], expected[::-1].cumsum()[::-1][1:], rtol=1e-11)


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
def test_infinite_rule_sums_the_zeta_function(alpha):
    rule = skill_sums.skill_rule(alpha, np.inf)
    for power in (1, 2):
        expected = float(mpmath.zeta(power * (mpmath.mpf(alpha) + 1)))
        computed = rule.weights @ rule.skills ** -(power * (alpha + 1.0))
        # The remainder beyond the last panel is exact for the first power; for the second it is 0.
        np.testing.assert_allclose(computed, expected, rtol=1e-12)


@pytest.mark.parametrize("alpha", ALPHAS)
def test_rule_is_small_whatever_the_number_of_skills(alpha):
    for last in (10.0**7, 1e15, np.inf):
        assert len(skill_sums.skill_rule(alpha, last).skills) < 20_000


@pytest.mark.parametrize("wrong", [0, -5, 2.5, np.nan, 1e60])
def test_number_of_skills_must_be_whole(wrong):
    with pytest.raises(ValueError, match="last_skill"):
        skill_sums.skill_rule(0.3, wrong)


@pytest.mark.parametrize("alpha", [0.0, -1.0, np.nan, np.inf])
def test_data_exponent_must_be_positive(alpha):
    with pytest.raises(ValueError, match="data_exponent"):
        skill_sums.skill_normaliser(alpha, 5)
