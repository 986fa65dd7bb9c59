"""How near counts as the same: every tolerance of a claim on trained networks, with its reason.

Fixed before the runs of the preset full were looked at; docs/judging.md is made of this.
"""

from __future__ import annotations

from typing import NamedTuple


class Tolerance(NamedTuple):
    """A tolerance, as a share of the expected value where that is not 0, and why it is as large."""

    value: float
    reason: str


CONSTANT = Tolerance(
    0.2,
    "the paper prints one or two digits and fits by eye; a constant off by a fifth shifts a curve "
    "by half the step between the two closest skills, k = 4 and 5",
)
CRITICAL_PARAMETERS = Tolerance(
    0.25, "the paper prints N_c = 4: a quarter is one hidden unit, the step of the sweep"
)
PREDICTION = Tolerance(
    0.3,
    "P_s(4)/P_s(5) = 1.43 at α = 0.6: a prediction off by more than 1/1.43 - 1 = -30 % is that of "
    "the neighbouring skill",
)
EXPONENT = Tolerance(
    0.1,
    "the paper's α are 0.3 apart: bands of 0.1 around α+1 do not touch for α = 0.3, 0.6, 0.9",
)
TREND = Tolerance(0.1, "an exponent's: a slope in ln k is an error of the exponent α+1")
EXPONENT_DIFFERENCE = Tolerance(0.2, "twice an exponent's, as two exponents are measured")
MAJORITY = Tolerance(
    0.5, "the paper shows the order in means and single runs; most runs must keep it"
)
ORDER = Tolerance(0.0, "every neighbouring pair must be in order")
BOUND = Tolerance(0.0, "the claim is a direction")
SYMMETRY = Tolerance(
    0.25, "a sigmoid has 1, a delayed exponential 3.6; a tenth of what is between them"
)
AUTHORS_TIME = Tolerance(
    0.1,
    "seeds spread by 5 %, so that ten against ten resolve 5 %; a learning rate off by a tenth "
    "would show",
)
AUTHORS_DATA = Tolerance(
    0.05, "at D = 800 R/S changes by 0.05 where D changes by a tenth, D_c by as much"
)
UNLEARNED = Tolerance(0.01, "the model changes nothing; 20,000 inputs resolve 0.004 of S²/2")
LEARNED_CHANGE = Tolerance(
    0.001, "the model changes nothing; 20,000 inputs resolve R/S of a learned skill to 0.0004"
)
LEARNED_LOSS = Tolerance(0.01, "the model leaves nothing; a hundredth of S²/2 is R/S = 0.9")
LAW_EXPONENT = Tolerance(
    0.02,
    "absolute: half of what lies between independent skills and a delay linear in k, 0.03 to 0.06",
)
LAW_PREFACTOR = Tolerance(
    0.1,
    "skills that come 30 % late, the tolerance of a prediction, raise L + L_C by 6 to 13 %",
)
