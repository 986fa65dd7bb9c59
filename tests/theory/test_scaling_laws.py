"""Scaling laws: prefactors against high precision, optimum against search, law against loss."""

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from emergence.theory import scaling_laws
from emergence.theory.model_loss import multilinear_loss, one_shot_loss
from emergence.theory.skill_sums import skill_normaliser

ALPHAS = [0.05, 0.1, 0.3, 0.6, 0.9, 1.5, 3.0]
STRENGTHS = {"target_scale": 5.0, "initial_strength": 0.01}
MODEL = STRENGTHS | {"learning_rate": 0.7}


def precise_time_prefactor(alpha, scale, strength, ratio, normaliser):
    """Thm. 4 in 30 digits, the integral cut at the step of the profile."""
    with mpmath.workdps(30):
        alpha, scale, strength = mpmath.mpf(alpha), mpmath.mpf(scale), mpmath.mpf(strength)

        def integrand(u):
            profile = scale**2 / 2 / (1 + mpmath.exp(2 * u) / (scale / strength - 1)) ** 2
            return u ** (-1 / (alpha + 1)) * profile

        lower = mpmath.mpf(0) if ratio == np.inf else mpmath.mpf(ratio) ** -(alpha + 1) / normaliser
        step = max(mpmath.log(scale / strength - 1) / 2, mpmath.mpf(1) / 4)
        cuts = [c for c in (step / 50, step / 2, step, step + 2, step + 6, step + 15) if c > lower]
        if lower == 0:
            # u = v^((α+1)/α) removes the singular end.
            power = (alpha + 1) / alpha
            first = power * mpmath.quad(
                lambda v: integrand(v**power) * v ** (power - 1), [0, cuts[0] ** (1 / power)]
            )
            integral = first + mpmath.quad(integrand, [*cuts, step + 40])
        else:
            integral = mpmath.quad(integrand, [lower, *cuts, step + 40])
        learned = mpmath.mpf(normaliser) ** (-1 / (alpha + 1)) / (alpha + 1) * integral
        unlearnable = 0 if ratio == np.inf else scale**2 * ratio**-alpha / (2 * alpha * normaliser)
        return float(learned + unlearnable)


@pytest.mark.parametrize("alpha", ALPHAS)
@pytest.mark.parametrize("strength", [1e-6, 0.01, 2.0, 4.9])
@pytest.mark.parametrize("ratio", [np.inf, 3.0, 0.7, 0.2])
def test_time_prefactor_equals_theorem_4_in_high_precision(alpha, strength, ratio):
    expected = precise_time_prefactor(alpha, 5.0, strength, ratio, float(mpmath.zeta(1 + alpha)))
    computed = scaling_laws.time_prefactor(
        alpha, target_scale=5.0, initial_strength=strength, parameter_ratio=ratio
    )
    np.testing.assert_allclose(computed, expected, rtol=1e-12)


@pytest.mark.parametrize(("alpha", "expected"), [(0.3, 1.29), (0.6, 1.20), (0.9, 1.06)])
def test_time_prefactors_of_figure_2(alpha, expected):
    """Three digits that the authors found with another program."""
    value = scaling_laws.law_prefactor(
        "time", alpha, target_scale=1.0, initial_strength=0.01, learning_rate=1.0
    )
    assert abs(value / 0.5 - expected) < 0.005


@pytest.mark.parametrize("alpha", ALPHAS)
@pytest.mark.parametrize("data_ratio", [0.0, 0.3, 40.0])
def test_data_prefactor_equals_its_integral_in_high_precision(alpha, data_ratio):
    with mpmath.workdps(30):
        exponent, normaliser = mpmath.mpf(alpha), mpmath.zeta(1 + mpmath.mpf(alpha))
        lower = mpmath.mpf(data_ratio) / normaliser
        # Σ P e^{-DP} as an integral over k, in u = D P(k): u^(-1/(α+1)) e^{-u}.
        power = (exponent + 1) / exponent
        integral = power * mpmath.quad(
            lambda v: mpmath.exp(-(v**power)), [lower ** (1 / power), 1 + lower, mpmath.inf]
        )
        expected = mpmath.mpf("4.99") ** 2 / 2 * integral / (exponent + 1)
        expected *= normaliser ** (-1 / (exponent + 1))
        expected += 25 * mpmath.mpf(data_ratio) ** (1 / power) / (2 * exponent * normaliser)
    computed = scaling_laws.data_prefactor(alpha, data_ratio=data_ratio, **STRENGTHS)
    np.testing.assert_allclose(computed, float(expected), rtol=1e-11)


