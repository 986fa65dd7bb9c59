"""Exponents and prefactors of many skills beside those that were predicted and committed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emergence.analysis.crossings import run_crossings
from emergence.analysis.intervals import (
    UNKNOWN,
    Interval,
    around,
    geometric_interval,
    mean_interval,
    ratio_interval,
)
from emergence.tasks.sparse_parity.problem import skill_probabilities
from paper.nam2024.scaling.curves import HALF, delays
from paper.nam2024.scaling.predictions import (
    HYPOTHESES,
    Singles,
    Statistic,
    Window,
    by_law,
    losses,
    predicted,
    statistic,
    with_parameters,
)
from paper.nam2024.scaling.runs import KEYS, LAWS, LEARNED, LOSSES, UNLEARNED
from paper.nam2024.studies import verdicts

SCALING = [*KEYS, "run", "x", *LOSSES, "predicted"]
MEASURED = ["predicted", "measured", "low", "high"]
EXPONENTS = [
    *("law", "alpha", "n_skills", *MEASURED, "runs", "window_low", "window_high"),
    *("skill_bits", "width", "asymptotic", "points"),
    *(f"prefactor_{name}" for name in MEASURED),
    *("predicted_low", "predicted_high", "delayed"),
    *(f"strength_{name}" for name in MEASURED),
]
VERDICTS = [*KEYS, "hypothesis", *MEASURED, "verdict", "excluded"]
VERDICTS += ["prefactor_predicted", "prefactor_measured"]
DELAYS = [*KEYS, "skill", "p_steps", "ratio", "low", "high", "runs", "learned", *HYPOTHESES[1:]]
OWN_SAMPLES = [*KEYS, "x", "first_skill", "last_skill", "ratio", "low", "high", "runs"]
LEARNED_SKILLS = [*KEYS, "x", "expected", "learned", "low", "high", "runs"]
RESIDUES = [*KEYS, "x", "quantity", "value", "low", "high", "runs"]


class Scaling(NamedTuple):
    """scaling: `SCALING`, each run's loss and that of independent skills. exponents: `EXPONENTS`.
    verdicts: `VERDICTS`. delays: `DELAYS`. own_samples: `OWN_SAMPLES`. learned: `LEARNED_SKILLS`.
    residues: `RESIDUES`."""

    scaling: pd.DataFrame
    exponents: pd.DataFrame
    verdicts: pd.DataFrame
    delays: pd.DataFrame
    own_samples: pd.DataFrame
    learned: pd.DataFrame
    residues: pd.DataFrame


@dataclass(frozen=True)
class _Law:
    """One law and setting: its committed rows by hypothesis, and its runs."""

    key: tuple[Any, ...]
    committed: pd.DataFrame
    runs: pd.DataFrame

    @property
    def first(self) -> pd.Series:
        """The committed row of independent skills."""
        return self.committed.loc[HYPOTHESES[0]]

    @property
    def window(self) -> Window:
        """The committed one."""
        return Window(self.first["window_low"], self.first["window_high"])

    def measured(self, quantity: str = "loss") -> list[Statistic]:
        """Of each run. Raises ValueError for a run that lacks a point of the window."""
        found = [
            statistic(self.key[0], one.assign(loss=one[quantity]), self.window)
            for _, one in self.runs.groupby("run")
        ]
        if any(one.points != self.first["points"] for one in found):
            raise ValueError(f"a run of {self.key} lacks a point of {tuple(self.window)}")
        return found

    def predicted(
        self, singles: Singles, late: NDArray | None = None, slower: pd.Series | None = None
    ) -> float:
        """Exponent from single skills. late: as of `curves.delays`; None for independent skills.
        slower: by x, the factor that divides it, NaN where one is missing."""
        late = np.ones(self.key[2]) if late is None else late
        points = self.runs.drop_duplicates([*KEYS, "x"])
        factor = 1.0 if slower is None else points["x"].map(slower)
        loss = losses(points.assign(x=points["x"] / factor), singles, late)
        return statistic(self.key[0], points.assign(loss=loss), self.window).exponent


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

    Beside what was committed, exponents say what was thought of after the first runs: ends of the
    prediction (jackknife over the runs of the calibrations); the same exponent of strength_loss;
    and of the loss of skills that come as late as they were measured to be (`delayed`).

    Raises ValueError where runs lack a prediction that was committed or a point of its window, or
    where the file differs from what the calibrations give.
    """
    if not loss:
        empty = (SCALING, EXPONENTS, VERDICTS, DELAYS, OWN_SAMPLES, LEARNED_SKILLS, RESIDUES)
        return Scaling(*(pd.DataFrame(columns=one) for one in empty))
    if predictions is None or calibrations is None or critical is None:
        raise ValueError("runs with many skills need predictions that were committed before them")
    singles = Singles.of(calibrations, critical)
    strengths = Singles.of(
        calibrations.assign(loss=(1.0 - calibrations["strength"]) ** 2), critical
    )
    measured = with_parameters(pd.concat(loss, ignore_index=True))
    committed = _checked(predictions, measured, singles)
    ratio = float(committed["ratio"].iloc[0])
    each = pd.concat(skills, ignore_index=True)
    late = pd.DataFrame(_delays(each, calibrations, ratio, confidence), columns=DELAYS)
    own = pd.DataFrame(_own_samples(each, singles, confidence), columns=OWN_SAMPLES)
    parts, exponents, judged = [], [], []
    for key, runs in by_law(measured):
        rows = committed[(committed[KEYS] == list(key)).all(axis=1)].set_index("hypothesis")
        law, name = _Law(key, rows, runs), dict(zip(KEYS, key, strict=True))
        found = law.measured()
        exponent = mean_interval([one.exponent for one in found], confidence)
        prefactor = geometric_interval([one.prefactor for one in found], confidence)
        strength = [one.exponent for one in law.measured("strength_loss")]
        ends = _jackknife(law, calibrations, critical, confidence)
        exponents.append(
            name
            | law.first[["asymptotic", "points", "window_low", "window_high"]].to_dict()
            | {"runs": len(found), "predicted_low": ends.low, "predicted_high": ends.high}
            | {"delayed": _delayed(law, singles, late, own)}
            | _beside(law.first["exponent"], exponent)
            | _beside(law.first["prefactor"], prefactor, "prefactor_")
            | _beside(law.predicted(strengths), mean_interval(strength, confidence), "strength_")
        )
        for hypothesis, row in rows.iterrows():
            allowed = (row["exponent"] - row["tolerance"], row["exponent"] + row["tolerance"])
            said = {
                "hypothesis": hypothesis,
                "verdict": verdicts.verdict(exponent, allowed),
                "excluded": bool(exponent.low > row["exponent"] or exponent.high < row["exponent"]),
                "prefactor_predicted": row["prefactor"],
                "prefactor_measured": prefactor.value,
            }
            judged.append(name | _beside(row["exponent"], exponent) | said)
        parts.append(runs.assign(predicted=losses(runs, singles, np.ones(key[2]))))
    return Scaling(
        pd.concat(parts, ignore_index=True)[SCALING],
        pd.DataFrame(exponents)[EXPONENTS],
        pd.DataFrame(judged)[VERDICTS],
        late,
        own,
        pd.DataFrame(_learned(each, measured, singles, confidence), columns=LEARNED_SKILLS),
        pd.DataFrame(_residues(each, confidence), columns=RESIDUES),
    )


