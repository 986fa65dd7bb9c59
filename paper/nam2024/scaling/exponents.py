"""Exponents and prefactors of many skills beside those that were predicted and committed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from emergence.analysis.crossings import run_crossings
from emergence.analysis.intervals import (
    UNKNOWN,
    Interval,
    geometric_interval,
    mean_interval,
    ratio_interval,
)
from paper.nam2024.scaling.curves import HALF, delays
from paper.nam2024.scaling.predictions import (
    HYPOTHESES,
    Singles,
    Window,
    by_law,
    losses,
    predicted,
    statistic,
    with_parameters,
)
from paper.nam2024.scaling.runs import KEYS, LEARNED, UNLEARNED
from paper.nam2024.studies import verdicts

SCALING = [*KEYS, "run", "x", "steps", "loss", "strength_loss", "predicted"]
MEASURED = ["predicted", "measured", "low", "high"]
EXPONENTS = [
    *("law", "alpha", "n_skills", *MEASURED, "runs", "window_low", "window_high"),
    *("skill_bits", "width", "asymptotic", "points"),
    *(f"prefactor_{name}" for name in MEASURED),
]
VERDICTS = [*KEYS, "hypothesis", *MEASURED, "verdict"]
DELAYS = [*KEYS, "skill", "p_steps", "ratio", "low", "high", "runs", *HYPOTHESES[1:]]
RESIDUES = [*KEYS, "quantity", "value", "low", "high", "runs"]


class Scaling(NamedTuple):
    """scaling: `SCALING`, each run's loss and that of independent skills. exponents: `EXPONENTS`.
    verdicts: `VERDICTS`. delays: `DELAYS`. residues: `RESIDUES`."""

    scaling: pd.DataFrame
    exponents: pd.DataFrame
    verdicts: pd.DataFrame
    delays: pd.DataFrame
    residues: pd.DataFrame


def scaling(
    loss: Sequence[pd.DataFrame],
    skills: Sequence[pd.DataFrame],
    predictions: pd.DataFrame | None,
    calibrations: pd.DataFrame | None,
    critical: Mapping[str, Any] | None,
    confidence: float,
) -> Scaling:
    """Everything that is said of many skills, of as many of the tables as are shipped.

    loss, skills: `runs.ManySkills` of groups of experiments. predictions: the committed file.
    calibrations, critical: `runs.Calibrations`.

    Raises ValueError where runs lack a prediction that was committed, or where the file differs
    from what the calibrations give.
    """
    if not loss:
        empty = (SCALING, EXPONENTS, VERDICTS, DELAYS, RESIDUES)
        return Scaling(*(pd.DataFrame(columns=one) for one in empty))
    if predictions is None or calibrations is None or critical is None:
        raise ValueError("runs with many skills need predictions that were committed before them")
    singles = Singles.of(calibrations, critical)
    measured = with_parameters(pd.concat(loss, ignore_index=True))
    committed = _checked(predictions, measured, singles)
    ratio = float(committed["ratio"].iloc[0])
    parts, exponents, judged = [], [], []
    for key, of in by_law(measured):
        name = dict(zip(KEYS, key, strict=True))
        mine = committed[(committed[KEYS] == list(key)).all(axis=1)].set_index("hypothesis")
        first = mine.loc[HYPOTHESES[0]]
        window = Window(first["window_low"], first["window_high"])
        runs = [statistic(key[0], one, window) for _, one in of.groupby("run")]
        exponent = mean_interval([one.exponent for one in runs], confidence)
        prefactor = geometric_interval([one.prefactor for one in runs], confidence)
        exponents.append(
            name
            | first[["asymptotic", "points", "window_low", "window_high"]].to_dict()
            | {"runs": len(runs)}
            | _beside(first["exponent"], exponent)
            | {f"prefactor_{k}": v for k, v in _beside(first["prefactor"], prefactor).items()}
        )
        for hypothesis, row in mine.iterrows():
            allowed = (row["exponent"] - row["tolerance"], row["exponent"] + row["tolerance"])
            said = {"hypothesis": hypothesis, "verdict": verdicts.verdict(exponent, allowed)}
            judged.append(name | _beside(row["exponent"], exponent) | said)
        parts.append(of.assign(predicted=losses(of, singles, HYPOTHESES[0], ratio)))
    each = pd.concat(skills, ignore_index=True)
    return Scaling(
        pd.concat(parts, ignore_index=True)[SCALING],
        pd.DataFrame(exponents)[EXPONENTS],
        pd.DataFrame(judged)[VERDICTS],
        pd.DataFrame(_delays(each, calibrations, ratio, confidence), columns=DELAYS),
        pd.DataFrame(_residues(each, confidence), columns=RESIDUES),
    )


def _checked(predictions: pd.DataFrame, measured: pd.DataFrame, singles: Singles) -> pd.DataFrame:
    """The committed rows of what was measured, if they are what the calibrations give."""
    points = measured.drop_duplicates([*KEYS, "x"]).reset_index(drop=True)
    ratio = float(predictions["ratio"].iloc[0])
    again = predicted(points, singles, ratio)
    index = [*KEYS, "hypothesis"]
    both = again.merge(predictions, on=index, how="left", suffixes=("", "_committed"))
    numbers = [name for name in again if name not in index]
    found, stored = (both[[f"{n}{end}" for n in numbers]].to_numpy() for end in ("", "_committed"))
    same = np.isclose(found, stored, rtol=1e-6, atol=0.0, equal_nan=True).all(axis=1)
    if not same.all():
        first = both.loc[~same, index].iloc[0].to_dict()
        raise ValueError(f"the committed predictions are not those of the calibrations: {first}")
    return both[[*index, *(f"{n}_committed" for n in numbers)]].rename(
        columns=lambda name: name.removesuffix("_committed")
    )


def _beside(expected: float, found: Interval) -> dict[str, float]:
    """`MEASURED`."""
    return dict(zip(MEASURED, (float(expected), *found), strict=True))


def _delays(
    skills: pd.DataFrame, calibrations: pd.DataFrame, ratio: float, confidence: float
) -> Iterator[tuple[Any, ...]]:
    """P-steps to half the strength of each skill, over those of a single one."""
    single = calibrations[calibrations["resource"] == "time"]
    for key, of in skills[skills["law"] == "time"].groupby(KEYS):
        n_skills, skill_bits, width = key[2:]
        mine = single[(single["skill_bits"] == skill_bits) & (single["width"] == width)]
        curves = mine.pivot(index="run", columns="x", values="strength")
        alone = geometric_interval(
            run_crossings(curves.columns.to_numpy(np.float64), curves.to_numpy(), HALF), confidence
        )
        expected = {name: delays(name, ratio, n_skills) for name in HYPOTHESES[1:]}
        for skill, runs in of.groupby("skill"):
            times = runs["p_steps"].to_numpy()
            learned = np.isfinite(times).all()
            together = geometric_interval(times, confidence) if learned else UNKNOWN
            said = [expected[name][skill - 1] for name in HYPOTHESES[1:]]
            yield (*key, skill, together.value, *ratio_interval(together, alone), len(runs), *said)


def _residues(skills: pd.DataFrame, confidence: float) -> Iterator[tuple[Any, ...]]:
    """Loss of learned skills, and of unlearned ones beyond S²/2, at the end, run by run."""
    learned, not_yet = skills["strength"] > LEARNED, skills["strength"] < UNLEARNED
    for name, rows, base in (
        ("learned_loss", skills[learned], 0.0),
        ("unlearned_excess", skills[not_yet], 1.0),
    ):
        for key, of in rows.groupby(KEYS):
            each = of.groupby("run")["loss"].mean() - base
            yield (*key, name, *mean_interval(each, confidence), len(each))
