"""Printed equations and typed-in prefactors of the scaling laws against arithmetic.

Three independent readings meet in each row: what paper or code say, the corrected formula, and the
model's own loss summed over skills, which knows neither.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from emergence.theory.compute_envelope import lower_envelope
from emergence.theory.finite_skills import missing_skills_loss
from emergence.theory.model_loss import multilinear_loss, one_shot_loss
from emergence.theory.regimes import resource_for_rarest_skill
from emergence.theory.scaling_laws import (
    compute_optimum,
    compute_prefactor,
    finite_skills_law,
    law_prefactor,
    power_law,
    scaling_exponent,
    time_prefactor,
    time_prefactor_small_strength,
)
from emergence.theory.skill_sums import rare_skill_probability
from paper.nam2024.stated import (
    FIGURE_2,
    FIGURE_3_CODE,
    FIGURE_3_FIRST_N,
    FIGURE_3_FIRST_SUMMED,
    FIGURE_3_LARGEST_N,
    FIGURE_3_TEXT,
    FIGURE_7,
    AuthorsSetting,
    authors_prefactor,
)
from paper.nam2024.theory.law_figures import printed_finite_skills_law

# Resources at which the model's loss stands for its limit: corrections are below 1e-4 there.
LARGE_TIME = 1e9
LARGE_PARAMETERS = 1e6
LARGE_COMPUTE = 1e14
# Ends of the decade over which the slope of the compute envelope is taken, inside Fig. 3's axis.
SLOPE_COMPUTES = (10.0**7.5, 10.0**8.5)


def _row(
    identifier: str, where: str, quantity: str, *, evidence: str, **readings: Any
) -> dict[str, Any]:
    """One row of the table; readings: paper, code, corrected, computed, NaN where not given."""
    values = {
        name: float(readings.pop(name, np.nan))
        for name in ("paper", "code", "corrected", "computed")
    }
    assert not readings
    computed = values["computed"]
    reference = computed if np.isfinite(computed) else values["corrected"]
    return {
        "id": identifier,
        "where": where,
        "quantity": quantity,
        **values,
        **{f"{name}_ratio": values[name] / reference for name in ("paper", "code", "corrected")},
        "evidence": evidence,
    }


def _parameter_checks(alpha: float) -> Iterator[dict[str, Any]]:
    """Eqs. 327, 328 and 240: the loss of the skills beyond the N-th."""
    setting, figure_2 = FIGURE_3_CODE.setting, FIGURE_2.setting
    tail = multilinear_loss(
        np.inf, LARGE_PARAMETERS, setting=setting, data_exponent=alpha, n_skills=np.inf
    )
    power = LARGE_PARAMETERS ** scaling_exponent("parameters", alpha)
    probability = rare_skill_probability(LARGE_PARAMETERS, data_exponent=alpha)
    coded = law_prefactor("parameters", alpha, figure_2, n_skills=FIGURE_2.n_skills)
    yield _row(
        "9",
        "Eq. 327",
        "A_N in S^2/2",
        paper=authors_prefactor("parameters", alpha, figure_2),
        code=coded / figure_2.half_square,
        corrected=law_prefactor("parameters", alpha, setting) / setting.half_square,
        computed=tail / power / setting.half_square,
        evidence="paper takes zeta(alpha+1) = 1/alpha; the code of Fig. 2 evaluates "
        "1/(alpha sum_j j^-(alpha+1)) over its 10^5 skills; computed: loss at N = 10^6 times "
        "N^alpha, n_skills infinite",
    )
    yield _row(
        "10",
        "Eq. 328",
        "loss at T = inf, N = 10^6",
        paper=probability,
        corrected=setting.half_square * probability,
        computed=tail,
        evidence="second sum without S^2/2, for S = 5: off by 2/S^2, which hides at S^2 = 2",
    )
    yield _row(
        "11",
        "Eq. 240",
        "loss at T = inf, N = 10^6",
        corrected=power_law("parameters", LARGE_PARAMETERS, alpha, setting),
        computed=tail,
        evidence="last term read as S^2 N^-alpha/(2 alpha zeta), as in Eq. 236, equals the sum "
        "of the unlearned skills",
    )


def _rarest_skill(source: AuthorsSetting, alpha: float) -> float:
    """The rarest skill in reach at the longest time of a setting."""
    first = resource_for_rarest_skill("time", 1.0, alpha, source.setting, n_skills=source.n_skills)
    return float(source.last_time / first) ** (1.0 / (alpha + 1.0))


def _compute_checks(alpha: float) -> Iterator[dict[str, Any]]:
    """Cor. 5, Eq. 330, Fig. 3 and App. K.4: the compute law."""
    setting, text, skills = FIGURE_3_CODE.setting, FIGURE_3_TEXT.setting, FIGURE_3_CODE.n_skills
    limit: dict[str, Any] = {"setting": setting, "data_exponent": alpha, "n_skills": np.inf}
    finite: dict[str, Any] = {**limit, "n_skills": skills}
    exponent = float(scaling_exponent("compute", alpha))
    prefactor = law_prefactor("compute", alpha, setting) / setting.half_square

    optimum = compute_optimum(alpha, setting)
    ratio = optimum.allocation ** ((alpha + 2.0) / (alpha + 1.0))
    scaled_compute = setting.rate * LARGE_COMPUTE
    parameters = np.round(optimum.allocation * scaled_compute ** (1.0 / (alpha + 2.0)))
    used = parameters / scaled_compute ** (1.0 / (alpha + 2.0))
    loss = multilinear_loss(LARGE_COMPUTE / parameters, parameters, **limit)
    yield _row(
        "12",
        "after Cor. 5, Eq. 330",
        "loss over (eta S C)^(-alpha/(alpha+2)) at the best N, in S^2/2",
        paper=float(time_prefactor(alpha, setting, parameter_ratio=ratio))
        * optimum.allocation ** (-alpha / (alpha + 1.0))
        / setting.half_square,
        corrected=compute_prefactor(alpha, setting, allocation=used) / setting.half_square,
        computed=loss / scaled_compute**exponent / setting.half_square,
        evidence="paper: lambda^(-alpha/(alpha+1)); corrected: the opposite sign; computed: "
        "the model's loss at C = 10^14, n_skills infinite",
    )

    authors = authors_prefactor("compute", alpha, setting)
    envelope = lower_envelope(LARGE_COMPUTE, **limit).loss
    missing = missing_skills_loss(skills, data_exponent=alpha, target_scale=setting.target_scale)
    excess = (
        law_prefactor("compute", alpha, setting, n_skills=skills) - authors * setting.half_square
    )
    meeting = (excess / float(missing)) ** (-1.0 / exponent)
    yield _row(
        "13",
        "Fig. 3",
        "compute prefactor in S^2/2",
        code=authors,
        corrected=prefactor,
        computed=envelope * LARGE_COMPUTE**-exponent / setting.half_square,
        evidence="corrected: Cor. 5's minimum; computed: lower envelope of the model's curves "
        f"at C = 10^14, n_skills infinite; the envelope for {skills:.0f} skills falls through "
        f"the typed-in value at C = {meeting:.2g}",
    )

    computes = np.array(SLOPE_COMPUTES)
    law = finite_skills_law("compute", computes, alpha, setting, n_skills=skills)
    best = lower_envelope(computes, **finite).loss
    decade = np.log(computes[1] / computes[0])
    yield _row(
        "theory-1",
        "Fig. 3",
        "slope of the best loss between C = 10^7.5 and 10^8.5",
        paper=exponent,
        corrected=np.log(law[1] / law[0]) / decade,
        computed=np.log(best[1] / best[0]) / decade,
        evidence=f"steeper than the law because {skills:.0f} skills are not infinitely many: "
        "corrected is the law less S^2 n_s^-alpha/(2 alpha H)",
    )

    yield _row(
        "15",
        "Fig. 3 and App. K.4",
        "compute prefactor in S^2/2",
        paper=law_prefactor("compute", alpha, text) / text.half_square,
        code=prefactor,
        evidence="Cor. 5 at the settings of the text (S = 1) and of the code (S = 5): they "
        "differ by 5^(-alpha/(alpha+2)) and the change of S/r",
    )
    yield _row(
        "15",
        "Fig. 3 and App. K.4",
        "rarest skill learned at the longest time",
        paper=_rarest_skill(FIGURE_3_TEXT, alpha),
        code=_rarest_skill(FIGURE_3_CODE, alpha),
        evidence=f"curves reach N = {FIGURE_3_LARGEST_N}; with the text's T <= 1000 those with "
        "N above this skill never leave the time-limited branch",
    )
    labelled, summed = rare_skill_probability(
        [FIGURE_3_FIRST_N, FIGURE_3_FIRST_SUMMED], data_exponent=alpha, n_skills=skills
    )
    yield _row(
        "theory-2",
        "Fig. 3",
        f"unlearnable share of the curve labelled N = {FIGURE_3_FIRST_N}",
        paper=labelled,
        code=summed,
        evidence="the code counts skills from zero, so it sums one skill more than its grid of "
        "N says (11, 21, 51, ...) and uses the same number in C",
    )


def _time_and_data_checks(alpha: float) -> Iterator[dict[str, Any]]:
    """Fig. 2's time and data panels, and Prop. 7."""
    setting, skills = FIGURE_2.setting, FIGURE_2.n_skills
    exponent = float(scaling_exponent("time", alpha))
    prefactor = law_prefactor("time", alpha, setting) / setting.half_square
    authors = authors_prefactor("time", alpha, setting)
    loss = multilinear_loss(LARGE_TIME, setting=setting, data_exponent=alpha, n_skills=np.inf)
    measured = loss * LARGE_TIME**-exponent / setting.half_square
    yield _row(
        "14",
        "Fig. 2",
        "time prefactor in S^2/2",
        code=authors,
        corrected=prefactor,
        computed=measured,
        evidence="typed-in values are Thm. 4 rounded; corrected by quadrature; computed: loss "
        "at T = 10^9, n_skills infinite",
    )
    yield _row(
        "theory-3",
        "Fig. 2",
        "time prefactor in S^2/2 for the figure's n_skills",
        code=authors,
        corrected=law_prefactor("time", alpha, setting, n_skills=skills) / setting.half_square,
        evidence=f"the code normalises P over {skills:.0f} skills for data and parameters but "
        "types the time prefactor of infinitely many",
    )
    one_shot = one_shot_loss(1.0, setting=setting, data_exponent=alpha, n_skills=skills)
    yield _row(
        "theory-4",
        "Fig. 2",
        "one-shot loss at D = 1",
        code=one_shot * setting.half_square / setting.initial_loss,
        corrected=one_shot,
        computed=one_shot,
        evidence="the code's curve charges S^2/2 for an unseen skill, its dotted law (S-r)^2/2 "
        "as in Cor. 1",
    )
    small = time_prefactor_small_strength(alpha, setting) * setting.rate**exponent
    yield _row(
        "theory-5",
        "Prop. 7",
        "time prefactor in S^2/2, small r",
        paper=small / setting.half_square,
        corrected=prefactor,
        computed=measured,
        evidence="the limit r -> 0 is approached as 1/ln(S/r): relative excess about "
        "alpha/((alpha+1) ln(S/r))",
    )


