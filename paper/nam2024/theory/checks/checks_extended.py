"""Checks of the extended models: Props. 1 and 2, Eq. 14."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from emergence.randomness import Stream
from emergence.tasks.sparse_parity.problem import skill_probabilities
from emergence.theory.extended_models import (
    extended_data_skill_fraction,
    extended_parameter_skill_fraction,
    extended_time_skill_fraction,
)
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
    INTEGRATION_REASON,
    INTEGRATION_TOLERANCE,
    Check,
    CheckSettings,
)


def data_checks(settings: CheckSettings, stream: Stream) -> Iterator[Check]:
    """Prop. 1 on explicit bases: what holds for the loss and what for the skill strength."""
    scale, needed = settings.task.target_scale, settings.functions_per_skill
    bases = [
        random_orthonormal_basis(settings.n_inputs, needed, stream, draw)
        for draw in range(settings.n_draws)
    ]

    def train(observed: int) -> list[SkillOutcome]:
        return [
            outcome(
                basis,
                limit_of_gradient_flow(basis, observed, scale, settings.vanishing_strength),
                scale,
            )
            for basis in bases
        ]

    half = needed // 2
    outcomes = train(half)
    # Var of a Beta(d/2, (D_c - d)/2) share at d = D_c/2 is 1/(2 (D_c + 2)).
    error_of_share = np.sqrt(0.5 / (needed + 2) / settings.n_draws)
    mean_strength = float(np.mean([result.strength for result in outcomes])) / scale
    from_loss = (
        float(strength_from_loss(float(np.mean([result.loss for result in outcomes])), scale))
        / scale
    )
    predicted = float(extended_data_skill_fraction(half, needed))
    where = f"d_k = D_c/2 = {half}, {settings.n_draws} draws"
    sampling = f"4 standard errors of {settings.n_draws} draws, from the exact Beta law"
    yield Check(
        "prop1-strength-from-loss",
        "Eq. 17",
        f"R_k/S read off the mean loss, 1 - sqrt(2 L_k)/S, {where}",
        predicted,
        from_loss,
        4.0 * error_of_share / (2.0 * (1.0 - predicted)),
        sampling,
    )
    yield Check(
        "prop1-strength",
        "Eq. 17",
        f"R_k/S as defined, <g_k f>/S, against Eq. 17, {where}",
        predicted,
        mean_strength,
        4.0 * error_of_share,
        sampling,
    )
    yield Check(
        "prop1-strength-linear",
        "derived here",
        f"R_k/S as defined, <g_k f>/S, against d_k/D_c, {where}",
        half / needed,
        mean_strength,
        4.0 * error_of_share,
        sampling,
    )
    yield Check(
        "prop1-enough-data",
        "Prop. 1",
        f"smallest R_k/S for d_k = D_c over {settings.n_draws} draws",
        1.0,
        min(result.strength for result in train(needed)) / scale,
        INTEGRATION_TOLERANCE,
        "rounding times the condition number of D_c random value vectors",
    )
    gaps = [
        np.max(
            np.abs(
                gradient_flow_coefficients(
                    basis, half, scale, settings.vanishing_strength, 1.0, settings.converged_time
                )
                - limit_of_gradient_flow(basis, half, scale, settings.vanishing_strength)
            )
        )
        for basis in bases[: settings.flow_draws]
    ]
    yield Check(
        "prop1-gradient-flow",
        "Prop. 1",
        "largest difference of a coefficient, gradient flow against the least-norm interpolant,"
        f" in units of S, {settings.flow_draws} draws",
        0.0,
        float(max(gaps)) / scale,
        INTEGRATION_TOLERANCE,
        INTEGRATION_REASON,
    )


def parameter_checks(settings: CheckSettings, stream: Stream) -> Iterator[Check]:
    """Prop. 2 on explicit bases, for every N up to three whole skills."""
    scale, needed, n_skills = settings.task.target_scale, settings.parameters_per_skill, 3
    probabilities = skill_probabilities(settings.task.data_exponent, n_skills)
    bases = np.stack(
        [random_orthonormal_basis(settings.n_inputs, needed, stream, k) for k in range(n_skills)]
    )
    sizes = range(1, n_skills * needed + 1)
    measured = np.array(
        [
            [
                result.strength / scale
                for result in train_blocks(
                    bases,
                    n_parameters,
                    probabilities,
                    scale,
                    settings.vanishing_strength,
                    settings.learning_rate,
                    settings.converged_time,
                )
            ]
            for n_parameters in sizes
        ]
    )
    expected = extended_parameter_skill_fraction(
        np.array(sizes)[:, None], np.arange(1, n_skills + 1), needed
    )
    yield Check(
        "prop2-strength",
        "Eq. 21",
        f"largest |R_k/S - Eq. 21|, R_k = <g_k f>, N = 1..{n_skills * needed}, N_c = {needed}",
        0.0,
        float(np.max(np.abs(measured - expected))),
        INTEGRATION_TOLERANCE,
        INTEGRATION_REASON,
    )


def time_checks(settings: CheckSettings, stream: Stream) -> Iterator[Check]:
    """Eq. 14 on a skill carried by 1/B² modes, and the three-neuron network."""
    times = np.linspace(0.0, settings.final_time, 200)
    constants = settings.closed_form_constants
    basis = random_orthonormal_basis(settings.n_inputs, settings.n_modes, stream, 0)
    measured = split_skill_strength(basis, times=times, **constants)
    predicted = extended_time_skill_fraction(
        times, 1.0, squared_coupling=1.0 / settings.n_modes, **constants
    )
    yield Check(
        "eq14-modes",
        "Eq. 14",
        f"largest |R/S - Eq. 14| of a skill split over {settings.n_modes} orthonormal modes,"
        f" B² = 1/{settings.n_modes}",
        0.0,
        float(np.max(np.abs(measured / settings.task.target_scale - predicted))),
        INTEGRATION_TOLERANCE,
        INTEGRATION_REASON,
    )
