"""Scaling laws: prefactors against high precision, optimum against search, law against loss."""

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from emergence.theory import scaling_laws
from emergence.theory.model_loss import multilinear_loss, one_shot_loss
from emergence.theory.setting import Setting

SCALE, STRENGTH, RATE = 5.0, 0.01, 0.7
SETTING = Setting(SCALE, STRENGTH, RATE)


def limit(alpha, n_skills=np.inf, setting=SETTING):
    return {"setting": setting, "data_exponent": alpha, "n_skills": n_skills}


def precise_prefactor(alpha, profile, lower, cuts, mu):
    """H^(-1/(α+1))/(α+1) ∫_lower^∞ u^(-1/(α+1)) profile(u) du + S² μ^(α/(α+1))/(2αH), 30 digits."""
    alpha, normaliser = mpmath.mpf(alpha), mpmath.zeta(1 + mpmath.mpf(alpha))
    power = (alpha + 1) / alpha  # u = v^((α+1)/α) removes the singular end
    edges = [mpmath.mpf(u) ** (1 / power) for u in (lower, *(cut for cut in cuts if cut > lower))]
    integral = power * mpmath.quad(lambda v: profile(v**power), edges)
    learned = normaliser ** (-1 / (alpha + 1)) / (alpha + 1) * integral
    return float(learned + SCALE**2 * mpmath.mpf(mu) ** (1 / power) / (2 * alpha * normaliser))


@mpmath.workdps(30)
@pytest.mark.parametrize("alpha", [0.05, 0.6, 3.0])
@pytest.mark.parametrize("strength", [1e-6, 4.9])
@pytest.mark.parametrize("ratio", [np.inf, 3.0, 0.2])
def test_time_prefactor_equals_theorem_4_in_high_precision(alpha, strength, ratio):
    odds = mpmath.mpf(SCALE) / mpmath.mpf(strength) - 1
    step = max(mpmath.log(odds) / 2, mpmath.mpf(1) / 4)
    cuts = [step / 50, step / 2, step, *(step + later for later in (2, 6, 15, 40))]
    mu = mpmath.mpf(ratio) ** -(mpmath.mpf(alpha) + 1)
    expected = precise_prefactor(
        alpha,
        lambda u: mpmath.mpf(SCALE) ** 2 / 2 / (1 + mpmath.exp(2 * u) / odds) ** 2,
        mu / mpmath.zeta(1 + mpmath.mpf(alpha)),
        cuts,
        mu,
    )
    setting = Setting(SCALE, strength, RATE)
    computed = scaling_laws.time_prefactor(alpha, setting, parameter_ratio=ratio)
    np.testing.assert_allclose(computed, expected, rtol=1e-12)


@mpmath.workdps(30)
@pytest.mark.parametrize("alpha", [0.05, 0.6, 3.0])
@pytest.mark.parametrize("data_ratio", [0.0, 0.3, 40.0])
def test_data_prefactor_equals_its_integral_in_high_precision(alpha, data_ratio):
    """Σ P e^{-DP} as an integral over k, in u = D P(k)."""
    lower = mpmath.mpf(data_ratio) / mpmath.zeta(1 + mpmath.mpf(alpha))
    unseen = mpmath.mpf("4.99") ** 2 / 2
    cuts = [1, 1 + lower, 10 + lower, mpmath.inf]
    expected = precise_prefactor(alpha, lambda u: unseen * mpmath.exp(-u), lower, cuts, data_ratio)
    computed = scaling_laws.data_prefactor(alpha, SETTING, data_ratio=data_ratio)
    np.testing.assert_allclose(computed, expected, rtol=1e-11)


@pytest.mark.parametrize("alpha", [0.05, 0.6, 3.0])
@pytest.mark.parametrize("n_skills", [np.inf, 50_000])
def test_optimal_compute_is_the_minimum_over_the_allocation(alpha, n_skills):
    optimum = scaling_laws.compute_optimum(alpha, SETTING, n_skills=n_skills)

    def prefactor(log_allocation):
        return scaling_laws.compute_prefactor(
            alpha, SETTING, allocation=np.exp(log_allocation), n_skills=n_skills
        )

    searched = minimize_scalar(prefactor, bounds=(-6, 4), method="bounded", options={"xatol": 1e-9})
    np.testing.assert_allclose(optimum.prefactor, searched.fun, rtol=1e-12)
    np.testing.assert_allclose(optimum.allocation, np.exp(searched.x), rtol=1e-4)
    assert np.all(prefactor(np.linspace(-5, 3.5, 150)) >= optimum.prefactor * (1 - 1e-12))


@pytest.mark.parametrize("alpha", [0.1, 0.6, 2.0])
@pytest.mark.parametrize("ratio", [np.inf, 2.0, 0.5])
def test_time_law_is_the_limit_of_the_loss(alpha, ratio):
    """N = λ (ηST)^(1/(α+1)); what is left is of order 1/N."""
    reach = np.array([300.0, 3000.0])
    scaled = (reach / (ratio if ratio < np.inf else 1.0)) ** (alpha + 1.0)
    learned = np.inf if ratio == np.inf else reach
    loss = multilinear_loss(scaled / SETTING.rate, learned, **limit(alpha))
    law = scaling_laws.time_prefactor(alpha, SETTING, parameter_ratio=ratio)
    law = law * scaled ** (-alpha / (alpha + 1.0))
    assert np.all(np.abs(loss / law - 1) < 0.5 * (alpha + 1) / reach)


