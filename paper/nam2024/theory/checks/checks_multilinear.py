"""Checks of the multilinear and the linear model."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from emergence.randomness import Stream
from emergence.theory.closed_forms import (
    multilinear_skill_fraction,
    stage_like_margin,
)
from emergence.theory.extended_models import (
    one_shot_skill_loss,
    parameter_limited_skill_loss,
)
from emergence.theory.model_loss import multilinear_loss
from emergence.theory.simulation.linear_model import linear_gradient_descent
from emergence.theory.simulation.multilinear import (
    gradient_descent,
    gradient_flow,
    population_correlation,
    population_loss,
    sample_correlation,
    sample_points,
)
from paper.nam2024.theory.checks.check_table import (
    INTEGRATION_REASON,
    INTEGRATION_TOLERANCE,
    Check,
    CheckSettings,
)


def _skill_losses(
    features: np.ndarray, targets: np.ndarray, strengths: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Skills present among the points, and their mean ½(f* - f)² for f = Σ_{k≤N} R_k g_k."""
    losses = 0.5 * (targets - features[:, : len(strengths)] @ strengths) ** 2
    present = np.abs(features)
    counts = present.sum(axis=0)
    skills = np.flatnonzero(counts)
    return skills, (losses @ present)[skills] / counts[skills]


def multilinear_checks(settings: CheckSettings, stream: Stream) -> Iterator[Check]:
    """Eqs. 11, 12 and 41, Lemma 3, Cor. 1 and 2, and the two shapes of a rise."""
    task, scale = settings.task, settings.task.target_scale
    probabilities = task.probabilities
    start = settings.start(task.n_skills)
    step_reason = "h ln(S/r), h = ηPS per step: first order of gradient descent"

    path = gradient_descent(
        population_correlation(probabilities, scale), start, start, **settings.schedule
    )
    loss = population_loss(path.strengths, probabilities, scale)
    predicted = multilinear_loss(
        path.times,
        data_exponent=task.data_exponent,
        n_skills=task.n_skills,
        **settings.closed_form_constants,
    )
    yield Check(
        "eq12-gradient-descent",
        "Eq. 12",
        "largest |L(T) - Eq. 12|/L(0) of gradient descent on the multilinear model, D → ∞",
        0.0,
        float(np.max(np.abs(loss - predicted)) / predicted[0]),
        settings.tolerance(probabilities[0]),
        step_reason,
    )

    for skill in (1, 2):
        margin = float(
            stage_like_margin(
                skill,
                data_exponent=task.data_exponent,
                target_scale=scale,
                initial_strength=settings.initial_strength,
                threshold=settings.threshold,
            )
        )
        saturated, emerged = (
            np.interp(level, path.strengths[:, column] / scale, path.times)
            for level, column in ((1 - settings.threshold, skill - 1), (settings.threshold, skill))
        )
        yield Check(
            f"eq41-stage-like-{skill}",
            "Eq. 41",
            f"time skill {skill + 1} emerges over the time skill {skill} saturates"
            " (stage-like if above 1), gradient descent",
            margin,
            float(emerged / saturated),
            margin * settings.tolerance(probabilities[skill - 1]),
            "both times are off by a share of at most " + step_reason,
        )

    skill = 0
    linear_times, linear = linear_gradient_descent(
        population_correlation(probabilities, scale), np.zeros(task.n_skills), **settings.schedule
    )
    for name, times, strengths, where in (
        ("multilinear", path.times, path.strengths, 0.5),
        ("linear", linear_times, linear, 0.0),
    ):
        fraction = strengths[:, skill] / scale
        steepest = np.argmax(np.diff(fraction) / np.diff(times))
        yield Check(
            f"shape-{name}",
            "Eqs. 11, 125",
            f"R_1/S where the {name} model rises fastest, gradient descent"
            " (sigmoid: at one half; exponential: at the start)",
            where,
            float(fraction[steepest]),
            settings.tolerance(probabilities[skill]),
            step_reason,
        )

    flow = gradient_flow(
        population_correlation(probabilities, scale),
        2.0 * start,
        0.5 * start,
        settings.learning_rate,
        np.linspace(0.0, settings.final_time, 50),
    )
    yield Check(
        "lemma3-conserved",
        "Lemma 3",
        "largest |a² - b² - (a² - b²)(0)|/S along the gradient flow from a(0) = 4 b(0)",
        0.0,
        float(np.max(np.abs(flow.conserved - flow.conserved[0])) / scale),
        INTEGRATION_TOLERANCE,
        INTEGRATION_REASON,
    )

    features, targets = sample_points(task, settings.dataset_size, stream)
    counts = np.abs(features).sum(axis=0)
    on_points = sample_correlation(features, targets)
    sampled = gradient_descent(on_points, start, start, **settings.schedule)
    predicted = multilinear_skill_fraction(
        sampled.times[:, None], counts / len(targets), **settings.closed_form_constants
    )
    yield Check(
        "lemma1-sampled-points",
        "Lemma 1",
        f"largest |R_k/S - Eq. 11| of gradient descent on D = {len(targets)} points",
        0.0,
        float(np.max(np.abs(sampled.strengths / scale - predicted))),
        settings.tolerance(counts.max() / len(targets)),
        step_reason,
    )

    fresh_task_stream = Stream(stream.key, stream.run + 1)
    test_features, test_targets = sample_points(task, settings.test_points, fresh_task_stream)
    converged = "gradient descent has converged to rounding by then"
    trained = gradient_descent(on_points, start, start, **settings.converged_schedule)
    skills, losses = _skill_losses(test_features, test_targets, trained.strengths[-1])
    expected = one_shot_skill_loss(
        counts[skills], target_scale=scale, initial_strength=settings.initial_strength
    )
    for name, chosen in (("seen", counts[skills] > 0), ("unseen", counts[skills] == 0)):
        yield Check(
            f"cor1-one-shot-{name}",
            "Cor. 1",
            f"largest |L_k - Cor. 1|/S² over the {chosen.sum()} {name} skills, D = {len(targets)}",
            0.0,
            float(np.max(np.abs(losses - expected)[chosen]) / scale**2),
            INTEGRATION_TOLERANCE,
            converged,
        )

    few = settings.n_learned
    trained = gradient_descent(
        population_correlation(probabilities[:few], scale),
        start[:few],
        start[:few],
        **settings.converged_schedule,
    )
    skills, losses = _skill_losses(test_features, test_targets, trained.strengths[-1])
    expected = parameter_limited_skill_loss(skills + 1, few, target_scale=scale)
    yield Check(
        "cor2-parameters",
        "Cor. 2",
        f"largest |L_k - Cor. 2|/S² over {len(skills)} skills with N = {few}",
        0.0,
        float(np.max(np.abs(losses - expected)) / scale**2),
        INTEGRATION_TOLERANCE,
        converged,
    )