@pytest.mark.parametrize("alpha", ALPHAS)
@pytest.mark.parametrize("n_skills", [np.inf, 50_000])
def test_optimal_compute_is_the_minimum_over_the_allocation(alpha, n_skills):
    optimum = scaling_laws.compute_optimum(alpha, n_skills=n_skills, **STRENGTHS)

    def prefactor(log_allocation):
        return scaling_laws.compute_prefactor(
            alpha, allocation=np.exp(log_allocation), n_skills=n_skills, **STRENGTHS
        )

    searched = minimize_scalar(prefactor, bounds=(-6, 4), method="bounded", options={"xatol": 1e-9})
    np.testing.assert_allclose(optimum.prefactor, searched.fun, rtol=1e-12)
    np.testing.assert_allclose(optimum.allocation, np.exp(searched.x), rtol=1e-4)
    grid = scaling_laws.compute_prefactor(
        alpha, allocation=np.geomspace(0.01, 30, 150), n_skills=n_skills, **STRENGTHS
    )
    assert np.all(grid >= optimum.prefactor * (1 - 1e-12))


@pytest.mark.parametrize("alpha", [0.1, 0.3, 0.6, 0.9, 2.0])
@pytest.mark.parametrize("ratio", [np.inf, 2.0, 0.5])
def test_time_law_is_the_limit_of_the_loss(alpha, ratio):
    """N = λ (ηST)^(1/(α+1)); what is left is of order 1/N."""
    errors = []
    for target_n in (300.0, 3000.0):
        scaled = (target_n / (ratio if ratio < np.inf else 1.0)) ** (alpha + 1.0)
        learned = np.inf if ratio == np.inf else target_n
        loss = multilinear_loss(
            scaled / 3.5, learned, data_exponent=alpha, n_skills=np.inf, **MODEL
        )
        law = scaling_laws.time_prefactor(alpha, parameter_ratio=ratio, **STRENGTHS)
        errors.append(loss / (law * scaled ** (-alpha / (alpha + 1.0))) - 1)
    assert abs(errors[0]) < 0.5 * (alpha + 1) / 300.0
    assert abs(errors[1]) < 0.5 * (alpha + 1) / 3000.0


@pytest.mark.parametrize("alpha", [0.1, 0.3, 0.6, 0.9, 2.0])
@pytest.mark.parametrize("data_ratio", [0.0, 0.2, 8.0])
def test_data_law_is_the_limit_of_the_one_shot_loss(alpha, data_ratio):
    """N = (D/μ)^(1/(α+1)); what is left is of order 1/N and 1/D."""
    for size in (3e4, 3e6):
        if data_ratio == 0.0:
            learned, size_used = np.inf, size
        else:
            learned = np.round((size / data_ratio) ** (1.0 / (alpha + 1.0)))
            size_used = data_ratio * learned ** (alpha + 1.0)
        loss = one_shot_loss(size_used, learned, data_exponent=alpha, n_skills=np.inf, **STRENGTHS)
        law = scaling_laws.data_prefactor(alpha, data_ratio=data_ratio, **STRENGTHS)
        law = law * size_used ** (-alpha / (alpha + 1.0))
        bound = 2.0 / size + (0.0 if learned == np.inf else (alpha + 1) / learned)
        assert abs(loss / law - 1) < bound


