"""A skill that needs D_c data points: the extended model in data (Eqs. 15-17, Prop. 1).

The model simulated, one skill at a time (skills share no parameter and no input: they decouple):
    g = Σ_l u_l e_l,   u_l = D_c^(-1/2),   f = a Σ_{l≤D_c} B_l e_l,
with D_c orthonormal functions e_l on a finite input space, a scalar a and a vector B. It is trained
by gradient flow on ½ mean (f* - f)² over d observed inputs, f* = S g, from a(0) = sqrt(r),
B(0) = sqrt(r) u, so that R(0) = r. The functions are Haar random: orthonormal, otherwise generic.

Let P be the projector on the span of the observed value vectors and p = |P u|². The flow leaves the
part of B outside that span alone and keeps a² - |B|², hence it ends at
    a B = S P u + a sqrt(r) (1 - P) u,   a² = (δ + sqrt(δ² + 4 S² p))/2,   δ = r (1 - p).
For r → 0 this is the least-norm interpolant: R = <g f> = S p and L = S² (1 - p)/2. Rotation
invariance makes p Beta(d/2, (D_c - d)/2) distributed, with mean d/D_c. Hence the mean loss is
S² (1 - d/D_c)/2, which is Eq. 17 *if the skill strength is read off the loss*, R = S - sqrt(2 L);
the strength <g f> itself is S d/D_c on average.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emergence.theory.setting import Setting
from emergence.theory.simulation.bases import equal_weights
from emergence.theory.simulation.integration import integrate_flow


@dataclass(frozen=True)
class SkillOutcome:
    """One trained skill, averaged over its whole input space.

    Attributes
    ----------
    strength: R = <g f>.
    loss: L_k = <(S g - f)²>/2.
    """

    strength: float
    loss: float


def strength_from_loss(loss: float, target_scale: float) -> float:
    """R = S - sqrt(2 L_k): exact where f is proportional to g, as in the multilinear model."""
    return target_scale - np.sqrt(2.0 * loss)


def outcome(
    basis: NDArray[np.float64], coefficients: NDArray[np.float64], target_scale: float
) -> SkillOutcome:
    """Strength and loss of f = Σ_l w_l e_l against S g, by summing over every input.

    Parameters
    ----------
    basis: e_l, shape (n_inputs, n_functions).
    coefficients: w, shape (n_functions,).
    target_scale: S.
    """
    skill = basis @ equal_weights(basis.shape[1])
    output = basis @ coefficients
    return SkillOutcome(
        float(np.mean(skill * output)), float(0.5 * np.mean((target_scale * skill - output) ** 2))
    )


def limit_of_gradient_flow(
    basis: NDArray[np.float64], n_observed: int, setting: Setting
) -> NDArray[np.float64]:
    """Coefficients a B at T → ∞ by the projection formula above, shape (D_c,).

    The first `n_observed` inputs are the data (a Haar-random basis prefers none).
    """
    weights = equal_weights(basis.shape[1])
    rows = np.linalg.qr(basis[:n_observed].T)[0]
    seen = rows @ (rows.T @ weights)
    share = float(seen @ seen)
    delta = setting.initial_strength * max(1.0 - share, 0.0)
    scale = np.sqrt(0.5 * (delta + np.sqrt(delta**2 + 4.0 * setting.target_scale**2 * share)))
    unseen = weights - seen
    return setting.target_scale * seen + scale * np.sqrt(setting.initial_strength) * unseen


def gradient_flow_coefficients(
    basis: NDArray[np.float64], n_observed: int, setting: Setting, final_time: float
) -> NDArray[np.float64]:
    """Coefficients a B after integrating the gradient flow to `final_time`, shape (D_c,).

    Observes the first `n_observed` inputs, like `limit_of_gradient_flow`.
    """
    observed = basis[:n_observed]
    weights = equal_weights(basis.shape[1])
    targets = setting.target_scale * (observed @ weights)

    def velocity(_: float, parameters: NDArray[np.float64]) -> NDArray[np.float64]:
        scale, vector = parameters[0], parameters[1:]
        residual = targets - scale * (observed @ vector)
        correlation = setting.learning_rate * (observed.T @ residual) / n_observed
        return np.concatenate([[correlation @ vector], correlation * scale])

    start = np.sqrt(setting.initial_strength) * np.concatenate([[1.0], weights])
    # LSODA: near d = D_c the observed value vectors are badly conditioned, so the flow is stiff.
    path = integrate_flow(velocity, start, final_time, "LSODA")
    return path[0, -1] * path[1:, -1]
