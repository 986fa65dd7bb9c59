"""Read what earlier stages wrote, by the kind of file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from emergence.analysis.aggregation import read_run_table, read_summary_table
from emergence.store.files import read_csv, read_json

AGGREGATED = "aggregated"  # folder of the tables of runs and of means


def read_result(path: str | Path) -> Any:
    """A table as a DataFrame, JSON as its value.

    Tables of runs and of means must be whole and finite. Raises DamagedFile naming the file.
    """
    path = Path(path)
    if path.suffix == ".json":
        return read_json(path)
    if path.parent.name != AGGREGATED:
        return read_csv(path)
    return read_run_table(path) if path.stem.endswith("_runs") else read_summary_table(path)
