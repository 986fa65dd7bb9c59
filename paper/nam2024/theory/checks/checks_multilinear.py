"""Checks of the multilinear and the linear model."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from emergence.randomness import Stream
from emergence.tasks.sparse_parity.problem import (
    draw_batch,
    draw_sparse_bits,
    skill_functions,
    sparse_masks,
)
from emergence.theory.closed_forms import multilinear_skill_fraction, stage_like_margin
from emergence.theory.extended_models import one_shot_skill_loss, parameter_limited_skill_loss
from emergence.theory.model_loss import multilinear_loss
from emergence.theory.simulation.multilinear import (
    gradient_descent,
    gradient_flow,
    linear_gradient_descent,
    population_correlation,
    population_loss,
    sample_correlation,
)
from paper.nam2024.theory.checks.check_table import FINAL_TIME, SETTING, TASK, Check, CheckSizes

SCALE, RATE = SETTING.target_scale, SETTING.learning_rate
START = np.full(TASK.n_skills, np.sqrt(SETTING.initial_strength))  # a_k(0) = b_k(0) = sqrt(r)
THRESHOLD = 0.05  # ε
DATASET_SIZE = 30  # D, small enough to miss skills
N_LEARNED = 10  # N of Cor. 2
TEST_POINTS = 5000  # fresh points on which a loss is measured
STEP_REASON = "h ln(S/r), h = ηPS per step: first order of gradient descent"
CONVERGED_REASON = "gradient descent has converged to rounding by then"


def population_checks(sizes: CheckSizes) -> Iterator[Check]:
    """Eqs. 12 and 41, the two shapes of a rise, and Lemma 3, with the skills' true frequencies."""
    probabilities = TASK.probabilities
    correlation = population_correlation(probabilities, SCALE)
    path = gradient_descent(correlation, START, START, RATE, sizes.schedule)
    loss = population_loss(path.strengths, probabilities, SCALE)
    predicted = multilinear_loss(
        path.times, setting=SETTING, data_exponent=TASK.data_exponent, n_skills=TASK.n_skills
    )
    yield Check(
        id="eq12-gradient-descent",
        source="Eq. 12",
        statement="largest |L(T) - Eq. 12|/L(0) of gradient descent on the multilinear model,"
        " D → ∞",
        expected=0.0,
        measured=float(np.max(np.abs(loss - predicted)) / predicted[0]),
        tolerance=sizes.tolerance(probabilities[0]),
        tolerance_reason=STEP_REASON,
    )

    for skill in (1, 2):
        margin = float(
            stage_like_margin(skill, SETTING, data_exponent=TASK.data_exponent, threshold=THRESHOLD)
        )
        saturated, emerged = (
            np.interp(level, path.strengths[:, column] / SCALE, path.times)
            for level, column in ((1 - THRESHOLD, skill - 1), (THRESHOLD, skill))
        )
        yield Check(
            id=f"eq41-stage-like-{skill}",
            source="Eq. 41",
            statement=f"time skill {skill + 1} emerges over the time skill {skill} saturates"
            " (stage-like if above 1), gradient descent",
            expected=margin,
            measured=float(emerged / saturated),
            tolerance=margin * sizes.tolerance(probabilities[skill - 1]),
            tolerance_reason="both times are off by a share of at most " + STEP_REASON,
        )

    linear_times, linear = linear_gradient_descent(
        correlation, np.zeros(TASK.n_skills), RATE, sizes.schedule
    )
    for name, times, strengths, where in (
        ("multilinear", path.times, path.strengths, 0.5),
        ("linear", linear_times, linear, 0.0),
    ):
        fraction = strengths[:, 0] / SCALE
        steepest = np.argmax(np.diff(fraction) / np.diff(times))
        yield Check(
            id=f"shape-{name}",
            source="Eqs. 11, 125",
            statement=f"R_1/S where the {name} model rises fastest, gradient descent"
            " (sigmoid: at one half; exponential: at the start)",
            expected=where,
            measured=float(fraction[steepest]),
            tolerance=sizes.tolerance(probabilities[0]),
            tolerance_reason=STEP_REASON,
        )

    times = np.linspace(0.0, FINAL_TIME, 50)
    flow = gradient_flow(correlation, 2.0 * START, 0.5 * START, RATE, times)
    yield Check(
        id="lemma3-conserved",
        source="Lemma 3",
        statement="largest |a² - b² - (a² - b²)(0)|/S along the gradient flow from a(0) = 4 b(0)",
        expected=0.0,
        measured=float(np.max(np.abs(flow.conserved - flow.conserved[0])) / SCALE),
    )


