"""Generated parts of documents: what was found, tolerances, coverage."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from paper.nam2024.claims import tolerances

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
    coverage = pd.read_csv(shipped / "fits" / "interval_coverage.csv")
    return {
        ("README.md", "found"): found(pd.read_csv(shipped / "summary.csv", keep_default_na=False)),
        ("docs/settings.md", "settings"): setting_rows(
            pd.read_csv(shipped / "evidence" / "parameter_settings.csv")
        ),
        ("docs/judging.md", "coverage"): coverage_rows(coverage),
        ("docs/judging.md", "tolerances"): _TOLERANCES + "".join(tolerance_rows()),
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