def _jackknife(
    law: _Law, calibrations: pd.DataFrame, critical: Mapping[str, Any], confidence: float
) -> Interval:
    """The predicted exponent with its interval over the runs of the calibrations, N_c held."""
    of = calibrations["resource"] == ("data" if law.key[0] == "data" else "time")
    runs = calibrations.loc[of, "run"].unique()
    without = [
        law.predicted(Singles.of(calibrations[~(of & (calibrations["run"] == run))], critical))
        for run in runs
    ]
    error = np.sqrt((len(runs) - 1) * np.var(without))
    return around(law.first["exponent"], float(error), len(runs) - 1, confidence)


def _measured_delays(delays: pd.DataFrame, key: tuple[Any, ...]) -> NDArray:
    """u_k over u of a single skill, shape (n_s,): that of the nearest skill where k has none.

    Only over time; NaN otherwise, and where no skill is learned.
    """
    mine = delays[(delays[KEYS] == list(key)).all(axis=1)].set_index("skill")["ratio"]
    every = range(1, key[2] + 1)
    return np.array(mine.reindex(every).ffill().bfill(), dtype=np.float64)


def _delayed(law: _Law, singles: Singles, late: pd.DataFrame, own: pd.DataFrame) -> float:
    """The exponent where skills are as late as was measured, each over time, all alike at a D."""
    if law.key[0] != LAWS["data"]:
        return law.predicted(singles, _measured_delays(late, law.key))
    factor = own[(own[KEYS] == list(law.key)).all(axis=1)].set_index("x")["ratio"]
    return law.predicted(singles, slower=factor)


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


