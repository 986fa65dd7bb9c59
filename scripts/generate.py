"""Draw what is drawn once per run: sparse bits and fixed training sets."""

import argparse
from pathlib import Path

from emergence.cli.arguments import whole_number
from emergence.cli.command import run
from emergence.config.settings import read_settings
from emergence.jobs.shard_files import write_data

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--settings", type=Path, required=True, help="settings of the experiment")
parser.add_argument(
    "--value", type=whole_number(1), required=True, help="swept value: width or data set size"
)
parser.add_argument("--first-run", type=whole_number(0), required=True)
parser.add_argument("--runs", type=whole_number(1), required=True, help="number of runs")
parser.add_argument("--output", type=Path, required=True)


def main(arguments: argparse.Namespace) -> None:
    """Run the command."""
    settings = read_settings(arguments.settings)
    write_data(arguments.output, settings, arguments.value, arguments.first_run, arguments.runs)


if __name__ == "__main__":
    run(parser, main)
