"""A short summary of what a check found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from emergence.bench.gpu.parts import Part, Row

_NUMBER = "{:.4g}".format


def succeeded(parts: Iterable[Part]) -> bool:
    """Whether all parts are finished, nothing failed, and every check passed."""
    return all(
        part.finished and not part.errors and all(row.get("passed", True) for row in part.rows)
        for part in parts
    )


def summary(parts: Mapping[str, Part], goals: Sequence[Row]) -> str:
    """A few tables as text: what was found, what failed, and the goals last."""
    blocks = []
    for row in parts["machine"].rows:
        blocks.append(", ".join(f"{key} {value}" for key, value in row.items()))
    blocks.append(_checks(parts["checks"]))
    floors = {(r.get("shape"), r.get("method")): r for r in parts["floors"].rows}
    steps = [
        row
        | {
            "times_larger_floor": floors.get((row["shape"], row.get("method")), {}).get(
                "times_larger_floor"
            )
        }
        for row in parts["steps"].rows
    ]
    columns = ["shape", "n_runs", "method", "ms_per_run_step", "times_faster_than_plain"]
    columns += ["times_larger_floor", "measure_ms"]
    blocks.append(_table("Time of a step of one run", steps, columns))
    columns = ["experiment", "case", "step_seconds", "hours_per_run"]
    blocks.append(_table("Transformers", parts["transformer"].rows, columns))
    columns = ["engine", "case", "jobs", "hours"]
    blocks.append(_table("Projected, jobs in turn", _with_totals(parts["projection"]), columns))
    errors = [line for part in parts.values() for line in part.errors]
    if errors:
        blocks.append("\n".join(["Failed:", *errors]))
    columns = ["what", "measured", "needed", "aim", "reached", "aim_reached"]
    engine = goals[0]["engine"] if goals else ""
    blocks.append(_table(f"To be reached, engine {engine}", goals, columns))
    return "\n\n".join(block for block in blocks if block)


def _with_totals(part: Part) -> list[Row]:
    """The hours of experiments, and per engine their sum where none is missing."""
    rows = list(part.rows)
    for engine in sorted({row["engine"] for row in rows}):
        own = [row for row in part.rows if row["engine"] == engine]
        if part.finished and not any(row.get("error") for row in own):
            totals = {key: sum(row[key] for row in own) for key in ("jobs", "hours")}
            rows.append({"engine": engine, "case": "total", **totals})
    return rows


def _checks(part: Part) -> str:
    rows = [row for row in part.rows if "passed" in row]
    lines = []
    for engine in sorted({row["engine"] for row in rows}):
        own = [row for row in rows if row["engine"] == engine]
        failed = [row for row in own if not row["passed"]]
        lines.append(f"Checks of {engine}: {len(own) - len(failed)} of {len(own)} passed")
        for row in failed:
            lines.append(
                f"  not passed: {row['case']}, {row['check']}: {row['deviation']} > {row['bound']}"
            )
    return "\n".join(lines)


def _table(title: str, rows: Sequence[Row], columns: Sequence[str]) -> str:
    rows = [row for row in rows if not row.get("error")]
    if not rows:
        return ""
    table = pd.DataFrame(rows).reindex(columns=columns)
    return f"{title}\n{table.to_string(index=False, float_format=_NUMBER, na_rep='-')}"