def _beside(expected: float, found: Interval, start: str = "") -> dict[str, float]:
    """`MEASURED`, each name with `start` before it."""
    names = [f"{start}{name}" for name in MEASURED]
    return dict(zip(names, (float(expected), *found), strict=True))


def _delays(
    skills: pd.DataFrame, calibrations: pd.DataFrame, ratio: float, confidence: float
) -> Iterator[tuple[Any, ...]]:
    """P-steps to half the strength of each skill, over those of a single one of that width."""
    single = calibrations[calibrations["resource"] == "time"]
    for key, of in skills[skills["law"] != LAWS["data"]].groupby(KEYS):
        n_skills, skill_bits, width = key[2:]
        mine = single[(single["skill_bits"] == skill_bits) & (single["width"] == width)]
        curves = mine.pivot(index="run", columns="x", values="strength")
        alone = geometric_interval(
            run_crossings(curves.columns.to_numpy(np.float64), curves.to_numpy(), HALF), confidence
        )
        expected = {name: delays(name, ratio, n_skills) for name in HYPOTHESES[1:]}
        for skill, runs in of.groupby("skill"):
            times = runs["p_steps"].to_numpy()
            learned = int(np.isfinite(times).sum())
            together = geometric_interval(times, confidence) if learned == len(times) else UNKNOWN
            said = [expected[name][skill - 1] for name in HYPOTHESES[1:]]
            yield (*key, skill, together.value, *ratio_interval(together, alone), len(runs),
                   learned, *said)  # fmt: skip


def _own_samples(
    skills: pd.DataFrame, singles: Singles, confidence: float
) -> Iterator[tuple[Any, ...]]:
    """How many times the samples of a single skill of the same strength a skill has, at each D.

    A skill has P_s(k) D samples; a single one with those of the curve at R_k/S has the same
    strength. The ratio of a run is the geometric mean over skills between `UNLEARNED` and
    `LEARNED`, where the curve is steep.
    """
    for key, of in skills[skills["law"] == LAWS["data"]].groupby(KEYS):
        share = skill_probabilities(*key[1:3])
        single = singles.data[tuple(key[3:])]
        rising = of[of["strength"].between(UNLEARNED, LEARNED)]
        own = share[rising["skill"] - 1] * rising["x"]
        logs = np.log(own / single.at_strength(rising["strength"]))
        for x, found in rising.assign(log=logs).groupby("x"):
            each = found.groupby("run")["log"].mean()
            ends = found["skill"].min(), found["skill"].max()
            yield (*key, x, *ends, *geometric_interval(np.exp(each), confidence), len(each))


def _learned(
    skills: pd.DataFrame, measured: pd.DataFrame, singles: Singles, confidence: float
) -> Iterator[tuple[Any, ...]]:
    """How many skills have half their strength at the end, and how many single ones would.

    These are the skills that N units carry (as in `predictions.losses`) and that have passed half
    their strength with so many P-steps, or samples of their own.
    """
    steps = measured.groupby(KEYS)["steps"].max()
    for (*key, x), of in skills.groupby([*KEYS, "x"], dropna=False):
        law, alpha, n_skills, *setting = key
        curves = singles.data if law == LAWS["data"] else singles.time
        resource = x if law == LAWS["data"] else steps[tuple(key)]
        share = skill_probabilities(alpha, n_skills)
        expected = int((share * resource >= curves[tuple(setting)].half).sum())
        if law == LAWS["parameters"]:
            expected = min(expected, int(key[-1] / singles.critical))
        each = of.assign(learned=of["strength"] >= HALF).groupby("run")["learned"].sum()
        yield (*key, x, expected, *mean_interval(each, confidence), len(each))


def _residues(skills: pd.DataFrame, confidence: float) -> Iterator[tuple[Any, ...]]:
    """Loss of learned skills, and of unlearned ones beyond S²/2, at the end, run by run."""
    learned, not_yet = skills["strength"] > LEARNED, skills["strength"] < UNLEARNED
    for name, rows, base in (
        ("learned_loss", skills[learned], 0.0),
        ("unlearned_excess", skills[not_yet], 1.0),
    ):
        for key, of in rows.groupby([*KEYS, "x"], dropna=False):
            each = of.groupby("run")["loss"].mean() - base
            yield (*key, name, *mean_interval(each, confidence), len(each))
