"""Checks of the extended models: Props. 1 and 2, Eq. 14."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from emergence.randomness import Stream
from emergence.tasks.sparse_parity.problem import skill_probabilities
from emergence.theory.extended_models import (
    extended_data_skill_fraction,
    extended_parameter_skill_fraction,
    extended_time_skill_fraction,
)
from emergence.theory.setting import Setting
from emergence.theory.simulation.bases import random_orthonormal_basis
from emergence.theory.simulation.extended_data import (
    SkillOutcome,
    gradient_flow_coefficients,
    limit_of_gradient_flow,
    outcome,
    strength_from_loss,
)
from emergence.theory.simulation.extended_parameters import train_blocks
from emergence.theory.simulation.extended_time import split_skill_strength
from paper.nam2024.theory.checks.check_table import (
    FINAL_TIME,
    N_INPUTS,
    SETTING,
    TASK,
    Check,
    CheckSizes,
)

SCALE = SETTING.target_scale
VANISHING = Setting(SCALE, initial_strength=1e-12, learning_rate=1.0)  # of Props. 1 and 2
FUNCTIONS_PER_SKILL = 32  # D_c of Prop. 1
PARAMETERS_PER_SKILL = 4  # N_c of Prop. 2
N_SKILLS = 3  # of Prop. 2
N_MODES = 4  # 1/B² of Eq. 14


def data_checks(sizes: CheckSizes, stream: Stream) -> Iterator[Check]:
    """Prop. 1 on explicit bases: what holds for the loss and what for the skill strength."""
    needed, half = FUNCTIONS_PER_SKILL, FUNCTIONS_PER_SKILL // 2
    bases = [
        random_orthonormal_basis(N_INPUTS, needed, stream, draw) for draw in range(sizes.n_draws)
    ]

    def train(observed: int) -> list[SkillOutcome]:
        return [
            outcome(basis, limit_of_gradient_flow(basis, observed, VANISHING), SCALE)
            for basis in bases
        ]

    outcomes = train(half)
    # Var of a Beta(d/2, (D_c - d)/2) share at d = D_c/2 is 1/(2 (D_c + 2)).
    error_of_share = np.sqrt(0.5 / (needed + 2) / sizes.n_draws)
    mean_strength = float(np.mean([result.strength for result in outcomes])) / SCALE
    mean_loss = float(np.mean([result.loss for result in outcomes]))
    predicted = float(extended_data_skill_fraction(half, needed))
    where = f"d_k = D_c/2 = {half}, {sizes.n_draws} draws"
    sampling = f"4 standard errors of {sizes.n_draws} draws, from the exact Beta law"
    yield Check(
        id="prop1-strength-from-loss",
        source="Eq. 17",
        statement=f"R_k/S read off the mean loss, 1 - sqrt(2 L_k)/S, {where}",
        expected=predicted,
        measured=float(strength_from_loss(mean_loss, SCALE)) / SCALE,
        tolerance=4.0 * error_of_share / (2.0 * (1.0 - predicted)),
        tolerance_reason=sampling,
    )
    yield Check(
        id="prop1-strength",
        source="Eq. 17",
        statement=f"R_k/S as defined, <g_k f>/S, against Eq. 17, {where}",
        expected=predicted,
        measured=mean_strength,
        tolerance=4.0 * error_of_share,
        tolerance_reason=sampling,
    )
    yield Check(
        id="prop1-strength-linear",
        source="derived here",
        statement=f"R_k/S as defined, <g_k f>/S, against d_k/D_c, {where}",
        expected=half / needed,
        measured=mean_strength,
        tolerance=4.0 * error_of_share,
        tolerance_reason=sampling,
    )
    yield Check(
        id="prop1-enough-data",
        source="Prop. 1",
        statement=f"smallest R_k/S for d_k = D_c over {sizes.n_draws} draws",
        expected=1.0,
        measured=min(result.strength for result in train(needed)) / SCALE,
        tolerance_reason="rounding times the condition number of D_c random value vectors",
    )
    gaps = [
        gradient_flow_coefficients(basis, half, VANISHING, sizes.converged_time)
        - limit_of_gradient_flow(basis, half, VANISHING)
        for basis in bases[: sizes.flow_draws]
    ]
    yield Check(
        id="prop1-gradient-flow",
        source="Prop. 1",
        statement="largest difference of a coefficient, gradient flow against the least-norm"
        f" interpolant, in units of S, {sizes.flow_draws} draws",
        expected=0.0,
        measured=float(np.max(np.abs(gaps))) / SCALE,
    )


def parameter_check(sizes: CheckSizes, stream: Stream) -> Check:
    """Prop. 2 on explicit bases, for every N up to three whole skills."""
    probabilities = skill_probabilities(TASK.data_exponent, N_SKILLS)
    bases = np.stack(
        [
            random_orthonormal_basis(N_INPUTS, PARAMETERS_PER_SKILL, stream, k)
            for k in range(N_SKILLS)
        ]
    )
    setting = replace(VANISHING, learning_rate=SETTING.learning_rate)
    n_parameters = range(1, N_SKILLS * PARAMETERS_PER_SKILL + 1)
    measured = [
        [
            result.strength / SCALE
            for result in train_blocks(bases, n, probabilities, setting, sizes.converged_time)
        ]
        for n in n_parameters
    ]
    expected = extended_parameter_skill_fraction(
        np.array(n_parameters)[:, None], np.arange(1, N_SKILLS + 1), PARAMETERS_PER_SKILL
    )
    return Check(
        id="prop2-strength",
        source="Eq. 21",
        statement=f"largest |R_k/S - Eq. 21|, R_k = <g_k f>, N = 1..{n_parameters[-1]},"
        f" N_c = {PARAMETERS_PER_SKILL}",
        expected=0.0,
        measured=float(np.max(np.abs(np.array(measured) - expected))),
    )


def time_check(stream: Stream) -> Check:
    """Eq. 14 on a skill carried by 1/B² modes."""
    times = np.linspace(0.0, FINAL_TIME, 200)
    basis = random_orthonormal_basis(N_INPUTS, N_MODES, stream, 0)
    measured = split_skill_strength(basis, SETTING, times)
    predicted = extended_time_skill_fraction(times, 1.0, SETTING, squared_coupling=1.0 / N_MODES)
    return Check(
        id="eq14-modes",
        source="Eq. 14",
        statement=f"largest |R/S - Eq. 14| of a skill split over {N_MODES} orthonormal modes,"
        f" B² = 1/{N_MODES}",
        expected=0.0,
        measured=float(np.max(np.abs(measured / SCALE - predicted))),
    )
