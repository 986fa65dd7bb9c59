"""Claims on many skills that the paper does not make: one for each committed prediction."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from emergence.analysis.intervals import Interval
from emergence.verify.claims import NETWORKS, Claim
from paper.nam2024.claims import tolerances
from paper.nam2024.scaling.predictions import HYPOTHESES
from paper.nam2024.scaling.runs import KEYS

_SOURCE = "beyond the paper"


def scaling_claims(
    predictions: pd.DataFrame | None, exponents: pd.DataFrame, evidence: str
) -> Iterator[Claim]:
    """Exponent and prefactor of independent skills, not tested while the runs are missing.

    predictions: the committed file; None where there is none yet. exponents: of
    `scaling.exponents`.
    """
    if predictions is None:
        return
    made = predictions[predictions["hypothesis"] == HYPOTHESES[0]]
    for row in made.dropna(subset="exponent").itertuples():
        key = [getattr(row, name) for name in KEYS]
        found = exponents[(exponents[KEYS] == key).all(axis=1)]
        tested = not found.empty
        one = found.iloc[0] if tested else dict.fromkeys(exponents.columns, float("nan"))
        width = f", N = {row.width}" if row.width else ""
        where = (
            f"in {row.law} at α = {row.alpha:g} (n_s = {row.n_skills}, n_b = {row.skill_bits}"
            f"{width}) from {row.window_low:.3g} to {row.window_high:.3g}"
        )
        name = "-".join(f"{part:g}" for part in key[1:])
        rules = (
            ("exponent", "", tolerances.LAW_EXPONENT, row.exponent, 1.0, "falls by",
             "the more skills are learned, the later each is, or the more loss is left"),
            ("prefactor", "prefactor_", tolerances.LAW_PREFACTOR, row.prefactor, row.prefactor,
             "has at the centre of the window", "skills come a third late or early"),
        )  # fmt: skip
        for what, start, tolerance, expected, unit, verb, fails in rules:
            value = Interval(*(float(one[f"{start}{x}"]) for x in ("measured", "low", "high")))
            yield Claim(
                id=f"scaling-{what}-{row.law}-{name}",
                kind=NETWORKS,
                source=_SOURCE,
                statement=f"networks' loss {where} {verb} the {what} of L + L_C that a single "
                "skill predicts",
                expected=expected,
                measured=value.value,
                tolerance=tolerance.value * unit,
                interval=(value.low, value.high),
                tested=tested,
                could_fail=fails,
                evidence=evidence,
                note=f"tolerance: {tolerance.reason}"
                + ("" if tested else "; no runs are shipped (preset scaling)"),
            )