def _finite_skills_checks(alpha: float) -> Iterator[dict[str, Any]]:
    """Eq. 56 at Fig. 7's setting."""
    setting, skills, time = FIGURE_7.setting, FIGURE_7.n_skills, FIGURE_7.last_time
    loss = multilinear_loss(time, setting=setting, data_exponent=alpha, n_skills=skills)
    excess = power_law("time", time, alpha, setting) / loss
    yield _row(
        "theory-6",
        "Eq. 56",
        f"loss at T = {time:g}",
        paper=printed_finite_skills_law(time, alpha, setting, n_skills=skills),
        corrected=finite_skills_law("time", time, alpha, setting, n_skills=skills),
        computed=loss,
        evidence="L_C with S^2; a learnable skill starts at r and costs (S-r)^2; the plain law "
        f"(Thm. 4) gives {float(excess):.3g} times the loss",
    )


def equation_checks(
    data_exponents: Iterable[float] = (0.3, 0.6, 0.9),
    small_data_exponents: Iterable[float] = (0.1, 0.3, 0.5, 0.7),
) -> pd.DataFrame:
    """Every printed equation and prefactor of the scaling laws that arithmetic can decide.

    Settings are those of the authors' figures (:mod:`paper.nam2024.stated`); the α are those of
    Figs. 2 and 3, and of Fig. 7.

    Returns
    -------
    DataFrame with columns id (the row of the project's list of discrepancies, "theory-n" for those
    found here), where, quantity, alpha, paper, code, corrected (the right formula), computed (from
    the model's loss, without the formula), paper_ratio, code_ratio, corrected_ratio (over computed,
    or over corrected where nothing is computed), evidence. NaN where a source says nothing.
    """
    laws = (_parameter_checks, _compute_checks, _time_and_data_checks)
    cases = [(alpha, checks) for alpha in data_exponents for checks in laws]
    cases += [(alpha, _finite_skills_checks) for alpha in small_data_exponents]
    table = pd.DataFrame(
        [row | {"alpha": alpha} for alpha, checks in cases for row in checks(alpha)]
    )
    table.insert(3, "alpha", table.pop("alpha"))
    return table
