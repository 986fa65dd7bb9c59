"""Scaling laws of the loss with time, data, parameters and compute, prefactors by quadrature.

A law reads L = prefactor · resource^exponent with a negative exponent. Symbols: α data exponent;
S, r and η of :class:`emergence.theory.setting.Setting`; H = Σ_{j≤n_s} j^-(α+1), ζ(α+1) for n_s = ∞.
With n_s finite the theorems hold with H for ζ(α+1) and lose the skills that are not there: every
law is lower by a constant, the finite-skills term of Eq. 56 (:func:`finite_skills_law`). Prefactors
have the unit S². Functions raise ValueError for an argument out of range or an unknown law.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import expit, gamma, gammaincc, roots_jacobi, roots_legendre

from emergence.theory.finite_skills import missing_skills_loss
from emergence.theory.setting import Setting
from emergence.theory.skill_sums import skill_normaliser
from emergence.theory.validation import fraction, non_negative, positive

LAWS = ("time", "data", "parameters", "compute")
# Quadrature panels, in u.
_PANEL_WIDTH = 1.0
_PANEL_NODES = 32
# The profile is below 1e-34 this far behind its step.
_STEP_REACH = 20.0


def scaling_exponent(law: str, data_exponent: ArrayLike) -> NDArray[np.float64]:
    """Exponent of the loss: -α/(α+1) for time and data, -α for parameters, -α/(α+2) for compute.

    Thms. 4, 5, 1 and Cor. 5. `law` is one of `LAWS`; the shape of α is returned.

    Examples
    --------
    >>> float(scaling_exponent("parameters", 0.6))
    -0.6
    """
    exponent = positive("data_exponent", data_exponent)
    if law in ("time", "data"):
        return -exponent / (exponent + 1.0)
    if law == "parameters":
        return -exponent
    if law == "compute":
        return -exponent / (exponent + 2.0)
    raise ValueError(f"law must be one of {LAWS}, got {law!r}")


def learning_profile(scaled_time: ArrayLike, setting: Setting) -> NDArray[np.float64]:
    """Φ(u) = (S²/2)/(1 + e^{2u}/(S/r - 1))², the loss of one skill at u = ηP_sST (Thm. 4)."""
    exponent = np.log(setting.ratio) - 2.0 * np.asarray(scaled_time)
    return 0.5 * np.square(setting.target_scale * expit(exponent))


def _profile_moment(
    data_exponent: float, lower: NDArray[np.float64], setting: Setting
) -> NDArray[np.float64]:
    """∫_lower^∞ u^(-1/(α+1)) Φ(u) du, as the integral from zero less the one from zero to lower.

    On the first panel Φ(0) is integrated by hand and (Φ(u) - Φ(0))/u by Gauss-Jacobi with weight
    u^(α/(α+1)); Gauss-Legendre serves the others. Panels are narrower than the distance π/2 of Φ's
    nearest pole, so either rule converges to rounding. The error is relative to the integral from
    zero.
    """
    power = data_exponent / (data_exponent + 1.0)
    step = float(np.log(setting.ratio)) / 2.0
    panels = int(np.ceil((max(step, 0.0) + _STEP_REACH) / _PANEL_WIDTH))
    legendre_nodes, legendre_weights = roots_legendre(_PANEL_NODES)
    jacobi_nodes, jacobi_weights = roots_jacobi(_PANEL_NODES, 0.0, power)
    start_value = float(learning_profile(0.0, setting))

    def from_zero(width: NDArray) -> NDArray:
        half = width[..., None] / 2.0
        variable = half * (1.0 + jacobi_nodes)
        change = np.divide(
            learning_profile(variable, setting) - start_value,
            variable,
            out=np.zeros_like(variable),
            where=variable > 0,
        )
        return (
            start_value * width**power / power + (half ** (power + 1.0) * change) @ jacobi_weights
        )

    def between(start: NDArray, end: NDArray) -> NDArray:
        half = (end - start)[..., None] / 2.0
        variable = start[..., None] + half * (1.0 + legendre_nodes)
        values = variable ** (power - 1.0) * learning_profile(variable, setting)
        return (half * values) @ legendre_weights

    edges = _PANEL_WIDTH * np.arange(1.0, panels + 1.0)
    below = np.cumsum([from_zero(edges[0]), *between(edges[:-1], edges[1:])])
    lower = np.minimum(lower, edges[-1])
    panel = np.minimum((lower / _PANEL_WIDTH).astype(np.int64), panels - 1)
    start = np.maximum(edges[panel - 1], _PANEL_WIDTH)
    partial = np.where(
        panel == 0,
        from_zero(np.minimum(lower, _PANEL_WIDTH)),
        below[panel - 1] + between(start, np.maximum(lower, start)),
    )
    return below[-1] - partial


def time_prefactor(
    data_exponent: float,
    setting: Setting,
    *,
    parameter_ratio: ArrayLike = np.inf,
    n_skills: float = np.inf,
) -> NDArray[np.float64]:
    """A(λ) of L = A(λ) (ηST)^(-α/(α+1)), λ = N/(ηST)^(1/(α+1)) (Thm. 4).

        A(λ) = H^(-1/(α+1))/(α+1) ∫_{λ^-(α+1)/H}^∞ u^(-1/(α+1)) Φ(u) du + S² λ^-α/(2αH)

    Parameters
    ----------
    data_exponent: α > 0.
    setting: S and r.
    parameter_ratio: λ > 0; infinity when parameters do not limit. Its shape is returned.
    n_skills: n_s, whole or infinite, only through H.

    Returns
    -------
    array, unit S². Relative accuracy about 1e-13.

    Examples
    --------
    >>> setting = Setting(target_scale=1.0, initial_strength=0.01, learning_rate=1.0)
    >>> float(time_prefactor(0.6, setting).round(4))
    0.6001
    """
    exponent = float(positive("data_exponent", data_exponent))
    ratios = non_negative("parameter_ratio", parameter_ratio)
    if not np.all(ratios > 0):
        raise ValueError("parameter_ratio must be positive")
    normaliser = float(skill_normaliser(exponent, n_skills))
    moments = _profile_moment(exponent, ratios ** -(exponent + 1.0) / normaliser, setting)
    learned = moments * normaliser ** (-1.0 / (exponent + 1.0))
    unlearnable = setting.target_scale**2 * ratios**-exponent / (2.0 * exponent * normaliser)
    return (learned / (exponent + 1.0) + unlearnable)[()]


def time_prefactor_small_strength(
    data_exponent: float, setting: Setting, *, n_skills: float = np.inf
) -> float:
    """A(∞) for r ≪ S (Prop. 7): the step of Φ made sharp at u* = ln(S/r - 1)/2.

        A(∞) ≈ H^(-1/(α+1))/(α+1) · (ln((S-r)/r))^(α/(α+1)) 2^(1/(α+1)) S² (α+1)/(4α)

    The centre of the true step is half a unit earlier, so this is high by a relative
    α/((α+1) ln(S/r)) to leading order. Parameters as in :func:`time_prefactor`.
    """
    exponent = float(positive("data_exponent", data_exponent))
    power = exponent / (exponent + 1.0)
    log_ratio = np.log(setting.ratio)
    moment = log_ratio**power * 2.0 ** (1.0 - power) * setting.target_scale**2 / (4.0 * power)
    normaliser = skill_normaliser(exponent, n_skills)
    return float(normaliser ** (-1.0 / (exponent + 1.0)) / (exponent + 1.0) * moment)


def data_prefactor(
    data_exponent: float, setting: Setting, *, data_ratio: ArrayLike = 0.0, n_skills: float = np.inf
) -> NDArray[np.float64]:
    """A_D(μ) of L = A_D(μ) D^(-α/(α+1)), μ = D/N^(α+1), for T → ∞ (Thm. 5).

        A_D(μ) = (S-r)² H^(-1/(α+1)) Γ(α/(α+1), μ/H)/(2(α+1)) + S² μ^(α/(α+1))/(2αH)

    From E_D L with (1-P_s)^D → e^{-DP_s} and u = D P_s(k) as the variable of integration, which
    runs from D P_s(N) = μ/H; the last term is the unlearnable skills k > N.

    Parameters
    ----------
    data_exponent, setting, n_skills: as in :func:`time_prefactor`.
    data_ratio: μ ≥ 0; zero is the limit N → ∞. Its shape is returned.
    """
    exponent = float(positive("data_exponent", data_exponent))
    ratios = non_negative("data_ratio", data_ratio)
    power = exponent / (exponent + 1.0)
    normaliser = float(skill_normaliser(exponent, n_skills))
    incomplete_gamma = gamma(power) * gammaincc(power, ratios / normaliser)
    lacking = setting.target_scale - setting.initial_strength
    unseen = lacking**2 * normaliser ** (-1.0 / (exponent + 1.0))
    unlearnable = setting.target_scale**2 * ratios**power / (2.0 * exponent * normaliser)
    return unseen * incomplete_gamma / (2.0 * (exponent + 1.0)) + unlearnable


def parameter_prefactor(
    data_exponent: float,
    setting: Setting,
    *,
    learned_share: ArrayLike = 0.0,
    n_skills: float = np.inf,
) -> NDArray[np.float64]:
    """A_N = S² (1 - γ^α)/(2αH) of L = A_N N^-α, γ = N/n_s, for T, D → ∞ (Thm. 1).

    Parameters
    ----------
    data_exponent, setting, n_skills: as in :func:`time_prefactor`.
    learned_share: γ in [0, 1]; its shape is returned.
    """
    exponent = float(positive("data_exponent", data_exponent))
    share = fraction("learned_share", learned_share)
    unlearned = setting.target_scale**2 * (1.0 - share**exponent)
    return unlearned / (2.0 * exponent * skill_normaliser(exponent, n_skills))


def compute_prefactor(
    data_exponent: float, setting: Setting, *, allocation: ArrayLike, n_skills: float = np.inf
) -> NDArray[np.float64]:
    """B(λ) of L = B(λ) (ηSC)^(-α/(α+2)) with C = NT and N = λ (ηSC)^(1/(α+2)) (Cor. 5).

        B(λ) = A(λ^((α+2)/(α+1))) λ^(+α/(α+1))

    Parameters
    ----------
    data_exponent, setting, n_skills: as in :func:`time_prefactor`.
    allocation: λ > 0; its shape is returned.
    """
    allocation = positive("allocation", allocation)
    ratio = allocation ** ((data_exponent + 2.0) / (data_exponent + 1.0))
    prefactor = time_prefactor(data_exponent, setting, parameter_ratio=ratio, n_skills=n_skills)
    return prefactor * allocation ** (data_exponent / (data_exponent + 1.0))


class ComputeOptimum(NamedTuple):
    """Best split of compute: L = prefactor (ηSC)^(-α/(α+2)) at N = allocation (ηSC)^(1/(α+2))."""

    prefactor: float
    allocation: float


def compute_optimum(
    data_exponent: float, setting: Setting, *, n_skills: float = np.inf
) -> ComputeOptimum:
    """Minimum over λ of B(λ) (Cor. 5).

    With Λ = λ^((α+2)/(α+1)) the minimum solves Λ A'(Λ) + α/(α+2) A(Λ) = 0, where Thm. 4 gives
    A'(Λ) = -Λ^-(α+1) (S²/2 - Φ(Λ^-(α+1)/H))/H: one more parameter learns one more skill.
    Parameters as in :func:`time_prefactor`.

    Examples
    --------
    >>> setting = Setting(target_scale=1.0, initial_strength=0.01, learning_rate=1.0)
    >>> prefactor, allocation = compute_optimum(0.6, setting)
    >>> round(prefactor, 3), round(allocation, 3)
    (0.532, 0.593)
    """
    exponent = float(positive("data_exponent", data_exponent))
    normaliser = float(skill_normaliser(exponent, n_skills))
    step = float(np.log1p(setting.ratio)) / 2.0

    def stationarity(scaled_time: float) -> float:
        """The condition above as a function of u = Λ^-(α+1)/H = ηP_s(N)ST, times Λ^α."""
        ratio = (normaliser * scaled_time) ** (-1.0 / (exponent + 1.0))
        prefactor = time_prefactor(exponent, setting, parameter_ratio=ratio, n_skills=n_skills)
        gain = (setting.half_square - learning_profile(scaled_time, setting)) / normaliser
        return float(exponent / (exponent + 2.0) * prefactor * ratio**exponent - gain)

    # The best N leaves the rarest learned skill near its step: u is between zero and far behind it.
    best = brentq(stationarity, step * 1e-3, step + _STEP_REACH, xtol=1e-13, rtol=1e-13)
    ratio = (normaliser * best) ** (-1.0 / (exponent + 1.0))
    allocation = ratio ** ((exponent + 1.0) / (exponent + 2.0))
    value = compute_prefactor(exponent, setting, allocation=allocation, n_skills=n_skills)
    return ComputeOptimum(float(value), float(allocation))


def compute_optimum_small_strength(
    data_exponent: float, setting: Setting, *, n_skills: float = np.inf
) -> ComputeOptimum:
    """Cor. 5's minimum for r ≪ S, with the sharp step of Prop. 7 at u* = ln(S/r - 1)/2.

    A(Λ) is then constant while the step lies beyond the N-th skill and S²Λ^-α/(2αH) before, so
    B is least where both meet, Λ = (H u*)^(-1/(α+1)):

        B = S²/(2αH) · (H u*)^(α/(α+2)),   λ = (H u*)^(-1/(α+2))

    Parameters as in :func:`time_prefactor`.
    """
    exponent = float(positive("data_exponent", data_exponent))
    normaliser = float(skill_normaliser(exponent, n_skills))
    step = float(np.log(setting.ratio)) / 2.0
    meeting = (normaliser * step) ** (1.0 / (exponent + 2.0))
    prefactor = setting.target_scale**2 / (2.0 * exponent * normaliser) * meeting**exponent
    return ComputeOptimum(float(prefactor), float(1.0 / meeting))


def law_prefactor(
    law: str, data_exponent: float, setting: Setting, *, n_skills: float = np.inf
) -> float:
    """Prefactor of L = prefactor · X^exponent in the plain resource X = T, D, N or C.

    Time carries (ηS)^(-α/(α+1)) and compute (ηS)^(-α/(α+2)). The other resources do not limit.

    Parameters
    ----------
    law: one of `LAWS`.
    data_exponent, n_skills: as in :func:`time_prefactor`.
    setting: S, r and η.

    Examples
    --------
    >>> setting = Setting(target_scale=1.0, initial_strength=0.01, learning_rate=1.0)
    >>> round(law_prefactor("parameters", 0.6, setting), 4)
    0.3646
    """
    exponent = float(scaling_exponent(law, data_exponent))
    if law == "parameters":
        return float(parameter_prefactor(data_exponent, setting, n_skills=n_skills))
    if law == "data":
        return float(data_prefactor(data_exponent, setting, n_skills=n_skills))
    if law == "time":
        prefactor = float(time_prefactor(data_exponent, setting, n_skills=n_skills))
    else:
        prefactor = compute_optimum(data_exponent, setting, n_skills=n_skills).prefactor
    return prefactor * setting.rate**exponent


def power_law(
    law: str,
    resource: ArrayLike,
    data_exponent: float,
    setting: Setting,
    *,
    n_skills: float = np.inf,
) -> NDArray[np.float64]:
    """prefactor · X^exponent: the law of the loss while nothing but the resource X limits.

    Parameters
    ----------
    law, data_exponent, setting, n_skills: as in :func:`law_prefactor`.
    resource: X > 0 (T, D, N or C); its shape is returned.
    """
    power = positive("resource", resource) ** scaling_exponent(law, data_exponent)
    return law_prefactor(law, data_exponent, setting, n_skills=n_skills) * power


def unlearned_scale(law: str, setting: Setting) -> float:
    """What an unlearned rare skill lacks: S - r for time and data, S for parameters and compute.

    A skill that is learnable starts at r; one beyond the N-th parameter stays at zero.
    """
    scale = setting.target_scale
    return scale - setting.initial_strength if law in ("time", "data") else scale


def finite_skills_law(
    law: str, resource: ArrayLike, data_exponent: float, setting: Setting, *, n_skills: float
) -> NDArray[np.float64]:
    """prefactor · X^exponent - s² n_s^-α/(2αH): the law for finitely many skills (Eq. 56).

    The subtracted term is :func:`emergence.theory.finite_skills.missing_skills_loss`, what skills
    beyond n_s would still cost: s = S - r for time and data, where they would be learnable but
    unlearned, s = S for parameters (then this is Thm. 1 with γ = N/n_s) and compute, where they are
    unlearnable. It holds while the skill being learned is far from the n_s-th.

    Parameters
    ----------
    law, resource, data_exponent, setting: as in :func:`power_law`.
    n_skills: n_s ≥ 1, whole or infinite.

    Examples
    --------
    >>> setting = Setting(target_scale=1.0, initial_strength=0.01, learning_rate=1.0)
    >>> finite_skills_law("time", [1e2, 1e4], 0.6, setting, n_skills=10**5).round(4)
    array([0.1064, 0.0186])
    """
    power = power_law(law, resource, data_exponent, setting, n_skills=n_skills)
    return power - missing_skills_loss(
        n_skills, data_exponent=data_exponent, target_scale=unlearned_scale(law, setting)
    )
