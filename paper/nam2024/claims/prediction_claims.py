"""Claims on what one skill says of many: where, in which order and how fast skills are learned."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from emergence.analysis.intervals import Interval, ratio_interval
from emergence.verify.claims import Claim
from paper.nam2024.claims import tolerances
from paper.nam2024.claims.network_claims import network_claim
from paper.nam2024.claims.protocols import Protocol, Protocols, followed

_LEAST = 1.0  # there is no smaller number of hidden units, samples or steps


def order_claim(protocol: Protocol, emergence: pd.DataFrame, evidence: str) -> Claim:
    """Skills reach the lowest level in the order of their frequency, on the mean over runs.

    A pair counts as in order at the interval's lower end if the interval of its ratio says so, at
    the upper end unless it says the contrary.
    """
    resource = protocol.settings["resource"]
    first = emergence[emergence["level"] == emergence["level"].min()].sort_values("skill")
    level = float(first["level"].iloc[0])
    where = [Interval(row.measured, row.low, row.high) for row in first.itertuples()]
    ratios = [ratio_interval(later, earlier) for earlier, later in pairwise(where)]
    estimates = first["measured"].fillna(np.inf).to_numpy()
    # Two skills that are both never reached, or both before the first point, contradict nothing.
    same = np.isinf(estimates[1:]) & (estimates[:-1] == estimates[1:])
    certain = np.array([ratio.low > 1.0 for ratio in ratios])
    possible = np.array([not ratio.high < 1.0 for ratio in ratios])
    in_order = (estimates[:-1] < estimates[1:]) | same
    return network_claim(
        Interval(float(in_order.sum()), float((certain | same).sum()), float(possible.sum())),
        float(len(ratios)),
        tolerances.ORDER,
        protocol=protocol,
        id=f"order-{resource}",
        source="Fig. 1",
        statement=f"mean R_k/S passes {level:g} in the order k = 1..{len(where)} in {resource} "
        "(neighbouring pairs in order)",
        could_fail="a rarer skill comes before a more frequent one",
        evidence=evidence,
        note="a skill never reached comes last; interval: pairs certainly in order, and pairs not "
        "certainly out of it",
    )


def prediction_claims(
    protocol: Protocol, tested: bool, emergence: pd.DataFrame, evidence: str
) -> Iterator[Claim]:
    """Where each skill reaches each level, predicted from the calibration.

    No claim is made of what the protocol cannot show: less than one hidden unit, and predictions
    beyond its largest D or N.
    """
    resource = protocol.settings["resource"]
    most = np.inf if resource == "time" else max(protocol.full_values)
    shown = (emergence["predicted"] >= _LEAST) & (emergence["predicted"] <= most)
    for row in emergence[shown].itertuples():
        yield _ratio_claim(
            row,
            protocol=protocol,
            tested=tested,
            id=f"prediction-{resource}-{row.skill}-{row.level:g}",
            source="Fig. 1",
            statement=f"the calibrated model predicts the {resource} at which skill {row.skill} "
            f"passes R/S = {row.level:g} (predicted over measured)",
            could_fail="the networks pass the level elsewhere",
            evidence=evidence,
            note=_where(row),
        )


def transfer_claims(
    protocol: Protocol, tested: bool, means: pd.DataFrame, evidence: str
) -> Iterator[Claim]:
    """The same from the single skill itself, without the shape of a model: one row a level."""
    resource = protocol.settings["resource"]
    rule = {"parameters": "(k - 1) N_c more hidden units"}.get(resource, "1/P_s(k) times as much")
    for row in means.itertuples():
        yield network_claim(
            Interval(row.ratio, row.low, row.high),
            1.0,
            tolerances.PREDICTION,
            protocol=protocol,
            tested=tested,
            id=f"{resource}-transfer-{row.level:g}",
            source="Sec. 6, Fig. 1",
            statement=f"a skill among others passes R/S = {row.level:g} where a single skill does "
            f"with {rule} (expected over measured, geometric mean over skills)",
            could_fail="skills of one network speed up or hinder one another",
            evidence=evidence,
            note=f"{row.skills} skills",
        )


def trend_claims(
    protocol: Protocol, tested: bool, trends: pd.DataFrame, evidence: str
) -> Iterator[Claim]:
    """Predictions miss no more for rare skills than for frequent ones."""
    resource = protocol.settings["resource"]
    for row in trends.itertuples():
        yield network_claim(
            Interval(row.slope, row.low, row.high),
            0.0,
            tolerances.TREND,
            protocol=protocol,
            tested=tested,
            id=f"trend-{resource}-{row.level:g}",
            source="Fig. 1",
            statement=f"predicted over measured {resource} at R/S = {row.level:g} is the same for "
            "every skill (slope of its logarithm in ln k)",
            could_fail="rare skills come later or earlier than frequent ones say",
            evidence=evidence,
            note=f"{row.skills} skills",
        )


def saturation_claims(
    protocols: Protocols, names: Sequence[str], rises: pd.DataFrame, evidence: str
) -> Iterator[Claim]:
    """In time, the last part of a rise takes longer than the model says.

    names: experiments with many skills and with a single one, the control.
    """
    start = rises["start"].max()
    for row in rises[rises["start"] == start].itertuples():
        alone = row.experiment == names[1]
        yield network_claim(
            ratio_interval(
                Interval(row.measured, row.low, row.high),
                Interval(row.predicted, row.predicted_low, row.predicted_high),
            ),
            1.0,
            tolerances.BOUND,
            protocol=protocols[row.experiment],
            tested=followed(protocols, row.experiment, names[1]),
            comparison="at least",
            id=f"saturation-{'one-skill' if alone else row.skill}",
            source="Sec. 6, Fig. 1a",
            statement=f"{'a single skill' if alone else f'skill {row.skill}'} takes longer from "
            f"R/S = {start:g} to {row.end:g} than predicted (measured over predicted)",
            could_fail="it saturates as fast as the model, or faster",
            evidence=evidence,
            note="" if np.isfinite(row.measured) else "not saturated within every run",
        )


def excess_claim(protocol: Protocol, tested: bool, excess: pd.DataFrame, evidence: str) -> Claim:
    """Towards saturation, a skill among others is as fast as a single one."""
    row = excess.loc[excess["start"].idxmax()]
    return network_claim(
        Interval(row["value"], row["low"], row["high"]),
        1.0,
        tolerances.PREDICTION,
        protocol=protocol,
        tested=tested,
        id="saturation-excess",
        source="Eq. 11, Fig. 1a",
        statement=f"from R/S = {row['start']:g} to {row['end']:g} a skill among others takes "
        "1/P_s(k) times as long as a single one (measured over that, geometric mean over skills)",
        could_fail="skills slow one another down towards saturation, or speed one another up",
        evidence=evidence,
        note=f"{row['skills']:g} skills that every run learns; {row['single_runs']:g} runs with a "
        "single skill",
    )


def sum_claims(
    protocol: Protocol, tested: bool, totals: pd.DataFrame, evidence: str
) -> Iterator[Claim]:
    """N_c hidden units for each skill, counted over all skills."""
    for row in totals.itertuples():
        yield _ratio_claim(
            row,
            protocol=protocol,
            tested=tested,
            id=f"parameters-sum-{row.total}",
            source="Prop. 2, Fig. 1c",
            statement=f"{row.total} N_c hidden units carry {row.total} skill(s): mean Σ_k R_k/S "
            f"passes {row.total} there (predicted over measured)",
            could_fail="a skill among others takes more or fewer units than alone",
            evidence=evidence,
        )


def loss_claims(
    protocol: Protocol, tested: bool, shares: pd.DataFrame, evidence: str
) -> Iterator[Claim]:
    """The networks' loss falls as Eq. 12 does."""
    for row in shares.itertuples():
        yield _ratio_claim(
            row,
            protocol=protocol,
            tested=tested,
            id=f"loss-time-{row.share:g}",
            source="Eqs. 12 and 14",
            statement=f"the networks' loss falls to {row.share:g} of S²/2 when Eq. 12 with the "
            "fitted B² does (predicted over measured)",
            could_fail="the loss falls at another time",
            evidence=evidence,
        )


def _ratio_claim(row: Any, **fields: Any) -> Claim:
    """Predicted over measured is 1."""
    return network_claim(
        Interval(row.ratio, row.ratio_low, row.ratio_high), 1.0, tolerances.PREDICTION, **fields
    )


def _where(row: Any) -> str:
    """Between which measured points the level is passed."""
    if np.isneginf(row.measured):
        return "reached before the first measured value"
    if np.isnan(row.measured):
        return "not reached within the measured range"
    return f"interpolated between {row.before:,g} and {row.after:,g}"
