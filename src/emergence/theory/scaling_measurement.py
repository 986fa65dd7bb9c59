"""Exponents and prefactors measured on the model's own loss, inside and outside their conditions.

Window rule: a law is measured where the rarest skill in reach, K, is neither among the first skills
nor near the last one: 1/τ ≤ K ≤ min(10^d/τ, τ n_s), with tolerance τ and d decades. The exponent is
the least-squares slope of ln L on ln X over points evenly spread in ln K; the prefactor is the
geometric mean of L / X^(predicted exponent). With n_s finite, L stands for the loss plus the
constant of the missing skills (Eq. 56), which is known and not fitted.

Functions raise ValueError for an argument out of range.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from emergence.theory.finite_skills import missing_skills_loss
from emergence.theory.regimes import Limits, bottleneck_loss, resource_for_rarest_skill
from emergence.theory.scaling_laws import (
    LAWS,
    law_prefactor,
    power_law,
    scaling_exponent,
    unlearned_scale,
)
from emergence.theory.setting import Setting
from emergence.theory.validation import open_fraction, positive

ALL_HOLD = "all conditions hold"


class Condition(NamedTuple):
    """One condition of a law and how it is put to the test.

    limit: the field of :class:`emergence.theory.regimes.Limits` it bounds. quantity: a number that
    must be large (near one where compute is shared between N and T). unit: what the quantity
    counts: rarest skills K, or the times or data that bring K in reach. excess: whether the
    condition is violated by too large a quantity.
    """

    bottleneck: str
    text: str
    limit: str
    quantity: str
    unit: str
    excess: bool = False


CONDITIONS = (
    Condition("time", "N >> T^(1/(alpha+1))", "n_parameters", "N/K", "skill"),
    Condition("time", "n_skills >> T^(1/(alpha+1))", "n_skills", "n_skills/K", "skill"),
    Condition("time", "D >> T", "data_size", "D*P(K)", "data"),
    Condition("data", "N >> D^(1/(alpha+1))", "n_parameters", "N/K", "skill"),
    Condition("data", "n_skills >> D^(1/(alpha+1))", "n_skills", "n_skills/K", "skill"),
    Condition("data", "T >> D", "time", "T/T(K)", "time"),
    Condition("parameters", "n_skills >> N", "n_skills", "n_skills/N", "skill"),
    Condition("parameters", "T >> N^(alpha+1)", "time", "T/T(N)", "time"),
    Condition("parameters", "D >> N^(alpha+1)", "data_size", "D*P(N)", "data"),
    Condition("compute", "N not << C^(1/(alpha+2))", "n_parameters", "N/N(C)", "skill"),
    Condition("compute", "N not >> C^(1/(alpha+2))", "n_parameters", "N/N(C)", "skill", True),
    Condition("compute", "n_skills >> N", "n_skills", "n_skills/N", "skill"),
    Condition("compute", "D >> T", "data_size", "D*P(N)", "data"),
)


class _Window(NamedTuple):
    """Rarest skills in reach at the ends of a window, and the resource between them."""

    first_skill: float
    last_skill: float
    resource: NDArray[np.float64]


class _WindowRule(NamedTuple):
    """The window rule of the module's docstring: τ, d, and the number of points."""

    tolerance: float
    decades: float
    points: int

    def window(
        self, bottleneck: str, alpha: float, setting: Setting, n_skills: float = np.inf
    ) -> _Window:
        """The window of a law. ValueError if it is empty."""
        first = 1.0 / float(open_fraction("tolerance", self.tolerance))
        decades = float(positive("decades", self.decades))
        last = min(first * 10.0**decades, self.tolerance * n_skills)
        if not last > first:
            raise ValueError(f"no window for {bottleneck}: n_skills={n_skills} is too small")
        skills = np.geomspace(first, last, self.points)
        return _Window(first, last, _amounts(bottleneck, skills, alpha, setting, n_skills))


def _amounts(
    bottleneck: str, skills: ArrayLike, alpha: float, setting: Setting, n_skills: float = np.inf
) -> NDArray[np.float64]:
    """Resource that brings each skill in reach, rounded to whole samples or parameters."""
    amount = resource_for_rarest_skill(bottleneck, skills, alpha, setting, n_skills=n_skills)
    if bottleneck in ("data", "parameters"):
        return np.unique(np.maximum(np.round(amount), 1.0))
    return amount


class PowerLawFit(NamedTuple):
    """L ≈ prefactor · X^exponent: slope of ln L, and prefactor at the predicted exponent."""

    exponent: float
    prefactor: float


def fit_power_law(resource: ArrayLike, loss: ArrayLike, predicted_exponent: float) -> PowerLawFit:
    """Least-squares slope of ln L on ln X, and the geometric mean of L / X^predicted_exponent.

    `resource` and `loss` are positive, finite and of one shape.

    Examples
    --------
    >>> exponent, prefactor = fit_power_law([1.0, 10.0, 100.0], [2.0, 0.2, 0.02], -1.0)
    >>> round(exponent, 3), round(prefactor, 3)
    (-1.0, 2.0)
    """
    log_resource = np.log(positive("resource", resource))
    log_loss = np.log(positive("loss", loss))
    slope = np.polyfit(log_resource - log_resource.mean(), log_loss, 1)[0]
    return PowerLawFit(
        float(slope), float(np.exp(np.mean(log_loss - predicted_exponent * log_resource)))
    )