@pytest.mark.parametrize("alpha", [0.1, 0.3, 0.6, 0.9, 2.0])
@pytest.mark.parametrize("share", [0.0, 0.25, 0.9])
def test_parameter_law_is_the_limit_of_the_loss(alpha, share):
    for learned in (1e3, 1e5):
        n_skills = np.inf if share == 0.0 else np.round(learned / share)
        gamma = learned / n_skills
        loss = multilinear_loss(np.inf, learned, data_exponent=alpha, n_skills=n_skills, **MODEL)
        law = scaling_laws.parameter_prefactor(
            alpha, target_scale=5.0, learned_share=gamma, n_skills=n_skills
        )
        assert abs(loss / (law * learned**-alpha) - 1) < (alpha + 1) / learned


@pytest.mark.parametrize("alpha", [0.3, 0.6, 0.9])
@pytest.mark.parametrize("factor", [0.3, 1.0, 4.0])
def test_compute_law_is_the_limit_of_the_loss_at_any_allocation(alpha, factor):
    allocation = factor * scaling_laws.compute_optimum(alpha, **STRENGTHS).allocation
    learned = 4000.0
    scaled_compute = (learned / allocation) ** (alpha + 2.0)
    loss = multilinear_loss(
        scaled_compute / 3.5 / learned, learned, data_exponent=alpha, n_skills=np.inf, **MODEL
    )
    law = scaling_laws.compute_prefactor(alpha, allocation=allocation, **STRENGTHS)
    law = law * scaled_compute ** (-alpha / (alpha + 2.0))
    assert abs(loss / law - 1) < 1.0 / learned


@pytest.mark.parametrize("law", scaling_laws.LAWS)
@pytest.mark.parametrize("alpha", [0.3, 0.9])
@pytest.mark.parametrize("strength", [0.01, 1.0])
def test_finite_skills_law_is_the_loss_of_finitely_many_skills(law, alpha, strength):
    n_skills = 100_000
    setting = {"data_exponent": alpha, "n_skills": n_skills}
    strengths = STRENGTHS | {"initial_strength": strength}
    model = strengths | {"learning_rate": 0.7}
    if law == "time":
        resource = 5e3
        loss = multilinear_loss(resource, **setting, **model)
    elif law == "data":
        resource = 5e3
        loss = one_shot_loss(resource, **setting, **strengths)
    elif law == "parameters":
        resource = 500.0
        loss = multilinear_loss(np.inf, resource, **setting, **model)
    else:
        learned = 500.0
        allocation = scaling_laws.compute_optimum(alpha, n_skills=n_skills, **strengths).allocation
        resource = (learned / allocation) ** (alpha + 2.0) / 3.5
        loss = multilinear_loss(resource / learned, learned, **setting, **model)
    computed = scaling_laws.finite_skills_law(law, resource, alpha, n_skills=n_skills, **model)
    plain = scaling_laws.law_prefactor(law, alpha, n_skills=n_skills, **model)
    plain = plain * resource ** scaling_laws.scaling_exponent(law, alpha)
    assert abs(computed / loss - 1) < 3e-3
    assert abs(computed / loss - 1) < abs(plain / loss - 1)
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
    one = scaling_laws.law_prefactor(
        law, alpha, target_scale=1.0, initial_strength=fraction, learning_rate=0.3
    )
    other = scaling_laws.law_prefactor(
        law, alpha, target_scale=factor, initial_strength=factor * fraction,
        learning_rate=0.3 / factor,
    )  # fmt: skip
    np.testing.assert_allclose(other, factor**2 * one, rtol=1e-9)


@given(alpha=st.floats(0.05, 3.0), ratio=st.floats(0.05, 20.0), more=st.floats(1.01, 3.0))
def test_more_parameters_never_raise_the_time_prefactor(alpha, ratio, more):
    values = scaling_laws.time_prefactor(
        alpha, parameter_ratio=np.array([ratio, ratio * more, np.inf]), **STRENGTHS
    )
    assert values[0] >= values[1] * (1 - 1e-11)
    assert values[1] >= values[2] * (1 - 1e-11)


