"""Measure how much learning the first skill speeds up the others, in runs of several settings."""

import argparse
from pathlib import Path

import pandas as pd

from emergence.analysis.feature_sharing import gradient_growth
from emergence.cli.arguments import non_negative_number, whole_number
from emergence.cli.command import run
from emergence.config.settings_files import read_settings
from emergence.store.files import write_csv

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--settings", type=Path, nargs="+", required=True, help="of each experiment")
parser.add_argument(
    "--widths", type=whole_number(1), nargs="+", required=True, help="in the order of --settings"
)
parser.add_argument("--runs", type=whole_number(1), required=True, help="runs of each experiment")
parser.add_argument(
    "--level", type=non_negative_number, required=True, help="R_1/S at which skill 1 is learned"
)
parser.add_argument("--threads", type=whole_number(1), default=1)
parser.add_argument("--output", type=Path, required=True)


def main(arguments: argparse.Namespace) -> None:
    """Run the command."""
    tables = []
    for file, width in zip(arguments.settings, arguments.widths, strict=True):
        settings = read_settings(file)
        for number in range(arguments.runs):
            found = gradient_growth(settings, width, number, arguments.level, arguments.threads)
            found.insert(1, "width", width)
            found.insert(2, "skill_bits", settings["task"]["skill_bits"])
            found.insert(3, "target_scale", settings["task"]["target_scale"])
            found.insert(4, "batch_size", settings["batch_size"])
            tables.append(found)
    write_csv(arguments.output, pd.concat(tables, ignore_index=True))


if __name__ == "__main__":
    run(parser, main)