def scaling_measurement_table(
    data_exponents: Iterable[float],
    *,
    n_skills: Iterable[float],
    tolerance: float,
    decades: float,
    points: int,
    target_scale: float,
    initial_strength: float,
    learning_rate: float,
) -> pd.DataFrame:
    """Table 2: exponent and prefactor of every law measured on the model's loss, beside the theory.

    Parameters
    ----------
    data_exponents, n_skills: the α, and the numbers of skills (infinity for the limit).
    tolerance, decades, points: τ, d and the number of points of the window rule.
    target_scale, initial_strength, learning_rate: S, r and η.

    Returns
    -------
    DataFrame with columns bottleneck, conditions, alpha, n_skills, predicted_exponent,
    measured_exponent, exponent_relative_error, predicted_prefactor, measured_prefactor,
    prefactor_relative_error (prefactors in S²/2 per resource^exponent), window_low, window_high (in
    units of the resource). Relative errors are measured/predicted - 1.

    Raises
    ------
    ValueError
        If an argument is out of range or n_skills leaves no window (n_s ≤ 1/τ²).
    """
    setting = Setting(target_scale, initial_strength, learning_rate)
    rule = _WindowRule(tolerance, decades, points)
    skill_counts = [float(skills) for skills in n_skills]
    exponents = list(data_exponents)
    rows = []
    for bottleneck in LAWS:
        texts = [entry.text for entry in CONDITIONS if entry.bottleneck == bottleneck]
        scale = unlearned_scale(bottleneck, setting)
        for skills in skill_counts:
            for alpha in exponents:
                resource = rule.window(bottleneck, alpha, setting, skills).resource
                limits = Limits(n_skills=skills)
                loss = bottleneck_loss(
                    bottleneck, resource, alpha, setting, limits=limits
                ) + missing_skills_loss(skills, data_exponent=alpha, target_scale=scale)
                exponent = float(scaling_exponent(bottleneck, alpha))
                prefactor = law_prefactor(bottleneck, alpha, setting, n_skills=skills)
                fit = fit_power_law(resource, loss, exponent)
                rows.append(
                    {
                        "bottleneck": bottleneck,
                        "conditions": ", ".join(texts),
                        "alpha": alpha,
                        "n_skills": skills,
                        "predicted_exponent": exponent,
                        "measured_exponent": fit.exponent,
                        "exponent_relative_error": fit.exponent / exponent - 1.0,
                        "predicted_prefactor": prefactor / setting.half_square,
                        "measured_prefactor": fit.prefactor / setting.half_square,
                        "prefactor_relative_error": fit.prefactor / prefactor - 1.0,
                        "window_low": resource[0],
                        "window_high": resource[-1],
                    }
                )
    return pd.DataFrame(rows)


class _Case(NamedTuple):
    """A condition put to one value of its quantity."""

    quantity: float
    limits: Limits


def _case(
    condition: Condition, quantity: float, rarest_skill: float, alpha: float, setting: Setting
) -> _Case:
    """The case with the condition's quantity set to a value at the rarest skill in reach K."""
    if condition.unit == "skill":
        amount = float(max(round(quantity * rarest_skill), 1))
    else:
        reach = resource_for_rarest_skill(condition.unit, rarest_skill, alpha, setting)
        amount = quantity * float(reach)
        amount = np.ceil(amount) if condition.unit == "data" else amount
    return _Case(quantity, Limits(**{condition.limit: float(amount)}))


def _inside(
    condition: Condition, window: _Window, alpha: float, setting: Setting, tolerance: float
) -> _Case:
    """The quantity at its margin where it is smallest, at the window's upper end.

    A missing skill beyond n_s takes its share (K/n_s)^α off the loss, so n_s needs a margin of
    τ^(-1/α). Everything else only disturbs the skills near the K-th: 1/τ is enough.
    """
    if condition.bottleneck == "compute" and condition.limit == "n_parameters":
        return _Case(1.0, Limits())  # the best N
    quantity = tolerance ** (-1.0 / alpha if condition.limit == "n_skills" else -1.0)
    return _case(condition, quantity, window.last_skill, alpha, setting)


def _violated(
    condition: Condition, window: _Window, alpha: float, setting: Setting, shortage: float
) -> _Case:
    """The quantity at `shortage` where it is largest, at the window's lower end.

    Too much is 1/shortage, at the upper end. Skills must exist to be measured: n_s is violated at
    the upper end too, by 1 + shortage.
    """
    if condition.limit == "n_skills":
        quantity, skill = 1.0 + shortage, window.last_skill
    elif condition.excess:
        quantity, skill = 1.0 / shortage, window.last_skill
    else:
        quantity, skill = shortage, window.first_skill
    return _case(condition, quantity, skill, alpha, setting)


