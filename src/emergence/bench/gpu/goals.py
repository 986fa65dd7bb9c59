"""What the GPU engines are to reach, as numbers, and whether they do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from emergence.bench.gpu.parts import Part, Row

STEP_CHECKS = ("first step against float64", "later step against float64")


@dataclass(frozen=True)
class Goal:
    """A quantity with the value it needs and the one it aims at; `least`: they are lower ends."""

    what: str
    needed: float
    aim: float
    least: bool


GOALS = {
    "wide": Goal("batch 4000, width 1000, SGD, 10 runs: times plain PyTorch", 20, 40, True),
    "floor": Goal("the same: times the larger floor", 4, 2, False),
    "narrow": Goal("width 20, Adam, 1000 runs: times plain PyTorch", 300, 1000, True),
    "hours": Goal("all two-layer experiments: hours, projected", 2, 0.75, False),
    "error": Goal("relative error of a step against float64", 1e-5, 2e-6, False),
}


def judge(parts: Mapping[str, Part], engine: str) -> list[Row]:
    """One row per goal: measured (None where it is not), needed, aim, reached, aim_reached."""
    measured = {
        "wide": _one(parts["steps"], "times_faster_than_plain", shape="time", method=engine),
        "floor": _one(parts["floors"], "times_larger_floor", shape="time", method=engine),
        "narrow": _one(
            parts["steps"], "times_faster_than_plain", shape="parameters", method=engine
        ),
        "hours": _sum(parts["projection"], "hours", engine=engine),
        "error": _worst_step(parts["checks"], engine),
    }
    return [_judged(GOALS[name], measured[name], engine) for name in GOALS]


def _judged(goal: Goal, measured: float | None, engine: str) -> Row:
    def reaches(limit: float) -> bool:
        if measured is None:
            return False
        return measured >= limit if goal.least else measured <= limit

    return {
        "what": goal.what,
        "engine": engine,
        "measured": measured,
        "needed": goal.needed,
        "aim": goal.aim,
        "reached": reaches(goal.needed),
        "aim_reached": reaches(goal.aim),
    }


def _one(part: Part, column: str, **key: str) -> float | None:
    found = [row for row in part.rows if all(row.get(k) == v for k, v in key.items())]
    return found[0].get(column) if found else None


def _sum(part: Part, column: str, **key: str) -> float | None:
    """The sum over the rows; None unless the part is finished and every row has a value."""
    found = [row for row in part.rows if all(row.get(k) == v for k, v in key.items())]
    if not part.finished or not found or any(row.get(column) is None for row in found):
        return None
    return sum(row[column] for row in found)


def _worst_step(part: Part, engine: str) -> float | None:
    """The largest error of a step; None unless every case of the engine gave one."""
    rows = [row for row in part.rows if row["engine"] == engine]
    errors = [row["deviation"] for row in rows if row.get("check") in STEP_CHECKS]
    failed = any(row.get("error") for row in rows)
    if not part.finished or failed or not errors or None in errors:
        return None
    return max(errors)
