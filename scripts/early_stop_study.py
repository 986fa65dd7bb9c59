"""Train a sample of runs with and without early stop and compare what would be reported."""

import argparse
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from emergence.arguments import whole_number
from emergence.command import run
from emergence.experiments import generate
from emergence.files import write_csv
from emergence.settings_files import read_settings
from emergence.training.engines import EngineUnavailable
from emergence.training.shard import run_shard

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--settings", type=Path, required=True, help="settings with early_stop set")
parser.add_argument(
    "--values", type=whole_number(1), nargs="+", required=True, help="data set sizes"
)
parser.add_argument("--runs", type=whole_number(1), required=True, help="runs of each size")
parser.add_argument("--threads", type=whole_number(1), default=1)
parser.add_argument("--output", type=Path, required=True)


class NothingToCompare(ValueError):
    """Settings without early stop."""


def main(arguments: argparse.Namespace) -> None:
    """Run the command."""
    settings = read_settings(arguments.settings)
    if settings["early_stop"] is None:
        raise NothingToCompare(
            f"{arguments.settings} has early_stop null: nothing to compare; use a preset that "
            f"stops early, such as config/default.yaml"
        )
    tables = [_compare(settings, value, arguments) for value in arguments.values]
    write_csv(arguments.output, pd.concat(tables, ignore_index=True))


def _compare(settings: dict, value: int, arguments: argparse.Namespace) -> pd.DataFrame:
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
            "dataset_size": value,
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
