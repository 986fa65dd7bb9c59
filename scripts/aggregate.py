"""Join the shards of an experiment to the table of all runs and the table of means."""

import argparse
from pathlib import Path

from emergence.aggregation import run_table, summary_table
from emergence.command import run
from emergence.files import write_csv
from emergence.settings_files import read_settings
from emergence.shards import Shard


def shard_file(text: str) -> tuple[Shard, Path]:
    """A result of rule train and what its name says about it."""
    try:
        return Shard.from_path(text), Path(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"{text} is no result of rule train: .../EXPERIMENT/VALUE/FIRST-LAST.npz"
        ) from error


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--settings", type=Path, required=True, help="settings of the experiment")
parser.add_argument(
    "--shards", type=shard_file, nargs="+", required=True, help="results of rule train"
)
parser.add_argument("--runs-output", type=Path, required=True)
parser.add_argument("--summary-output", type=Path, required=True)


def main(arguments: argparse.Namespace) -> None:
    """Run the command."""
    settings = read_settings(arguments.settings)
    runs = run_table(settings, arguments.shards)
    write_csv(arguments.runs_output, runs)
    write_csv(arguments.summary_output, summary_table(settings["resource"], runs))


if __name__ == "__main__":
    run(parser, main)
