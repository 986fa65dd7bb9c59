"""Rows on when networks learn: how far the law holds, and what the authors' bars show."""

from __future__ import annotations

import numpy as np
import pandas as pd

from emergence.analysis.crossings import first_crossing
from emergence.models.names import TRANSFORMER, TWO_LAYER
from emergence.verify.findings import Finding, listed, number, with_interval
from paper.nam2024 import stated

_EMERGED = stated.TRANSFORMER_LEVELS[0]


def emergence_findings(
    exponents: pd.DataFrame,
    times: pd.DataFrame,
    means: pd.DataFrame,
    phases: pd.DataFrame,
    phase_exponents: pd.DataFrame,
    sharing: pd.DataFrame | None,
) -> dict[str, Finding]:
    """Measured exponents beside α + 1; spreads over runs beside spreads over thresholds.

    exponents, times: tables of `emergence.analysis.emergence_times` for every experiment. means:
    mean R_k/S over the runs of experiment "transformer" (columns x, skill, mean). phases,
    phase_exponents: tables of `paper.nam2024.networks.phases`. sharing: table of
    `paper.nam2024.studies.transformer_sharing`, None where it is not shipped.
    """
    shared = (
        ("", "")
        if sharing is None
        else (f"; {_growth(sharing)}", "; results/shipped/nam2024/evidence/transformer_sharing.csv")
    )
    return {
        "38-narrow-transformer": Finding(
            f"{_exponents(exponents, TRANSFORMER)}{shared[0]}",
            f"fits/emergence_exponents.csv; sizes in settings/transformer.json{shared[1]}",
        ),
        "39-emergence-error-bars": Finding(
            _spreads(times[times["experiment"] == "transformer"], means),
            "aggregated/transformer.csv, fits/emergence_times.csv",
        ),
        "40-two-layer-exponent": Finding(
            f"{_exponents(exponents, TWO_LAYER)}; "
            f"{_lateness(times[times['experiment'] == 'time'])}; "
            f"{_phases(phases, phase_exponents)}",
            "fits/emergence_exponents.csv, fits/emergence_times.csv, fits/time_phases.csv, "
            "fits/time_phase_exponents.csv",
        ),
    }


def _exponents(exponents: pd.DataFrame, architecture: str) -> str:
    parts = [
        f"alpha {row.data_exponent:g}: {with_interval(row.exponent, row.low, row.high)} against "
        f"{row.expected:g} ({row.skills} skills, {row.runs} runs)"
        for row in exponents[exponents["architecture"] == architecture].itertuples()
    ]
    return f"exponent with its interval, this preset: {'; '.join(parts)}"


def _lateness(times: pd.DataFrame) -> str:
    """Measured over the law's times, the law fitted to the same skills."""
    times = times.sort_values("skill")
    return (
        f"geometric mean of the times over the fitted law's for k = 1, 2, ...: "
        f"{listed(times['geometric_mean'] / times['law'])}"
    )


def _phases(phases: pd.DataFrame, exponents: pd.DataFrame) -> str:
    """Both parts of the time of emergence, scaled by the skill's frequency."""
    parts = [
        f"{row.phase} {with_interval(row.exponent, row.low, row.high)}, P_s(k) times its length "
        f"{listed(phases[phases['phase'] == row.phase].sort_values('skill')['scaled_time'])}"
        for row in exponents.itertuples()
    ]
    return f"exponents of onset (R_k/S = 0.001) and rise from there: {'; '.join(parts)}"


def _growth(sharing: pd.DataFrame) -> str:
    """Geometric mean over runs and the skills that have not emerged when skill 1 is learned."""
    waiting = sharing[(sharing["skill"] > 1) & (sharing["strength"] < _EMERGED)]
    parts = [
        f"{number(np.exp(np.log(rows['growth']).mean()))} (width {width}, n_b {bits}, S {scale:g})"
        for (width, bits, scale), rows in waiting.groupby(["width", "skill_bits", "target_scale"])
    ]
    return (
        f"learning skill 1 multiplies the squared gradient of R_k of the skills still to come by "
        f"{', '.join(parts)}"
    )


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
