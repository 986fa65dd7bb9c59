"""What a check of a closed form against a simulation is made of: a row, and the problems' sizes.

Every check returns (expected, measured, tolerance) with the reason for its tolerance, fixed before
anything is measured. A row that misses its tolerance is a finding, not an error.

Gradient descent with step h = ηPS per unit of T moves log(R/(S-R)) by 2h (1 + O(h)) per step, so
over a rise through ln(S/r) log-odds it is off by at most about h ln(S/r) log-odds; R/S and L/L(0)
change by less than that. This is the tolerance "h ln(S/r)" below.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from emergence.tasks.sparse_parity.problem import SparseParity
from emergence.theory.setting import Setting
from emergence.theory.simulation.integration import Schedule
from emergence.verify.claims import Comparison

TASK = SparseParity(n_skills=20, skill_bits=60, sparse_bits=3, data_exponent=0.6, target_scale=5.0)
SETTING = Setting(TASK.target_scale, initial_strength=0.01, learning_rate=0.025)
# Simulated gradient descent is followed up to this time.
FINAL_TIME = 400.0
# The input space of an explicit basis.
N_INPUTS = 128
# Error of an integration with relative error 1e-10 a step, with room for the steps to add up.
INTEGRATION_TOLERANCE = 1e-6
INTEGRATION_REASON = "integrator's relative error 1e-10 per step, over up to 10^4 steps"


@dataclass(frozen=True, kw_only=True)
class Check(Comparison):
    """One row: what the paper says (expected), what the simulation gives (measured).

    id: unique. source: where the paper says it. statement: in our words. tolerance_reason: why the
    tolerance is what it is.
    """

    id: str
    source: str
    statement: str
    tolerance: float = INTEGRATION_TOLERANCE
    tolerance_reason: str = INTEGRATION_REASON


@dataclass(frozen=True)
class CheckSizes:
    """How much is simulated.

    Attributes
    ----------
    steps_per_time: gradient descent steps per unit of T where a trajectory is followed.
    converged_time: end of the trainings that stand for T → ∞, one step per unit of T.
    n_draws: independent bases.
    flow_draws: how many of them are also integrated.
    """

    steps_per_time: int = 40
    converged_time: float = 6000.0
    n_draws: int = 200
    flow_draws: int = 5

    @property
    def schedule(self) -> Schedule:
        """Gradient descent up to `FINAL_TIME`, every step recorded."""
        n_steps = round(FINAL_TIME * self.steps_per_time)
        return Schedule(n_steps, steps_per_time=self.steps_per_time)

    @property
    def converged_schedule(self) -> Schedule:
        """Gradient descent up to `converged_time`, only its start and end recorded."""
        n_steps = round(self.converged_time)
        return Schedule(n_steps, record_every=n_steps)

    def tolerance(self, frequency: float) -> float:
        """h ln(S/r) with h = ηPS per gradient descent step (see the module's docstring)."""
        step = SETTING.learning_rate * frequency * SETTING.target_scale / self.steps_per_time
        return step * float(np.log(SETTING.target_scale / SETTING.initial_strength))
