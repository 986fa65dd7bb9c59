"""Printed equations and typed-in prefactors of the scaling laws against arithmetic.

Three independent readings meet in each row: what paper or code say, the corrected formula, and the
model's own loss summed over skills, which knows neither.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from emergence.theory.compute_envelope import lower_envelope
from emergence.theory.finite_skills import finite_skills_loss, missing_skills_loss
from emergence.theory.model_loss import multilinear_loss, one_shot_loss
from emergence.theory.regimes import resource_for_rarest_skill
from emergence.theory.scaling_laws import (
    compute_optimum,
    compute_prefactor,
    finite_skills_law,
    law_prefactor,
    scaling_exponent,
    time_prefactor,
    time_prefactor_small_strength,
)
from emergence.theory.skill_sums import rare_skill_probability
from paper.nam2024.theory.authors_values import (
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

# Resources at which the model's loss stands for its limit: corrections are below 1e-4 there.
LARGE_TIME = 1e9
LARGE_PARAMETERS = 1e6
LARGE_COMPUTE = 1e14
# Ends of the decade over which the slope of the compute envelope is taken, inside Fig. 3's axis.
SLOPE_COMPUTES = (10.0**7.5, 10.0**8.5)


def _row(
    identifier: str,
    where: str,
    quantity: str,
    alpha: float,
    *,
    paper: float = np.nan,
    code: float = np.nan,
    corrected: float = np.nan,
    computed: float = np.nan,
    evidence: str,
) -> dict[str, Any]:
    reference = computed if np.isfinite(computed) else corrected
    return {
        "id": identifier,
        "where": where,
        "quantity": quantity,
        "alpha": alpha,
        "paper": paper,
        "code": code,
        "corrected": corrected,
        "computed": computed,
        "paper_ratio": paper / reference,
        "code_ratio": code / reference,
        "corrected_ratio": corrected / reference,
        "evidence": evidence,
    }


def _model(setting: AuthorsSetting) -> dict[str, float]:
    return {
        "target_scale": setting.target_scale,
        "initial_strength": setting.initial_strength,
        "learning_rate": setting.learning_rate,
    }


def _parameter_checks(alpha: float) -> list[dict[str, Any]]:
    """Eqs. 327, 328 and 240: the loss of the skills beyond the N-th."""
    setting = _model(FIGURE_3_CODE)
    half_square = setting["target_scale"] ** 2 / 2.0
    tail = multilinear_loss(
        np.inf, LARGE_PARAMETERS, data_exponent=alpha, n_skills=np.inf, **setting
    )
    prefactor = law_prefactor("parameters", alpha, **setting)
    power = LARGE_PARAMETERS ** scaling_exponent("parameters", alpha)
    probability = rare_skill_probability(LARGE_PARAMETERS, data_exponent=alpha)
    figure_2 = _model(FIGURE_2)
    return [
        _row(
            "9",
            "Eq. 327",
            "A_N in S^2/2",
            alpha,
            paper=authors_prefactor("parameters", data_exponent=alpha, n_skills=np.inf, **figure_2),
            code=law_prefactor("parameters", alpha, n_skills=FIGURE_2.n_skills, **figure_2)
            / (FIGURE_2.target_scale**2 / 2.0),
            corrected=prefactor / half_square,
            computed=float(tail / power / half_square),
            evidence="paper takes zeta(alpha+1) = 1/alpha; the code of Fig. 2 evaluates "
            "1/(alpha sum_j j^-(alpha+1)) over its 10^5 skills; computed: loss at N = 10^6 times "
            "N^alpha, n_skills infinite",
        ),
        _row(
            "10",
            "Eq. 328",
            "loss at T = inf, N = 10^6",
            alpha,
            paper=float(probability),
            corrected=float(half_square * probability),
            computed=float(tail),
            evidence="second sum without S^2/2, for S = 5: off by 2/S^2, which hides at S^2 = 2",
        ),
        _row(
            "11",
            "Eq. 240",
            "loss at T = inf, N = 10^6",
            alpha,
            corrected=float(prefactor * power),
            computed=float(tail),
            evidence="last term read as S^2 N^-alpha/(2 alpha zeta), as in Eq. 236, equals the sum "
            "of the unlearned skills",
        ),
    ]


def _compute_checks(alpha: float) -> list[dict[str, Any]]:
    """Cor. 5, Eq. 330, Fig. 3 and App. K.4: the compute law."""
    setting = _model(FIGURE_3_CODE)
    strengths = {key: setting[key] for key in ("target_scale", "initial_strength")}
    rate = FIGURE_3_CODE.learning_rate * FIGURE_3_CODE.target_scale
    half_square = FIGURE_3_CODE.target_scale**2 / 2.0
    exponent = float(scaling_exponent("compute", alpha))
    optimum = compute_optimum(alpha, **strengths)
    ratio = optimum.allocation ** ((alpha + 2.0) / (alpha + 1.0))
    prefactor = float(time_prefactor(alpha, parameter_ratio=ratio, **strengths))
    power = alpha / (alpha + 1.0)
    parameters = np.round(optimum.allocation * (rate * LARGE_COMPUTE) ** (1.0 / (alpha + 2.0)))
    used = parameters / (rate * LARGE_COMPUTE) ** (1.0 / (alpha + 2.0))
    loss = multilinear_loss(
        LARGE_COMPUTE / parameters, parameters, data_exponent=alpha, n_skills=np.inf, **setting
    )
    authors = authors_prefactor("compute", data_exponent=alpha, n_skills=np.inf, **setting)
    envelope = lower_envelope(LARGE_COMPUTE, data_exponent=alpha, n_skills=np.inf, **setting)
    skills = FIGURE_3_CODE.n_skills
    finite = law_prefactor("compute", alpha, n_skills=skills, **setting)
    missing = float(
        missing_skills_loss(skills, data_exponent=alpha, target_scale=setting["target_scale"])
    )
    meeting = ((finite - authors * half_square) / missing) ** (-1.0 / exponent)
    slope_computes = np.array(SLOPE_COMPUTES)
    finite_law = finite_skills_law("compute", slope_computes, alpha, n_skills=skills, **setting)
    finite_envelope = lower_envelope(
        slope_computes, data_exponent=alpha, n_skills=skills, **setting
    )
    decades = np.log(slope_computes[1] / slope_computes[0])
    text = _model(FIGURE_3_TEXT)
    reach = {
        source: (
            source.last_time
            / resource_for_rarest_skill("time", 1.0, alpha, n_skills=source.n_skills, **model)
        )
        ** (1.0 / (alpha + 1.0))
        for source, model in ((FIGURE_3_TEXT, text), (FIGURE_3_CODE, setting))
    }
    return [
        _row(
            "12",
            "after Cor. 5, Eq. 330",
            "loss over (eta S C)^(-alpha/(alpha+2)) at the best N, in S^2/2",
            alpha,
            paper=prefactor * optimum.allocation**-power / half_square,
            corrected=float(compute_prefactor(alpha, allocation=used, **strengths)) / half_square,
            computed=float(loss) / (rate * LARGE_COMPUTE) ** exponent / half_square,
            evidence="paper: lambda^(-alpha/(alpha+1)); corrected: the opposite sign; computed: "
            "the model's loss at C = 10^14, n_skills infinite",
        ),
        _row(
            "13",
            "Fig. 3",
            "compute prefactor in S^2/2",
            alpha,
            code=authors,
            corrected=optimum.prefactor * rate**exponent / half_square,
            computed=float(envelope.loss) * LARGE_COMPUTE**-exponent / half_square,
            evidence="corrected: Cor. 5's minimum; computed: lower envelope of the model's curves "
            f"at C = 10^14, n_skills infinite; the envelope for {skills:.0f} skills falls through "
            f"the typed-in value at C = {meeting:.2g}",
        ),
        _row(
            "theory-1",
            "Fig. 3",
            "slope of the best loss between C = 10^7.5 and 10^8.5",
            alpha,
            paper=exponent,
            corrected=float(np.log(finite_law[1] / finite_law[0]) / decades),
            computed=float(np.log(finite_envelope.loss[1] / finite_envelope.loss[0]) / decades),
            evidence=f"steeper than the law because {skills:.0f} skills are not infinitely many: "
            "corrected is the law less S^2 n_s^-alpha/(2 alpha H)",
        ),
        _row(
            "15",
            "Fig. 3 and App. K.4",
            "compute prefactor in S^2/2",
            alpha,
            paper=law_prefactor("compute", alpha, **text) / (FIGURE_3_TEXT.target_scale**2 / 2.0),
            code=law_prefactor("compute", alpha, **setting) / half_square,
            evidence="Cor. 5 at the settings of the text (S = 1) and of the code (S = 5): they "
            "differ by 5^(-alpha/(alpha+2)) and the change of S/r",
        ),
        _row(
            "15",
            "Fig. 3 and App. K.4",
            "rarest skill learned at the longest time",
            alpha,
            paper=float(reach[FIGURE_3_TEXT]),
            code=float(reach[FIGURE_3_CODE]),
            evidence=f"curves reach N = {FIGURE_3_LARGEST_N}; with the text's T <= 1000 those with "
            "N above this skill never leave the time-limited branch",
        ),
        _row(
            "theory-2",
            "Fig. 3",
            f"unlearnable share of the curve labelled N = {FIGURE_3_FIRST_N}",
            alpha,
            paper=float(
                rare_skill_probability(FIGURE_3_FIRST_N, data_exponent=alpha, n_skills=skills)
            ),
            code=float(
                rare_skill_probability(FIGURE_3_FIRST_SUMMED, data_exponent=alpha, n_skills=skills)
            ),
            evidence="the code counts skills from zero, so it sums one skill more than its grid of "
            "N says (11, 21, 51, ...) and uses the same number in C",
        ),
    ]


def _time_and_data_checks(alpha: float) -> list[dict[str, Any]]:
    """Fig. 2's time and data panels, and Prop. 7."""
    setting = _model(FIGURE_2)
    strengths = {key: setting[key] for key in ("target_scale", "initial_strength")}
    half_square = FIGURE_2.target_scale**2 / 2.0
    rate = FIGURE_2.learning_rate * FIGURE_2.target_scale
    exponent = float(scaling_exponent("time", alpha))
    prefactor = law_prefactor("time", alpha, **setting)
    loss = multilinear_loss(LARGE_TIME, data_exponent=alpha, n_skills=np.inf, **setting)
    skills = FIGURE_2.n_skills
    one_shot = one_shot_loss(1.0, data_exponent=alpha, n_skills=skills, **strengths)
    unseen = (FIGURE_2.target_scale - FIGURE_2.initial_strength) ** 2 / 2.0
    return [
        _row(
            "14",
            "Fig. 2",
            "time prefactor in S^2/2",
            alpha,
            code=authors_prefactor("time", data_exponent=alpha, n_skills=np.inf, **setting),
            corrected=prefactor / half_square,
            computed=float(loss) * LARGE_TIME**-exponent / half_square,
            evidence="typed-in values are Thm. 4 rounded; corrected by quadrature; computed: loss "
            "at T = 10^9, n_skills infinite",
        ),
        _row(
            "theory-3",
            "Fig. 2",
            "time prefactor in S^2/2 for the figure's n_skills",
            alpha,
            code=authors_prefactor("time", data_exponent=alpha, n_skills=np.inf, **setting),
            corrected=law_prefactor("time", alpha, n_skills=skills, **setting) / half_square,
            evidence=f"the code normalises P over {skills:.0f} skills for data and parameters but "
            "types the time prefactor of infinitely many",
        ),
        _row(
            "theory-4",
            "Fig. 2",
            "one-shot loss at D = 1",
            alpha,
            code=float(one_shot * half_square / unseen),
            corrected=float(one_shot),
            computed=float(one_shot),
            evidence="the code's curve charges S^2/2 for an unseen skill, its dotted law (S-r)^2/2 "
            "as in Cor. 1",
        ),
        _row(
            "theory-5",
            "Prop. 7",
            "time prefactor in S^2/2, small r",
            alpha,
            paper=time_prefactor_small_strength(alpha, **strengths) * rate**exponent / half_square,
            corrected=prefactor / half_square,
            computed=float(loss) * LARGE_TIME**-exponent / half_square,
            evidence="the limit r -> 0 is approached as 1/ln(S/r): relative excess about "
            "alpha/((alpha+1) ln(S/r))",
        ),
    ]


