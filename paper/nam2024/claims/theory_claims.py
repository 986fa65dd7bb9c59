"""Claims that arithmetic and direct simulation decide."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from emergence.verify.claims import SIMULATION, THEORY, Claim
from paper.nam2024 import stated
from paper.nam2024.theory.three_neurons import EQUAL_SHARES

_SOURCES = {
    "time": "Thm. 4, Fig. 2a",
    "data": "Thm. 5, Fig. 2b",
    "parameters": "Thm. 1, Fig. 2c",
    "compute": "Cor. 5, Fig. 3",
}
_LAW_TOLERANCE = 0.01
_SMALLEST_LOSS = 0.01
_BY_EYE = 0.1  # the paper shows Fig. 8's agreement and states no error


def scaling_claims(measured: pd.DataFrame, evidence: str) -> Iterator[Claim]:
    """Exponent and prefactor of each law and α, measured on the model's own loss.

    measured: the scaling measurement, of which the rows for infinitely many skills are used.
    Raises ValueError if there are none.
    """
    limit = measured[np.isinf(measured["n_skills"])]
    if limit.empty:
        raise ValueError("theory.scaling_measurement.n_skills must contain infinite")
    for row in limit.itertuples():
        for quantity in ("exponent", "prefactor"):
            expected = getattr(row, f"predicted_{quantity}")
            yield Claim(
                id=f"{quantity}-{row.bottleneck}-{row.alpha:g}",
                kind=THEORY,
                source=_SOURCES[row.bottleneck],
                statement=f"loss falls with {row.bottleneck} with the predicted {quantity} at "
                f"α = {row.alpha:g}",
                expected=expected,
                measured=getattr(row, f"measured_{quantity}"),
                tolerance=_LAW_TOLERANCE * abs(expected),
                evidence=evidence,
                note=f"within {_LAW_TOLERANCE:.0%}, in the window {row.window_low:.3g} to "
                f"{row.window_high:.3g}",
            )


def authors_prefactor_claims(prefactors: pd.DataFrame, evidence: str) -> Iterator[Claim]:
    """The prefactors that the authors typed in or print, against quadrature."""
    for row in prefactors[prefactors["authors_value"].notna()].itertuples():
        yield Claim(
            id=f"authors-prefactor-{row.law}-{row.alpha:g}",
            kind=THEORY,
            source=_SOURCES[row.law],
            statement=f"the {row.law} prefactor that the authors use at α = {row.alpha:g} is the "
            f"theorem's (in units of S²/2)",
            expected=row.authors_value,
            measured=row.value,
            tolerance=stated.PREFACTOR_ROUNDING,
            evidence=evidence,
            note="half a unit of the last digit given",
        )


def finite_skills_claim(curves: pd.DataFrame, evidence: str) -> Claim:
    """Eq. 56 describes the time law at the smallest α better than the plain law.

    Judged at all times at which the model has more than a hundredth of its first loss left: a rule
    that looks only at the model. A law that is not positive there has an infinite error.
    """
    alpha = curves["alpha"].min()
    wide = curves[curves["alpha"] == alpha].pivot(index="time", columns="curve", values="loss")
    wide = wide[wide["model"] > _SMALLEST_LOSS * wide["model"].iloc[0]]
    error = {
        law: float(np.sqrt(np.mean(np.log(wide[law].clip(lower=0.0) / wide["model"]) ** 2)))
        for law in ("power law", "finite-skills law")
    }
    return Claim(
        id="finite-skills-correction",
        kind=THEORY,
        source="Eq. 56, Fig. 7",
        statement=f"the law corrected for finite N is nearer to the model's loss at α = {alpha:g} "
        f"than the plain law (its root mean square error of log loss over the plain law's)",
        expected=1.0,
        measured=error["finite-skills law"] / error["power law"],
        tolerance=0.0,
        comparison="at most",
        evidence=evidence,
        note=f"{len(wide)} times up to T = {wide.index[-1]:.3g}",
    )


def simulation_claims(checks: pd.DataFrame, evidence: str) -> Iterator[Claim]:
    """Checks of closed forms against direct simulations; our own are not the paper's claims."""
    for row in checks[~checks["source"].str.contains("derived here")].itertuples():
        yield Claim(
            id=row.id,
            kind=SIMULATION,
            source=row.source,
            statement=row.statement,
            expected=row.expected,
            measured=row.measured,
            tolerance=row.tolerance,
            evidence=evidence,
            note=row.tolerance_reason,
        )


def three_neuron_claims(couplings: pd.DataFrame, evidence: str) -> Iterator[Claim]:
    """Eq. 14 with B² = 1/3 describes the three-neuron network, whatever S and r are.

    couplings: of `theory.three_neurons.coupling_table`. The paper names neither, so the value
    farthest from the claimed one is judged.
    """
    for name, column, expected, statement in (
        (
            "coupling",
            "squared_coupling",
            EQUAL_SHARES,
            "B² of the least-squares fit of Eq. 14 to the summed mode strength is 1/3",
        ),
        (
            "half-rise",
            "half_rise",
            1.0,
            "the summed mode strength reaches S/2 when Eq. 14 with B² = 1/3 does (its time over "
            "that)",
        ),
    ):
        found = couplings[column]
        scales, starts = couplings["target_scale"], couplings["relative_initial_strength"]
        yield Claim(
            id=f"three-neurons-{name}",
            kind=SIMULATION,
            source="Fig. 8",
            statement=f"{statement}, whatever S and r",
            expected=expected,
            measured=float(found[(found - expected).abs().idxmax()]),
            tolerance=_BY_EYE * expected,
            evidence=evidence,
            note=f"the farthest of S = {scales.min():g} to {scales.max():g} and r/S = "
            f"{starts.min():g} to {starts.max():g}, where it is {found.min():.3g} to "
            f"{found.max():.3g}; tolerance: a tenth, as the paper shows agreement in a figure and "
            "states no error",
        )
