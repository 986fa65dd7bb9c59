"""Rows on when transformers learn: how far the law holds, and what the authors' bars show."""

from __future__ import annotations

import numpy as np
import pandas as pd

from emergence.discrepancies import stated
from emergence.discrepancies.finding import Finding, listed, number
from emergence.fitting import first_crossing


def transformer_findings(
    exponents: pd.DataFrame, times: pd.DataFrame, means: pd.DataFrame
) -> dict[str, Finding]:
    """Measured exponents beside α + 1; spreads over runs beside spreads over thresholds.

    exponents, times: tables of `emergence.emergence_times` for every experiment. means: mean R_k/S
    over the runs of experiment "transformer" (columns x, skill, mean).
    """
    return {
        "38-narrow-transformer": Finding(
            _exponents(exponents),
            "fits/emergence_exponents.csv; sizes in settings/transformer.json",
        ),
        "39-emergence-error-bars": Finding(
            _spreads(times[times["experiment"] == "transformer"], means),
            "aggregated/transformer.csv, fits/emergence_times.csv",
        ),
    }


def _exponents(exponents: pd.DataFrame) -> str:
    parts = [
        f"alpha {row.data_exponent:g}: {number(row.exponent)} [{number(row.low)}, "
        f"{number(row.high)}] against {row.expected:g} ({row.skills} skills, {row.runs} runs)"
        for row in exponents[exponents["architecture"] == "transformer"].itertuples()
    ]
    return f"exponent with its bootstrap interval, this preset: {'; '.join(parts)}"


def _spreads(times: pd.DataFrame, means: pd.DataFrame) -> str:
    """Points and relative bars both ways, of skills whose mean curve passes every threshold."""
    ours, theirs = [], []
    for row in times.sort_values("skill").itertuples():
        curve = means[means["skill"] == row.skill].sort_values("x")
        x, mean = curve["x"].to_numpy(dtype=np.float64), curve["mean"].to_numpy()
        crossings = [first_crossing(x, mean, level) for level in stated.TRANSFORMER_LEVELS]
        if np.isfinite(crossings).all():
            ours.append((row.mean, row.std / row.mean))
            centre, spread = float(np.mean(crossings)), float(np.std(crossings, ddof=1))
            theirs.append((centre, spread / centre))
    if not ours:
        return "no mean curve of this preset passes all four thresholds"
    prefactor = stated.TRANSFORMER_PREFACTOR * stated.TRANSFORMER_PASS_STEPS
    levels = f"{stated.TRANSFORMER_LEVELS[0]:g} to {stated.TRANSFORMER_LEVELS[-1]:g}"
    return (
        f"this preset, k = 1, 2, ...: mean over runs at the first threshold "
        f"{listed(t for t, _ in ours)} steps with relative spread {listed(s for _, s in ours)}; of "
        f"the mean curve over thresholds {levels} {listed(t for t, _ in theirs)} with "
        f"{listed(s for _, s in theirs)}; their line's prefactor in steps: "
        f"{stated.TRANSFORMER_PREFACTOR}·{stated.TRANSFORMER_PASS_STEPS} = {prefactor}"
    )
