"""Rows on where the calibrated models and the networks part."""

from __future__ import annotations

import numpy as np
import pandas as pd

from emergence.verify.findings import Finding, listed, number, with_interval
from paper.nam2024.networks.data_shape import EQUATION, LOGISTIC
from paper.nam2024.scaling.runs import KEYS


def prediction_findings(
    data: pd.DataFrame,
    parameters: pd.DataFrame,
    data_shape: pd.DataFrame,
    data_transfer: pd.DataFrame,
    strength_sums: pd.DataFrame,
    single: pd.DataFrame,
    target_scale: float,
) -> dict[str, Finding]:
    """Predicted over measured resource for each skill and level, and what is behind it.

    data, parameters, data_transfer: tables of emergence. data_shape, strength_sums: tables of
    `paper.nam2024.networks`. single, target_scale: runs of the data calibration, and S.
    """
    return {
        "36-data-onset": Finding(
            f"{_ratios(data)}; {_shapes(data_shape)}; {_memorised(single, target_scale)}",
            "fits/data_emergence.csv: D at which the mean of the runs passes a level of R_k/S; "
            "fits/data_shape.csv: one skill; aggregated/data_calibration_runs.csv",
        ),
        "37-parameter-spread": Finding(
            f"{_ratios(parameters)}; {_sums(strength_sums)}",
            "fits/parameters_emergence.csv: N at which the mean of runs passes a level of R_k/S; "
            "fits/parameters_sum.csv",
        ),
        "46-data-transfer": Finding(
            f"samples that a skill needs among others, by a single skill's D/P_s(k): "
            f"{_ratios(data_transfer)}",
            "fits/data_transfer.csv",
        ),
    }


def coupling_findings(
    decoupling: pd.DataFrame,
    saturation: pd.DataFrame,
    excess: pd.DataFrame,
    many: pd.DataFrame,
    single: pd.DataFrame,
) -> dict[str, Finding]:
    """What skills do to one another, and how slowly they saturate.

    decoupling, saturation, excess: tables of `paper.nam2024.networks`. many, single: rises
    (`fit_rises`) of the networks with many skills and with one.
    """
    states = "; ".join(
        f"{row.quantity} {with_interval(row.value, row.low, row.high)}, "
        f"{row.expected:g} in the model"
        for row in decoupling.itertuples()
    )
    slow = (
        f"{listed(1.0 / rows['ratio'].dropna())} from {start:g} to {end:g} in {name}"
        for (name, start, end), rows in saturation.groupby(
            ["experiment", "start", "end"], sort=False
        )
    )
    parts = (
        f"{with_interval(row.value, row.low, row.high)} from {row.start:g} to {row.end:g}"
        for row in excess.itertuples()
    )
    asymmetries = (
        f"{number(np.exp(np.log(rises['asymmetry'].dropna()).mean()))} {where}"
        for rises, where in ((many, "in networks with many skills"), (single, "with one skill"))
    )
    return {
        "47-coupled-skills": Finding(
            f"mean over runs: {states}",
            "fits/decoupling.csv: L_k over S²/2 while skill 1 rises, change of R_1/S while skill 2 "
            "rises, L_1 over S²/2 at the end",
        ),
        "48-slow-saturation": Finding(
            f"time from R_k/S = 0.5 to 0.95 over that from 0.05 to 0.5, 1 for a sigmoid: "
            f"{', '.join(asymmetries)}; measured over predicted time for "
            f"k = 1, 2, ...: {'; '.join(slow)}; P_s(k) times a skill's time among others over a "
            f"single skill's: {', '.join(parts)}",
            "fits/time_rises.csv, fits/time_calibration_rises.csv, fits/time_saturation.csv, "
            "fits/time_saturation_excess.csv",
        ),
    }


