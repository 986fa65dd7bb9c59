"""Rows on the history of the authors' repository and on the wording of equations."""

from __future__ import annotations

import numpy as np

from emergence.tasks.sparse_parity.problem import skill_probabilities
from emergence.theory.regimes import exponent_table
from emergence.theory.skill_sums import rare_skill_probability
from emergence.verify.findings import Finding, code, listed, number
from paper.nam2024 import stated
from paper.nam2024.discrepancies.settings_rows import half_rise_step

_SKILLS = 5
_STAGE, _LEARNABLE = 10, (100, 1000, 10_000)  # k* of a stage, and values of N
_ALPHAS = (0.3, 0.6, 0.9)


def text_findings(target_scale: float) -> dict[str, Finding]:
    """Rows 41 to 45. target_scale: S of the time experiment."""
    return {
        "41-script-switch": _switch(target_scale),
        "42-first-version-alpha": _first_version(),
        "43-transformer-legend": _legend(),
        "44-cancelling-terms": _cancelling_terms(),
        "45-exchanged-roles": _exchanged_roles(),
    }


def _switch(target_scale: float) -> Finding:
    steps = {
        name: half_rise_step(1.0, std, rate, target_scale)
        for name, (rate, std) in stated.TIME_SWITCH.items()
    }
    told = ", ".join(
        f"{name} it {number(steps[name])} (learning rate {rate:g}, sigma {std:g})"
        for name, (rate, std) in stated.TIME_SWITCH.items()
    )
    return Finding(
        f"step at which one skill reaches S/2 (Eq. 40): {told}",
        f"train_time.py; {code(half_rise_step)}",
    )


def _first_version() -> Finding:
    shares = {
        alpha: skill_probabilities(alpha, _SKILLS) for alpha in stated.FIGURE_1C_DATA_EXPONENTS
    }
    parts = "; ".join(f"alpha = {alpha:g}: {listed(found)}" for alpha, found in shares.items())
    return Finding(
        f"P_s(k) for k = 1, 2, ...: {parts}",
        "history of the script that plots Fig. 1c: k^-1.5 in April 2024, k^-1.6 from May 2024 on",
    )


def _legend() -> Finding:
    exponent = stated.TRANSFORMER_EXPONENT
    skills = np.arange(1, _SKILLS + 1)
    return Finding(
        f"for k = 1, 2, ...: {exponent:g}^k = {listed(exponent**skills)}; k^{exponent:g} = "
        f"{listed(skills**exponent)}",
        "plot_time_transformer.py: legend against what is drawn",
    )


def _cancelling_terms() -> Finding:
    alpha = _ALPHAS[1]
    beyond = [
        float(rare_skill_probability(last, data_exponent=alpha, n_skills=np.inf))
        for last in (_STAGE, *_LEARNABLE)
    ]
    sums = [(beyond[0] - after) + after for after in beyond[1:]]
    return Finding(
        f"probability of the skills after k* = {_STAGE}, as those up to N and those beyond, for "
        f"N = {listed(_LEARNABLE)} (alpha = {alpha:g}): {listed(sums)}; of those beyond N only: "
        f"{listed(beyond[1:])}",
        code(rare_skill_probability),
    )


def _exchanged_roles() -> Finding:
    table = exponent_table(_ALPHAS)
    rows = table[table["bottleneck"] == "parameters"]
    powers = ", ".join(f"{number(row.time_power)} at {row.alpha:g}" for row in rows.itertuples())
    return Finding(
        f"power of N with which T must grow so that N stays the bottleneck: {powers}, that is "
        "alpha+1",
        "theory/exponents.csv",
    )
