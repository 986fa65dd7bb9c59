"""What a single skill says of many, written and committed before the first run with many skills.

For each law and hypothesis the exponent is the least-squares slope of ln(L + L_C) on ln x over the
measured points in the window, and the prefactor exp of the mean of ln(L + L_C) over them: of the
predicted curve here and of each run later, at the very same points.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emergence.analysis.envelopes import least_at
from emergence.analysis.intervals import slope_weights
from emergence.config.settings import swept_values
from emergence.training.protocol import measurement_steps
from paper.nam2024.claims.tolerances import LAW_EXPONENT
from paper.nam2024.scaling.curves import (
    SingleSkill,
    delays,
    missing,
    resource_of_skill,
    total_loss,
)
from paper.nam2024.scaling.runs import KEYS, LAWS
from paper.nam2024.studies.tables import measured_interval

HYPOTHESES = ("independent", "linear", "logarithmic")
# A hypothesis holds if the interval over runs lies within this distance of its exponent: half of
# what lies between independent skills and a delay linear in k, 0.03 to 0.06. A delay as ln k lies
# between both, so that exponents alone may leave it beside either.
TOLERANCE = LAW_EXPONENT.value
FIRST_SKILL, LAST_SKILLS = 3, (20, 10)  # learned at both ends of a window; the last that runs reach
COMPUTES = 20  # points of the envelope in its window


class Window(NamedTuple):
    """Ends of the resource between which an exponent is measured."""

    low: float
    high: float


class Statistic(NamedTuple):
    """Exponent (slope), prefactor (L + L_C at the centre, over S²/2), number of points."""

    exponent: float
    prefactor: float
    points: int


class Singles(NamedTuple):
    """Curves of single skills by (skill_bits, width), in time and in data; N_c."""

    time: Mapping[tuple[int, int], SingleSkill]
    data: Mapping[tuple[int, int], SingleSkill]
    critical: float

    @classmethod
    def of(cls, curves: pd.DataFrame, critical: Mapping[str, Any]) -> Singles:
        """Of the tables of `runs.calibrations`."""
        time, data = (
            {key: SingleSkill.of(rows) for key, rows in of.groupby(["skill_bits", "width"])}
            for of in (curves[curves["resource"] == name] for name in ("time", "data"))
        )
        return cls(time, data, float(critical["value"]))


def predictions(
    settings: Sequence[Mapping[str, Any]],
    experiments: Mapping[str, Mapping[str, Any]],
    calibrations: pd.DataFrame,
    critical: Mapping[str, Any],
    measured: pd.DataFrame,
) -> pd.DataFrame:
    """The file of predictions: see `predicted`.

    settings: of all experiments with many skills. experiments: blocks of the configuration, of
    which the swept values are used. calibrations, critical: `runs.Calibrations`. measured: of the
    studies (`studies.verdicts`), of which u_5/u_1 sets the rival delays.
    """
    ratio = measured_interval(measured, "exponent", "slow_ratio").value
    return predicted(points_of(settings, experiments), Singles.of(calibrations, critical), ratio)


def points_of(
    settings: Sequence[Mapping[str, Any]], experiments: Mapping[str, Mapping[str, Any]]
) -> pd.DataFrame:
    """Where runs with many skills are measured: `KEYS`, x and steps, as in `runs.ManySkills`."""
    rows = []
    for one in settings:
        block, task, resource = experiments[one["experiment"]], one["task"], one["resource"]
        key = (LAWS[resource], task["data_exponent"], task["n_skills"], task["skill_bits"])
        steps = measurement_steps(one["steps"], one["measure_every"])
        for value in swept_values(block):
            for step in [one["steps"]] if resource == "data" else steps[steps > 0]:
                x = {"time": step, "data": value, "parameters": value * step}[resource]
                width = one["width"] if resource == "data" else value
                rows.append((*key, width, float(x), int(step)))
    return with_parameters(pd.DataFrame(rows, columns=[*KEYS, "x", "steps"]))


def predicted(points: pd.DataFrame, singles: Singles, ratio: float) -> pd.DataFrame:
    """Exponents and prefactors of every law and hypothesis, one row each.

    points: as of `points_of`. ratio: u_5/u_1, of the hypotheses with a delay; in data there is
    none. Columns law, alpha, n_skills, skill_bits, width (0 where widths are varied), hypothesis,
    ratio, asymptotic (exponent of the theory at n_s = ∞), window_low, window_high, points,
    exponent, prefactor, tolerance.
    """
    rows = []
    for key, of in by_law(points):
        law, alpha = key[:2]
        window = window_of(key, of, singles)
        for name in HYPOTHESES[:1] if law == "data" else HYPOTHESES:
            found = statistic(
                law, of.assign(loss=losses(of, singles, delays(name, ratio, key[2]))), window
            )
            rows.append((*key, name, ratio, _asymptotic(law, alpha), *window, found.points,
                         found.exponent, found.prefactor, TOLERANCE))  # fmt: skip
    columns = [*KEYS, "hypothesis", "ratio", "asymptotic", "window_low", "window_high", "points"]
    return pd.DataFrame(rows, columns=[*columns, "exponent", "prefactor", "tolerance"])


def by_law(points: pd.DataFrame) -> Iterator[tuple[tuple[Any, ...], pd.DataFrame]]:
    """Points of each law, setting and width; widths are 0 in the key where they are varied."""
    varied = points["law"].isin(["compute", "parameters"])
    return iter(points.groupby([*KEYS[:4], points["width"].mask(varied, 0)], sort=True))


def with_parameters(points: pd.DataFrame) -> pd.DataFrame:
    """The points and, of those over compute, the last of each width as L(N)."""
    compute = points[points["law"] == "compute"]
    last = compute[compute["steps"] == compute.groupby(KEYS)["steps"].transform("max")]
    last = last.assign(law="parameters", x=last["width"].astype(float))
    return pd.concat([points, last], ignore_index=True)


def losses(points: pd.DataFrame, singles: Singles, late: NDArray) -> NDArray:
    """Predicted loss over S²/2 at each point of one law and setting, in their order.

    late: u_k over u of a single skill, shape (n_s,), as of `delays`.
    """
    law, alpha, _, skill_bits = points[KEYS[:4]].iloc[0]
    found = np.empty(len(points))
    for width, places in points.groupby("width").indices.items():
        of, key = points.iloc[places], (skill_bits, width)
        if law == "data":
            found[places] = total_loss(of["x"], singles.data[key], alpha, late)
            continue
        # N units carry N/N_c skills, the most frequent ones; widths of the time law carry all.
        learned = np.inf if law == "time" else np.floor(width / singles.critical)
        found[places] = total_loss(of["steps"], singles.time[key], alpha, late, learned)
    return found


def window_of(key: tuple[Any, ...], points: pd.DataFrame, singles: Singles) -> Window:
    """Where an exponent is measured, from the predicted curves of independent skills.

    In time, from where skill 3 has half its strength to where skill 20 has it, or skill 10 if the
    runs do not reach 20, or to the end; in compute the same along the cheapest width that carries
    so many skills. In data all sizes. In parameters the widths whose N/N_c skills are all learned.
    """
    law, alpha, n_skills, skill_bits, _ = key
    last = float(points["x"].max())
    if law == "data":
        return Window(float(points["x"].min()), last)
    if law == "parameters":
        low = float(points["x"].min())
        carried = [row.x for row in points.itertuples() if _carries(row, singles)]
        return Window(low, max(carried, default=low))

    def end(skill: int) -> float:
        """Least x at which some width has so many skills, within the steps of its runs."""
        found = [np.inf]
        for units, of in points.groupby("width"):
            if skill > n_skills or (law == "compute" and units < skill * singles.critical):
                continue
            half = singles.time[skill_bits, units].half
            steps = resource_of_skill(skill, half, alpha, n_skills)
            if steps <= of["steps"].max():
                found.append(steps * units if law == "compute" else steps)
        return min(found)

    reached = (end(skill) for skill in LAST_SKILLS)
    return Window(end(FIRST_SKILL), next((x for x in reached if np.isfinite(x)), last))


def _carries(row: Any, singles: Singles) -> bool:
    """Whether the skills that a width carries are learned by its last step."""
    carried = min(int(row.width / singles.critical), row.n_skills)
    half = singles.time[row.skill_bits, row.width].half
    return carried > 0 and (resource_of_skill(carried, half, row.alpha, row.n_skills) <= row.steps)


def statistic(law: str, rows: pd.DataFrame, window: Window) -> Statistic:
    """Exponent and prefactor of one curve, predicted or measured; NaN for fewer than 3 points.

    rows: `KEYS`, x, loss of one law and setting, of one run. In compute the curve is the lower
    envelope over widths.
    """
    first = rows.iloc[0]
    if law == "compute":
        x = np.geomspace(*window, COMPUTES)
        curves = [
            (of["x"].to_numpy(), of["loss"].to_numpy())
            for _, of in rows.sort_values("x").groupby("width")
        ]
        y = least_at(x, curves)
    else:
        inside = rows[rows["x"].between(*window)]
        x, y = inside["x"].to_numpy(), inside["loss"].to_numpy()
    if len(x) < 3 or not np.isfinite(y).all():
        return Statistic(np.nan, np.nan, len(x))
    logs = np.log(y + missing(first["alpha"], int(first["n_skills"])))
    return Statistic(float(slope_weights(np.log(x)) @ logs), float(np.exp(logs.mean())), len(x))


def _asymptotic(law: str, alpha: float) -> float:
    """Exponent of the theory for infinitely many skills."""
    over = {"time": alpha + 1.0, "data": alpha + 1.0, "compute": alpha + 2.0, "parameters": 1.0}
    return -alpha / over[law]