@pytest.mark.parametrize("alpha", [0.3, 0.6, 0.9])
def test_small_strength_form_is_approached_as_one_over_the_logarithm(alpha):
    """Prop. 7's relative excess tends to α/((α+1) ln(S/r)), so excess · ln(S/r) to α/(α+1)."""
    scaled_excess = []
    for strength in (1e-20, 1e-80, 1e-300):
        small = scaling_laws.time_prefactor_small_strength(
            alpha, target_scale=1.0, initial_strength=strength
        )
        exact = scaling_laws.time_prefactor(alpha, target_scale=1.0, initial_strength=strength)
        scaled_excess.append((small / exact - 1) * -np.log(strength) * (alpha + 1) / alpha)
    distances = np.abs(np.array(scaled_excess) - 1)
    assert np.all(np.diff(distances) < 0)
    assert distances[-1] < 0.005


@pytest.mark.parametrize("alpha", [0.3, 0.6, 0.9])
def test_small_strength_optimum_is_approached(alpha):
    errors, allocation_errors = [], []
    for strength in (1e-2, 1e-20, 1e-200):
        setting = {"target_scale": 1.0, "initial_strength": strength}
        small = scaling_laws.compute_optimum_small_strength(alpha, **setting)
        exact = scaling_laws.compute_optimum(alpha, **setting)
        errors.append(abs(small.prefactor / exact.prefactor - 1))
        allocation_errors.append(abs(small.allocation / exact.allocation - 1))
    assert errors[-1] < 2e-3
    assert np.all(np.diff(allocation_errors) < 0)
    assert allocation_errors[-1] < 0.01


def test_exponents():
    assert scaling_laws.scaling_exponent("time", 0.6) == pytest.approx(-0.375)
    assert scaling_laws.scaling_exponent("data", 0.6) == pytest.approx(-0.375)
    assert scaling_laws.scaling_exponent("parameters", 0.6) == pytest.approx(-0.6)
    assert scaling_laws.scaling_exponent("compute", 0.6) == pytest.approx(-0.6 / 2.6)


def test_profile_is_the_loss_of_a_skill_at_its_scaled_time():
    scaled = np.linspace(0, 6, 9)
    loss = multilinear_loss(scaled / 3.5, data_exponent=0.6, n_skills=1, **MODEL)
    np.testing.assert_allclose(scaling_laws.learning_profile(scaled, **STRENGTHS), loss, rtol=1e-12)


def test_normaliser_enters_through_the_number_of_skills():
    ratio = skill_normaliser(0.3, 100) / skill_normaliser(0.3)
    few = scaling_laws.law_prefactor("parameters", 0.3, n_skills=100, **MODEL)
    many = scaling_laws.law_prefactor("parameters", 0.3, **MODEL)
    np.testing.assert_allclose(many / few, ratio, rtol=1e-12)
    few = scaling_laws.law_prefactor("data", 0.3, n_skills=100, **MODEL)
    many = scaling_laws.law_prefactor("data", 0.3, **MODEL)
    np.testing.assert_allclose(many / few, ratio ** (1 / 1.3), rtol=1e-12)


def test_unknown_laws_and_arguments_out_of_range_are_refused():
    with pytest.raises(ValueError, match="law"):
        scaling_laws.scaling_exponent("energy", 0.3)
    with pytest.raises(ValueError, match="data_exponent"):
        scaling_laws.time_prefactor(-0.1, **STRENGTHS)
    with pytest.raises(ValueError, match="parameter_ratio"):
        scaling_laws.time_prefactor(0.3, parameter_ratio=0.0, **STRENGTHS)
    with pytest.raises(ValueError, match="data_ratio"):
        scaling_laws.data_prefactor(0.3, data_ratio=-1.0, **STRENGTHS)
    with pytest.raises(ValueError, match="learned_share"):
        scaling_laws.parameter_prefactor(0.3, target_scale=1.0, learned_share=1.5)
    with pytest.raises(ValueError, match="allocation"):
        scaling_laws.compute_prefactor(0.3, allocation=0.0, **STRENGTHS)
    with pytest.raises(ValueError, match="initial_strength"):
        scaling_laws.compute_optimum(0.3, target_scale=1.0, initial_strength=1.0)