@pytest.mark.parametrize("alpha", [0.1, 0.6, 2.0])
@pytest.mark.parametrize("data_ratio", [0.0, 0.2, 8.0])
def test_data_law_is_the_limit_of_the_one_shot_loss(alpha, data_ratio):
    """N = (D/μ)^(1/(α+1)); what is left is of order 1/N and 1/D."""
    sizes, learned = np.array([3e4, 3e6]), np.array([np.inf, np.inf])
    bound = 2.0 / sizes
    if data_ratio > 0.0:
        learned = np.round((sizes / data_ratio) ** (1.0 / (alpha + 1.0)))
        sizes = data_ratio * learned ** (alpha + 1.0)
    loss = one_shot_loss(sizes, learned, **limit(alpha))
    law = scaling_laws.data_prefactor(alpha, SETTING, data_ratio=data_ratio)
    law = law * sizes ** (-alpha / (alpha + 1.0))
    assert np.all(np.abs(loss / law - 1) < bound + (alpha + 1) / learned)


@pytest.mark.parametrize("alpha", [0.1, 0.6, 2.0])
@pytest.mark.parametrize("share", [0.0, 0.25, 0.9])
def test_parameter_law_is_the_limit_of_the_loss(alpha, share):
    for learned in (1e3, 1e5):
        n_skills = np.inf if share == 0.0 else np.round(learned / share)
        loss = multilinear_loss(np.inf, learned, **limit(alpha, n_skills))
        law = scaling_laws.parameter_prefactor(
            alpha, SETTING, learned_share=learned / n_skills, n_skills=n_skills
        )
        assert abs(loss / (law * learned**-alpha) - 1) < (alpha + 1) / learned


@pytest.mark.parametrize("alpha", [0.3, 0.9])
@pytest.mark.parametrize("factor", [0.3, 1.0, 4.0])
def test_compute_law_is_the_limit_of_the_loss_at_any_allocation(alpha, factor):
    allocation = factor * scaling_laws.compute_optimum(alpha, SETTING).allocation
    learned = 4000.0
    compute = (learned / allocation) ** (alpha + 2.0) / SETTING.rate
    loss = multilinear_loss(compute / learned, learned, **limit(alpha))
    law = scaling_laws.compute_prefactor(alpha, SETTING, allocation=allocation)
    law = law * (SETTING.rate * compute) ** (-alpha / (alpha + 2.0))
    assert abs(loss / law - 1) < 1.0 / learned


@pytest.mark.parametrize("law", scaling_laws.LAWS)
@pytest.mark.parametrize(("alpha", "strength"), [(0.3, 0.01), (0.3, 1.0), (0.9, 1.0)])
def test_finite_skills_law_is_the_loss_of_finitely_many_skills(law, alpha, strength):
    n_skills, setting = 100_000, Setting(SCALE, strength, RATE)
    model = limit(alpha, n_skills, setting)
    if law == "compute":
        optimum = scaling_laws.compute_optimum(alpha, setting, n_skills=n_skills)
        resource = (500.0 / optimum.allocation) ** (alpha + 2.0) / setting.rate
        loss = multilinear_loss(resource / 500.0, 500.0, **model)
    else:
        resource = 500.0 if law == "parameters" else 5e3
        loss = {
            "time": lambda: multilinear_loss(resource, **model),
            "data": lambda: one_shot_loss(resource, **model),
            "parameters": lambda: multilinear_loss(np.inf, resource, **model),
        }[law]()
    computed, plain = (
        function(law, resource, alpha, setting, n_skills=n_skills)
        for function in (scaling_laws.finite_skills_law, scaling_laws.power_law)
    )
    assert abs(computed / loss - 1) < min(3e-3, abs(plain / loss - 1))
    if alpha == 0.3:
        assert abs(plain / loss - 1) > 0.1


@given(
    alpha=st.floats(0.05, 3.0),
    fraction=st.floats(1e-6, 0.5),
    factor=st.floats(0.1, 10.0),
    law=st.sampled_from(scaling_laws.LAWS),
)
def test_prefactors_scale_with_the_square_of_the_target(alpha, fraction, factor, law):
    """S → cS, r → cr, η → η/c leaves ηS and S/r, so L in units of S², as they are."""
    one, other = (
        scaling_laws.law_prefactor(law, alpha, Setting(scale, scale * fraction, 0.3 / scale))
        for scale in (1.0, factor)
    )
    np.testing.assert_allclose(other, factor**2 * one, rtol=1e-9)


@pytest.mark.parametrize("alpha", [0.3, 0.9])
def test_small_strength_forms_are_approached(alpha):
    """Prop. 7's relative excess tends to α/((α+1) ln(S/r)), so excess · ln(S/r) to α/(α+1)."""
    distances, optima = [], []
    for strength in (1e-20, 1e-80, 1e-300):
        setting = Setting(1.0, strength, RATE)
        small = scaling_laws.time_prefactor_small_strength(alpha, setting)
        excess = small / scaling_laws.time_prefactor(alpha, setting) - 1
        distances.append(abs(excess * -np.log(strength) * (alpha + 1) / alpha - 1))
        sharp = scaling_laws.compute_optimum_small_strength(alpha, setting)
        exact = scaling_laws.compute_optimum(alpha, setting)
        optima.append(np.abs(np.divide(sharp, exact) - 1))
    assert np.all(np.diff(distances) < 0)
    assert distances[-1] < 0.005
    assert np.all(np.diff([allocation for _, allocation in optima]) < 0)
    assert np.all(optima[-1] < (2e-3, 0.01))
