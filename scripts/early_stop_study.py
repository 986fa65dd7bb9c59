"""Train a sample of runs with and without early stop and compare what would be reported."""

import argparse
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from emergence.cli.arguments import whole_number
from emergence.cli.command import run
from emergence.config.settings_files import read_settings
from emergence.store.files import write_csv
from emergence.tasks.sparse_parity.ensembles import generate
from emergence.tasks.sparse_parity.problem import batches_in_pass
from emergence.training.engines.choice import EngineUnavailable
from emergence.training.shard import run_shard


class NothingToCompare(ValueError):
    """Settings that are missing, or without early stop."""


def case(text: str) -> tuple[str, int, int]:
    """Experiment, data set size and batch size of what is compared."""
    parts = text.split(":")
    if len(parts) != 3:
        raise argparse.ArgumentTypeError(f"{text!r} is not EXPERIMENT:D:BATCH")
    number = whole_number(1)
    return parts[0], number(parts[1]), number(parts[2])


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument(
    "--settings", type=Path, nargs="+", required=True, help="settings with early_stop set"
)
parser.add_argument("--cases", type=case, nargs="+", required=True, metavar="EXPERIMENT:D:BATCH")
parser.add_argument("--runs", type=whole_number(1), required=True, help="runs of each case")
parser.add_argument("--threads", type=whole_number(1), default=1)
parser.add_argument("--output", type=Path, required=True)


def main(arguments: argparse.Namespace) -> None:
    """Run the command."""
    found = [read_settings(path) for path in arguments.settings]
    for path, settings in zip(arguments.settings, found, strict=True):
        if settings["early_stop"] is None:
            raise NothingToCompare(
                f"{path} has early_stop null: nothing to compare; use a preset that stops early, "
                f"such as config/default.yaml"
            )
    by_name = {settings["experiment"]: settings for settings in found}
    missing = sorted({name for name, _, _ in arguments.cases} - by_name.keys())
    if missing:
        raise NothingToCompare(
            f"--cases: {missing[0]!r} is not among --settings, which are of {', '.join(by_name)}"
        )
    tables = [
        _compare(by_name[name] | {"batch_size": batch_size}, value, arguments)
        for name, value, batch_size in arguments.cases
    ]
    write_csv(arguments.output, pd.concat(tables, ignore_index=True))


def _compare(settings: dict[str, Any], value: int, arguments: argparse.Namespace) -> pd.DataFrame:
    """One row per run and skill: R_k/S at the end with and without early stop."""
    data = generate(settings, value, 0, arguments.runs)
    scale, n_skills = settings["task"]["target_scale"], settings["task"]["n_skills"]
    ends, stopped = {}, None
    for name, early_stop in (("with", settings["early_stop"]), ("without", None)):
        with tempfile.TemporaryDirectory() as folder:
            arrays, _ = run_shard(
                settings | {"early_stop": early_stop},
                value,
                0,
                data,
                Path(folder) / "checkpoint.npz",
                np.inf,
                arguments.threads,
            )
        ends[name] = arrays["skill_strength"][:, -1] / scale
        stopped = arrays["stopped_at"] if stopped is None else stopped
    return pd.DataFrame(
        {
            "experiment": settings["experiment"],
            "dataset_size": value,
            "batches": batches_in_pass(value, settings["batch_size"]),
            "run": np.repeat(np.arange(arguments.runs), n_skills),
            "skill": np.tile(np.arange(1, n_skills + 1), arguments.runs),
            "steps": settings["steps"],
            "stopped_at": np.repeat(stopped, n_skills),
            "strength_with": ends["with"].ravel(),
            "strength_without": ends["without"].ravel(),
            "difference": (ends["with"] - ends["without"]).ravel(),
        }
    )


if __name__ == "__main__":
    run(parser, main, (NothingToCompare, EngineUnavailable))