def many_skills_findings(
    exponents: pd.DataFrame,
    delays: pd.DataFrame,
    own_samples: pd.DataFrame,
    learned: pd.DataFrame,
) -> dict[str, Finding]:
    """Exponents of networks with many skills, and how late their skills are.

    exponents, delays, own_samples, learned: of `paper.nam2024.scaling.exponents`.
    """
    laws = (
        f"{row.law} at α = {row.alpha:g} (n_s = {row.n_skills}, n_b = {row.skill_bits}) "
        f"{with_interval(row.measured, row.low, row.high)}, predicted {number(row.predicted)}"
        + (f", with delays as measured {number(row.delayed)}" if np.isfinite(row.delayed) else "")
        for row in exponents.itertuples()
    )
    late = (
        f"α = {key[1]:g}: {number(of['ratio'].iloc[0])} of skill {of['skill'].iloc[0]} to "
        f"{number(of['ratio'].iloc[-1])} of skill {of['skill'].iloc[-1]}"
        for key, of in delays[delays["law"] == "time"].dropna(subset="ratio").groupby(KEYS)
    )
    more = (
        f"α = {key[1]:g}: {with_interval(*of[_ENDS].iloc[0])} at D = {of['x'].iloc[0]:g} to "
        f"{with_interval(*of[_ENDS].iloc[-1])} at D = {of['x'].iloc[-1]:g}"
        for key, of in own_samples.groupby(KEYS)
    )
    carried = (
        f"{with_interval(row.learned, row.low, row.high)} at N = {row.width} ({row.expected})"
        for row in learned[learned["law"] == "compute"].itertuples()
    )
    return {
        "49-many-skills": Finding(
            f"exponents: {'; '.join(laws) or 'no runs are shipped'}. P-steps to half strength over "
            f"those of a single skill: {'; '.join(late) or '–'}. Samples of a skill over those of "
            f"a single one as strong: {'; '.join(more) or '–'}. Skills learned at the end "
            f"(expected): {'; '.join(carried) or '–'}",
            "networks/exponents.csv, networks/delays.csv, networks/own_samples.csv, "
            "networks/learned.csv (docs/scaling.md)",
        )
    }


_ENDS = ["ratio", "low", "high"]


def _ratios(emergence: pd.DataFrame) -> str:
    """Per level, predicted over measured: mean and range over the skills that were measured."""
    parts = []
    for level, rows in emergence.groupby("level"):
        ratios = rows["ratio"].dropna()
        if len(ratios):
            mean = number(np.exp(np.log(ratios).mean()))
            span = f"{number(ratios.min())} to {number(ratios.max())}"
            parts.append(f"{mean} at {level:g} ({len(ratios)} skills, {span})")
    return f"predicted over measured, geometric mean over skills: {'; '.join(parts) or '–'}"


def _shapes(shape: pd.DataFrame) -> str:
    """Standard errors of both curves of one skill."""
    rows = shape.set_index("model")
    return (
        f"standard error of R/S of one skill about Eq. 17 {number(rows.loc[EQUATION, 'residual'])}"
        f", about a logistic curve in ln D {number(rows.loc[LOGISTIC, 'residual'])} (half at "
        f"D = {number(rows.loc[LOGISTIC, 'samples'])})"
    )


def _memorised(single: pd.DataFrame, target_scale: float) -> str:
    """Loss of one skill on fresh inputs where networks do worse than before training."""
    last = single[single["step"] == single.groupby("value")["step"].transform("max")]
    losses = last.groupby("value")["loss"].mean() / (0.5 * target_scale**2)
    worse = "; ".join(f"{number(loss)} at D = {size}" for size, loss in losses[losses > 1].items())
    return f"loss of one skill over S²/2 where it exceeds 1, so that samples are memorised: {worse}"


def _sums(sums: pd.DataFrame) -> str:
    """The sum over skills at the largest widths."""
    last = sums.iloc[-1]
    return (
        f"Σ_k R_k/S at N = {last['value']:g}: "
        f"{with_interval(last['mean'], last['low'], last['high'])}, N/N_c = "
        f"{number(last['predicted'])}"
    )