def _sample_points(
    n_points: int, stream: Stream
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Features g_k(i, x), shape (n_points, n_skills), and targets S Σ_k g_k (Eq. 4) of the task."""
    masks = sparse_masks(draw_sparse_bits(TASK, stream))
    batch = draw_batch(TASK, stream, 0, n_points, fixed=True)
    features = skill_functions(batch.skills, batch.skill_bits, masks).astype(np.float64)
    return features, SCALE * features.sum(axis=1)


def _skill_losses(
    features: NDArray[np.float64], targets: NDArray[np.float64], strengths: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Skills present among the points, and their mean ½(f* - f)² for f = Σ_{k≤N} R_k g_k."""
    losses = 0.5 * (targets - features[:, : len(strengths)] @ strengths) ** 2
    present = np.abs(features)
    counts = present.sum(axis=0)
    skills = np.flatnonzero(counts)
    return skills, (losses @ present)[skills] / counts[skills]


def sample_checks(sizes: CheckSizes, stream: Stream) -> Iterator[Check]:
    """Lemma 1 and Cor. 1 and 2 on points of the multitask sparse parity problem."""
    features, targets = _sample_points(DATASET_SIZE, stream)
    counts = np.abs(features).sum(axis=0)
    correlation = sample_correlation(features, targets)
    sampled = gradient_descent(correlation, START, START, RATE, sizes.schedule)
    predicted = multilinear_skill_fraction(sampled.times[:, None], counts / DATASET_SIZE, SETTING)
    yield Check(
        id="lemma1-sampled-points",
        source="Lemma 1",
        statement=f"largest |R_k/S - Eq. 11| of gradient descent on D = {DATASET_SIZE} points",
        expected=0.0,
        measured=float(np.max(np.abs(sampled.strengths / SCALE - predicted))),
        tolerance=sizes.tolerance(counts.max() / DATASET_SIZE),
        tolerance_reason=STEP_REASON,
    )

    test_points = _sample_points(TEST_POINTS, Stream(stream.key, stream.run + 1))
    trained = gradient_descent(correlation, START, START, RATE, sizes.converged_schedule)
    skills, losses = _skill_losses(*test_points, trained.strengths[-1])
    gaps = np.abs(losses - one_shot_skill_loss(counts[skills], SETTING))
    for name, chosen in (("seen", counts[skills] > 0), ("unseen", counts[skills] == 0)):
        yield Check(
            id=f"cor1-one-shot-{name}",
            source="Cor. 1",
            statement=f"largest |L_k - Cor. 1|/S² over the {chosen.sum()} {name} skills,"
            f" D = {DATASET_SIZE}",
            expected=0.0,
            measured=float(np.max(gaps[chosen]) / SCALE**2),
            tolerance_reason=CONVERGED_REASON,
        )

    few = population_correlation(TASK.probabilities[:N_LEARNED], SCALE)
    start = START[:N_LEARNED]
    trained = gradient_descent(few, start, start, RATE, sizes.converged_schedule)
    skills, losses = _skill_losses(*test_points, trained.strengths[-1])
    expected = parameter_limited_skill_loss(skills + 1, N_LEARNED, SETTING)
    yield Check(
        id="cor2-parameters",
        source="Cor. 2",
        statement=f"largest |L_k - Cor. 2|/S² over {len(skills)} skills with N = {N_LEARNED}",
        expected=0.0,
        measured=float(np.max(np.abs(losses - expected)) / SCALE**2),
        tolerance_reason=CONVERGED_REASON,
    )
