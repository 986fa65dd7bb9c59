"""Generated parts of documents: what was found, tolerances, coverage."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from emergence.config.load import load_config
from emergence.config.settings import of_paper, swept_values
from emergence.papers import ROOT
from emergence.report.documents import markdown_table
from paper.nam2024.claims import tolerances
from paper.nam2024.claims.tolerances import Tolerance
from paper.nam2024.scaling.predictions import HYPOTHESES
from paper.nam2024.scaling.runs import KEYS


def parts(shipped: Path) -> dict[tuple[str, str], str]:
    """Text of each part, by document and name. shipped: the paper's folder of shipped results."""
    coverage = pd.read_csv(shipped / "fits" / "interval_coverage.csv")
    full = load_config([ROOT / "config" / "full.yaml"])
    return {
        ("README.md", "found"): found(pd.read_csv(shipped / "summary.csv", keep_default_na=False)),
        ("docs/settings.md", "settings"): setting_rows(
            pd.read_csv(shipped / "evidence" / "parameter_settings.csv")
        ),
        ("docs/settings.md", "patterns"): pattern_rows(
            pd.read_csv(shipped / "evidence" / "parameter_settings_table5.csv")
        ),
        ("docs/scaling.md", "exponents"): exponent_rows(
            pd.read_csv(shipped / "networks" / "exponents.csv")
        ),
        ("docs/scaling.md", "verdicts"): verdict_rows(
            pd.read_csv(shipped / "networks" / "scaling_verdicts.csv")
        ),
        ("docs/scaling.md", "michaud"): michaud_rows(
            pd.read_csv(shipped / "evidence" / "michaud.csv")
        ),
        ("docs/cost.md", "cost"): cost_rows(
            pd.read_csv(shipped / "runs" / "cost.csv"),
            pd.read_csv(shipped / "evidence" / "ordinary_speed.csv"),
            of_paper(full, "nam2024"),
            full["cost"]["watts_per_core"],
        ),
        ("docs/judging.md", "coverage"): coverage_rows(coverage),
        ("docs/judging.md", "tolerances"): tolerance_rows(),
    }


def found(summary: pd.DataFrame) -> str:
    """The lines of the summary as a numbered list."""
    lines = []
    for number, row in enumerate(summary.itertuples(), start=1):
        why = f" *{row.why}*" if row.why else ""
        verdict = f"{row.topic}: {row.verdict} ({row.claims})"
        lines.append(f"{number}. **{verdict}.** {row.finding}{why}\n")
    return "".join(lines)


def setting_rows(study: pd.DataFrame) -> str:
    """R_k/S at the last step of each setting of Adam, mean ± standard deviation over runs."""
    last = study[study["step"] == study.groupby("setting")["step"].transform("max")]
    lines = []
    for name, rows in last.groupby("setting", sort=False):
        of = rows.iloc[0]
        schedule = f"{of['factor']:g}, {of['every']:g}" if of["every"] > 0 else "constant"
        strengths = [
            f"{row.mean:z.2f} ± {row.std:.2f}" for row in rows.sort_values("skill").itertuples()
        ]
        keys = ("learning_rate", "weight_decay", "initial_std")
        rate, decay, start = (f"{of[key]:g}" for key in keys)
        lines.append((str(name), rate, schedule, decay, start, *strengths))
    skills = [f"k = {skill}" for skill in sorted(last["skill"].unique())]
    return markdown_table(("setting", "rate", "times, every", "decay", "σ", *skills), lines)


def pattern_rows(counts: pd.DataFrame) -> str:
    """How many runs of each setting have the strengths of Table 5, below the printed numbers."""
    patterns = list(counts["pattern"].unique())
    wide = counts.pivot(index="setting", columns="pattern", values="count")[patterns]
    printed = counts.drop_duplicates("pattern").set_index("pattern").loc[patterns]
    rows = [("Table 5", *printed["printed_count"])]
    rows += [(name, *wide.loc[name]) for name in counts["setting"].unique()]
    header = ("runs of ten", *(name.replace("-", " ") for name in patterns))
    return markdown_table(header, [tuple(map(str, row)) for row in rows])


def exponent_rows(exponents: pd.DataFrame) -> str:
    """Each scaling law of many skills: exponent and prefactor, predicted and measured."""
    lines = [
        (*_law(row), f"{row.predicted:.3f}", _measured(row.measured, row.low, row.high),
         f"{row.prefactor_predicted:.3f}",
         _measured(row.prefactor_measured, row.prefactor_low, row.prefactor_high))
        for row in exponents.itertuples()
    ]  # fmt: skip
    header = (*_LAW, "exponent predicted", "measured", "prefactor predicted", "measured")
    return markdown_table(header, lines)


