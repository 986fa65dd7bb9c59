"""What a check of a closed form against a simulation is made of: a row, and the problems' sizes.

Every check returns (expected, measured, tolerance) with the reason for its tolerance, fixed before
anything is measured. A row that misses its tolerance is a finding, not an error.

Gradient descent with step h = η P S per unit of T moves log(R/(S-R)) by 2h (1 + O(h)) per step, so
over a rise through ln(S/r) log-odds it is off by at most about h ln(S/r) log-odds; R/S and L/L(0)
change by less than that. This is the tolerance "h ln(S/r)" below.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from emergence.tasks.sparse_parity.problem import SparseParity

# Error of an integration with relative error 1e-10 a step, with room for the steps to add up.
INTEGRATION_TOLERANCE = 1e-6
INTEGRATION_REASON = "integrator's relative error 1e-10 per step, over up to 10^4 steps"


class Check(NamedTuple):
    """One row: what the paper says (expected), what the simulation gives (measured)."""

    id: str
    source: str
    statement: str
    expected: float
    measured: float
    tolerance: float
    tolerance_reason: str


@dataclass(frozen=True)
class CheckSettings:
    """Sizes of the simulated problems.

    task: multitask sparse parity task of all checks. initial_strength: r. learning_rate: η.
    steps_per_time: gradient descent steps per unit of T where a trajectory is followed, up to
    final_time. converged_time: end of the trainings that stand for T → ∞, one step per unit of T.
    dataset_size: D, small enough to miss skills. n_learned: N of Cor. 2. test_points: fresh points
    a loss is measured on. threshold: ε. functions_per_skill: D_c of Prop. 1. parameters_per_skill:
    N_c of Prop. 2. n_inputs: size of the input space of an explicit basis. n_draws: independent
    bases. flow_draws: how many of them are also integrated. vanishing_strength: r of Prop. 1, 2.
    n_modes: 1/B² of Eq. 14. singular_values: λ of Eq. 25; network_size: rows of its matrices.
    parity_scale, parity_learning_rate: S and η of the three-neuron network.
    """

    task: SparseParity = field(default_factory=lambda: SparseParity(20, 60, 3, 0.6, 5.0))
    initial_strength: float = 0.01
    learning_rate: float = 0.025
    steps_per_time: int = 40
    final_time: float = 400.0
    converged_time: float = 6000.0
    dataset_size: int = 30
    n_learned: int = 10
    test_points: int = 5000
    threshold: float = 0.05
    functions_per_skill: int = 32
    parameters_per_skill: int = 4
    n_inputs: int = 128
    n_draws: int = 200
    flow_draws: int = 5
    vanishing_strength: float = 1e-12
    n_modes: int = 4
    singular_values: tuple[float, ...] = (1.0, 0.5, 0.25)
    network_size: int = 12
    parity_scale: float = 1.0
    parity_learning_rate: float = 0.02

    @property
    def rise(self) -> float:
        """ln(S/r), the log-odds of a rise."""
        return float(np.log(self.task.target_scale / self.initial_strength))

    @property
    def closed_form_constants(self) -> dict[str, float]:
        """S, r, η under the names of the closed forms' arguments."""
        return {
            "target_scale": self.task.target_scale,
            "initial_strength": self.initial_strength,
            "learning_rate": self.learning_rate,
        }

    def start(self, n_skills: int) -> np.ndarray:
        """a_k(0) = b_k(0) = sqrt(r)."""
        return np.full(n_skills, np.sqrt(self.initial_strength))

    @property
    def schedule(self) -> dict[str, Any]:
        """Gradient descent up to `final_time`, every step recorded."""
        return {
            "learning_rate": self.learning_rate,
            "n_steps": round(self.final_time * self.steps_per_time),
            "steps_per_time": self.steps_per_time,
        }

    @property
    def converged_schedule(self) -> dict[str, Any]:
        """Gradient descent up to `converged_time`, only its start and end recorded."""
        n_steps = round(self.converged_time)
        return {
            "learning_rate": self.learning_rate,
            "n_steps": n_steps,
            "record_every": n_steps,
        }

    def tolerance(self, frequency: float) -> float:
        """h ln(S/r) with h = η P S per gradient descent step (see the module's docstring)."""
        step = self.learning_rate * frequency * self.task.target_scale / self.steps_per_time
        return step * self.rise
