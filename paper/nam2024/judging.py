"""Generated parts of documents: what was found, tolerances, coverage, and changed verdicts."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import pandas as pd

from paper.nam2024.claims import tolerances

# Verdicts of the default preset in the first release: id, status, measured.
_FIRST_RELEASE = Path(__file__).with_name("claims") / "first_release.csv"
# Rows of the first release that are one row now, by the pattern of their ids.
MERGED = {"authors-run-*": "authors-time", "authors-data-*": "authors-data"}
# Why a verdict changed; the first pattern that matches counts.
REASONS = {
    "authors-*": "One row with one tolerance, instead of a row a level or size, each with a "
    "tolerance of two standard deviations of one run.",
    "three-neurons-*": "Judged for all S and r, which the paper does not name, instead of one.",
    "calibration-*": "Judged by its interval, not by the point.",
    "order-transformer*": "Judged run by run. The first release judged medians, after means had "
    "failed.",
    "order-*": "Every pair must be in order beyond its interval.",
    "sigmoid-*": "Compared with a delayed exponential, which has as many constants, by an interval "
    "over runs.",
    "prediction-time-*": "Student's interval of few runs is wider than the bootstrap's.",
    "prediction-data-*": "Student's interval, and the gap between two measured D counts.",
    "prediction-parameters-*": "Student's interval, and the gap between two measured N counts.",
    "saturation-*": "Judged by its interval over runs.",
    "emergence-exponent-*": "Judged by the same rule as all; the interval of few runs is wider.",
}
_VERDICTS = """\
| claim | first release | now | why |
| --- | --- | --- | --- |
"""
_TOLERANCES = """\
| tolerance of | value | reason |
| --- | --- | --- |
"""
_SETTINGS = """\
| setting | rate | times, every | decay | σ | {} |
| --- | --- | --- | --- | --- | {} |
"""
_COVERAGE = """\
| interval of 95 % over | {} |
| --- | {} |
"""


def parts(shipped: Path) -> dict[tuple[str, str], str]:
    """Text of each part, by document and name. shipped: the paper's folder of shipped results."""
    claims, coverage = (
        pd.read_csv(shipped / name) for name in ("claims.csv", "fits/interval_coverage.csv")
    )
    return {
        ("README.md", "found"): found(pd.read_csv(shipped / "summary.csv", keep_default_na=False)),
        ("docs/settings.md", "settings"): setting_rows(
            pd.read_csv(shipped / "evidence" / "parameter_settings.csv")
        ),
        ("docs/judging.md", "coverage"): coverage_rows(coverage),
        ("docs/judging.md", "tolerances"): _TOLERANCES + "".join(tolerance_rows()),
        ("docs/judging.md", "verdicts"): _VERDICTS
        + "".join(verdict_rows(pd.read_csv(_FIRST_RELEASE), claims)),
    }


def found(summary: pd.DataFrame) -> str:
    """The lines of the summary as a numbered list."""
    lines = []
    for number, row in enumerate(summary.itertuples(), start=1):
        why = f" *{row.why}*" if row.why else ""
        lines.append(f"{number}. **{row.topic}: {row.verdict}.** {row.finding}{why}\n")
    return "".join(lines)


def setting_rows(study: pd.DataFrame) -> str:
    """R_k/S at the last step of each setting of Adam, mean ± standard deviation over runs."""
    last = study[study["step"] == study.groupby("setting")["step"].transform("max")]
    skills = sorted(last["skill"].unique())
    lines = []
    for name, rows in last.groupby("setting", sort=False):
        of = rows.iloc[0]
        schedule = f"{of['factor']:g}, {of['every']:g}" if of["every"] > 0 else "constant"
        start = f"{name} | {of['learning_rate']:g} | {schedule} | {of['weight_decay']:g}"
        strengths = " | ".join(
            f"{row.mean:z.2f} ± {row.std:.2f}" for row in rows.sort_values("skill").itertuples()
        )
        lines.append(f"| {start} | {of['initial_std']:g} | {strengths} |\n")
    header = " | ".join(f"k = {skill}" for skill in skills), " | ".join("---" for _ in skills)
    return _SETTINGS.format(*header) + "".join(lines)


def coverage_rows(coverage: pd.DataFrame) -> str:
    """How often each interval holds the true value, by number of runs."""
    wide = coverage.pivot(index="interval", columns="runs", values="coverage")
    lines = [
        f"| {name} | {' | '.join(f'{100 * value:.0f} %' for value in row)} |\n"
        for name, row in zip(wide.index, wide.to_numpy(), strict=True)
    ]
    header = _COVERAGE.format(
        " | ".join(f"{runs} runs" for runs in wide.columns), " | ".join("---" for _ in wide.columns)
    )
    return header + "".join(lines)


def tolerance_rows() -> Iterator[str]:
    """Every tolerance with its reason."""
    for name, found in vars(tolerances).items():
        if isinstance(found, tolerances.Tolerance):
            label = name.lower().replace("_", " ")
            yield f"| {label} | {found.value:g} | {found.reason} |\n"


def verdict_rows(before: pd.DataFrame, now: pd.DataFrame) -> Iterator[str]:
    """Rows of the first release whose verdict is another now, those with one reason together.

    Raises ValueError for a changed verdict without a reason.
    """
    statuses = now.set_index("id")["status"]
    groups: dict[tuple[str, str, str], list[str]] = {}
    for row in before.itertuples():
        merged = next((new for old, new in MERGED.items() if fnmatchcase(row.id, old)), row.id)
        status = statuses.get(merged, "dropped")
        if status == row.status:
            continue
        why = next((text for key, text in REASONS.items() if fnmatchcase(row.id, key)), None)
        if why is None:
            raise ValueError(f"claim {row.id} was {row.status}, is {status}: no reason is given")
        groups.setdefault((row.status, status, why), []).append(f"`{row.id}`")
    for (old, new, why), names in groups.items():
        yield f"| {', '.join(names)} | {old} | {new} | {why} |\n"