def verdict_rows(verdicts: pd.DataFrame) -> str:
    """What each hypothesis on how skills delay one another says of an exponent, and its verdict."""
    wide = verdicts.assign(
        said=[f"{row.predicted:.3f}: {row.verdict}" for row in verdicts.itertuples()]
    )
    rows = wide.pivot(index=[*KEYS, "measured"], columns="hypothesis", values="said").reset_index()
    names = [name for name in HYPOTHESES if name in rows]
    lines = [
        (*_law(row), f"{row.measured:.3f}", *(str(getattr(row, name)) for name in names))
        for row in rows.fillna("").itertuples()
    ]
    return markdown_table((*_LAW, "measured", *names), lines)


def michaud_rows(slopes: pd.DataFrame) -> str:
    """Slopes of the networks of Michaud et al.: theory, theirs, and those measured here."""
    lines = [
        (_SLOPES[row.quantity], f"{row.window_low:.3g} to {row.window_high:.3g}", str(row.points),
         f"{row.theory:.3f}", f"{row.published:g}", _measured(row.measured, row.low, row.high))
        for row in slopes.itertuples()
    ]  # fmt: skip
    return markdown_table(("slope", "over", "points", "theory", "published", "measured"), lines)


_SLOPES = {"steps": "ln loss in ln steps", "task_steps": "ln steps of a task in ln P_s(k)"}
_LAW = ("law", "α", "n_s", "n_b", "N")


def _law(row: Any) -> tuple[str, ...]:
    return (
        row.law,
        f"{row.alpha:g}",
        str(row.n_skills),
        str(row.skill_bits),
        str(row.width or "all"),
    )


def _measured(value: float, low: float, high: float) -> str:
    return f"{value:.3f} [{low:.3f}, {high:.3f}]"


def cost_rows(
    cost: pd.DataFrame, speed: pd.DataFrame, block: Mapping[str, Any], watts_per_core: float
) -> str:
    """What each experiment of the preset full took so far, and would take the ordinary way.

    cost: `runs/cost.csv`. speed: `evidence/ordinary_speed.csv`. block: the paper's configuration in
    that preset. Hours are steps of the runs made so far times milliseconds of a step: the median of
    jobs that were timed, and that of the ordinary way.
    """
    jobs = cost[cost["preset"] == "full"]
    jobs = jobs.assign(ms=1e3 * jobs["cpu_seconds"] / jobs["run_steps"])
    ordinary = speed[speed["method"] == "plain"].set_index("experiment")["ms_per_run_step"]
    lines = []
    for name, ms_there in ordinary.items():
        experiment, of = block["experiments"][name], jobs[jobs["experiment"] == name]
        planned = len(swept_values(experiment)) * experiment["runs"]
        runs, steps, ms = (of["last"] - of["first"] + 1).sum(), of["run_steps"].sum(), of["ms"]
        here, there = (steps * each / 3.6e6 for each in (ms.median(), ms_there))
        timed = (f"{ms.median():.3g}", f"{here:.2f}", f"{here * watts_per_core / 1e3:.3f}")
        lines.append(
            (f"`{name}`", f"{planned:,} of {experiment['steps']:,}", f"{runs:,}", f"{steps:,}",
             str(ms.count()), *(timed if ms.count() else ("",) * len(timed)),
             f"{ms_there:.3g}", f"{there:.1f}")
        )  # fmt: skip
    header = ("experiment", "runs and steps", "runs made", "steps made", "jobs timed")
    ours = ("ms a step", "core hours", "kWh")
    return markdown_table((*header, *ours, "ms a step, PyTorch", "core hours, PyTorch"), lines)


def coverage_rows(coverage: pd.DataFrame) -> str:
    """How often each interval holds the true value, by number of runs."""
    wide = coverage.pivot(index="interval", columns="runs", values="coverage")
    header = ("interval of 95 % over", *(f"{runs} runs" for runs in wide.columns))
    lines = [(row[0], *(f"{100 * value:.0f} %" for value in row[1:])) for row in wide.itertuples()]
    return markdown_table(header, lines)


def tolerance_rows() -> str:
    """Every tolerance with its reason."""
    found = [(name, one) for name, one in vars(tolerances).items() if isinstance(one, Tolerance)]
    lines = [(name.lower().replace("_", " "), f"{one.value:g}", one.reason) for name, one in found]
    return markdown_table(("tolerance of", "value", "reason"), lines)