def _finite_skills_checks(alpha: float) -> list[dict[str, Any]]:
    """Eq. 56 at Fig. 7's setting."""
    setting = _model(FIGURE_7)
    skills, time = FIGURE_7.n_skills, FIGURE_7.last_time
    exponent = float(scaling_exponent("time", alpha))
    start = law_prefactor("time", alpha, n_skills=skills, **setting)
    missing = missing_skills_loss(skills, data_exponent=alpha, target_scale=FIGURE_7.target_scale)
    printed = finite_skills_loss(
        time,
        reference_time=1.0,
        reference_loss=start - missing,
        n_skills=skills,
        data_exponent=alpha,
        target_scale=FIGURE_7.target_scale,
    )
    corrected = finite_skills_law("time", time, alpha, n_skills=skills, **setting)
    loss = multilinear_loss(time, data_exponent=alpha, n_skills=skills, **setting)
    plain = law_prefactor("time", alpha, **setting) * time**exponent
    return [
        _row(
            "theory-6",
            "Eq. 56",
            f"loss at T = {time:g}",
            alpha,
            paper=float(printed),
            corrected=float(corrected),
            computed=float(loss),
            evidence="L_C with S^2; a learnable skill starts at r and costs (S-r)^2; the plain law "
            f"(Thm. 4) gives {float(plain / loss):.3g} times the loss",
        )
    ]


def equation_checks(
    data_exponents: Iterable[float] = (0.3, 0.6, 0.9),
    small_data_exponents: Iterable[float] = (0.1, 0.3, 0.5, 0.7),
) -> pd.DataFrame:
    """Every printed equation and prefactor of the scaling laws that arithmetic can decide.

    Settings are those of the authors' figures (:mod:`paper.nam2024.theory.authors_values`); the α are
    those of Figs. 2 and 3, and of Fig. 7.

    Returns
    -------
    DataFrame with columns id (the row of the project's list of discrepancies, "theory-n" for those
    found here), where, quantity, alpha, paper, code, corrected (the right formula), computed (from
    the model's loss, without the formula), paper_ratio, code_ratio, corrected_ratio (over computed,
    or over corrected where nothing is computed), evidence. NaN where a source says nothing.
    """
    rows = []
    for alpha in data_exponents:
        rows += _parameter_checks(alpha) + _compute_checks(alpha) + _time_and_data_checks(alpha)
    for alpha in small_data_exponents:
        rows += _finite_skills_checks(alpha)
    return pd.DataFrame(rows)