def scaling_approach(
    data_exponents: Iterable[float],
    *,
    tolerance: float,
    decades: float,
    points: int,
    shortage: float,
    target_scale: float,
    initial_strength: float,
    learning_rate: float,
) -> pd.DataFrame:
    """Approach to each law as its resource grows, and the same with each condition violated.

    The resource runs from K = 1 to the end of the window rule's window for n_s = ∞. With "all
    conditions hold" no other resource limits; otherwise the named condition is violated as in
    :func:`regime_table`, whose parameters these are.

    Returns
    -------
    DataFrame with columns bottleneck, alpha, condition, violated, resource, loss, predicted_loss
    (the law for n_s = ∞), ratio (loss / predicted_loss), local_exponent (slope of
    ln L on ln X between neighbours).
    """
    setting = Setting(target_scale, initial_strength, learning_rate)
    rule = _WindowRule(tolerance, decades, points)
    frames = []
    for alpha in data_exponents:
        for bottleneck in LAWS:
            window = rule.window(bottleneck, alpha, setting)
            skills = np.geomspace(1.0, window.last_skill, points)
            resource = _amounts(bottleneck, skills, alpha, setting)
            predicted = power_law(bottleneck, resource, alpha, setting)
            cases = {ALL_HOLD: Limits()} | {
                condition.text: _violated(condition, window, alpha, setting, shortage).limits
                for condition in CONDITIONS
                if condition.bottleneck == bottleneck
            }
            for text, limits in cases.items():
                loss = bottleneck_loss(bottleneck, resource, alpha, setting, limits=limits)
                columns = {
                    "bottleneck": bottleneck,
                    "alpha": alpha,
                    "condition": text,
                    "violated": text != ALL_HOLD,
                    "resource": resource,
                    "loss": loss,
                    "predicted_loss": predicted,
                    "ratio": loss / predicted,
                    "local_exponent": np.gradient(np.log(loss), np.log(resource)),
                }
                frames.append(pd.DataFrame(columns))
    return pd.concat(frames, ignore_index=True)


def regime_table(
    data_exponents: Iterable[float],
    *,
    tolerance: float,
    decades: float,
    points: int,
    shortage: float,
    target_scale: float,
    initial_strength: float,
    learning_rate: float,
) -> pd.DataFrame:
    """Table 6: every condition of every law, evaluated once inside and once violated.

    Each condition says that a quantity must be large. The losses are raw: no finite-skills term is
    added. The quantity is

    - inside: 1/τ at the upper end of the window; τ^(-1/α) for n_s, because a missing skill takes
      its share (K/n_s)^α off the loss; one, the best N, where compute is shared;
    - violated: `shortage` at the lower end, so in the whole window; for n_s, 1 + shortage times
      the last K; for compute's N, `shortage` times the best N of the lower end, or 1/shortage
      times that of the upper end.

    Parameters
    ----------
    data_exponents: the α.
    tolerance, decades, points: τ, d and the number of points of the window rule.
    shortage: in (0, 1).
    target_scale, initial_strength, learning_rate: S, r and η.

    Returns
    -------
    DataFrame with columns bottleneck, condition, quantity, alpha, inside_value, violated_value,
    predicted_exponent, inside_exponent, violated_exponent, inside_prefactor_ratio,
    violated_prefactor_ratio (measured over predicted prefactor), window_low, window_high.
    """
    setting = Setting(target_scale, initial_strength, learning_rate)
    rule = _WindowRule(tolerance, decades, points)
    open_fraction("shortage", shortage)
    exponents = list(data_exponents)
    rows = []
    for condition in CONDITIONS:
        for alpha in exponents:
            bottleneck = condition.bottleneck
            window = rule.window(bottleneck, alpha, setting)
            exponent = float(scaling_exponent(bottleneck, alpha))
            prefactor = law_prefactor(bottleneck, alpha, setting)
            inside = _inside(condition, window, alpha, setting, tolerance)
            violated = _violated(condition, window, alpha, setting, shortage)
            kept, broken = (
                fit_power_law(
                    window.resource,
                    bottleneck_loss(
                        bottleneck, window.resource, alpha, setting, limits=case.limits
                    ),
                    exponent,
                )
                for case in (inside, violated)
            )
            rows.append(
                {
                    "bottleneck": bottleneck,
                    "condition": condition.text,
                    "quantity": condition.quantity,
                    "alpha": alpha,
                    "inside_value": inside.quantity,
                    "violated_value": violated.quantity,
                    "predicted_exponent": exponent,
                    "inside_exponent": kept.exponent,
                    "violated_exponent": broken.exponent,
                    "inside_prefactor_ratio": kept.prefactor / prefactor,
                    "violated_prefactor_ratio": broken.prefactor / prefactor,
                    "window_low": window.resource[0],
                    "window_high": window.resource[-1],
                }
            )
    return pd.DataFrame(rows)
