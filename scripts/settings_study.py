"""Join the runs of a settings study to one table of means: setting, step, skill."""

import argparse
from pathlib import Path

import pandas as pd

from emergence.analysis.aggregation import read_run_table
from emergence.cli.arguments import whole_number
from emergence.cli.command import run
from emergence.config.settings_files import read_settings
from emergence.store.files import DamagedFile, write_csv

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--settings", type=Path, nargs="+", required=True)
parser.add_argument(
    "--runs", type=Path, nargs="+", required=True, help="in the order of --settings"
)
parser.add_argument(
    "--every", type=whole_number(1), required=True, help="steps between rows of the table"
)
parser.add_argument("--output", type=Path, required=True)


def _kept(step: pd.Series, every: int) -> pd.Series:
    """Whether a step is a positive multiple of `every`; refuses a study that measures none."""
    kept = (step > 0) & (step % every == 0)
    if not kept.any():
        raise DamagedFile(f"no run is measured at a multiple of --every {every}")
    return kept


def main(arguments: argparse.Namespace) -> None:
    """Run the command."""
    if len(arguments.settings) != len(arguments.runs):
        parser.error("--runs: as many files as --settings, in their order")
    parts = []
    for settings_file, runs_file in zip(arguments.settings, arguments.runs, strict=True):
        settings, runs = read_settings(settings_file), read_run_table(runs_file)
        groups = runs[_kept(runs["step"], arguments.every)].groupby(["step", "skill"])["strength"]
        table = groups.agg(mean="mean", std="std", n="count").reset_index()
        for column, key in enumerate(("learning_rate", "weight_decay", "initial_std")):
            table.insert(column, key, settings[key])
        table.insert(0, "setting", settings["experiment"].removeprefix("study_"))
        parts.append(table)
    write_csv(arguments.output, pd.concat(parts, ignore_index=True))


if __name__ == "__main__":
    run(parser, main)
