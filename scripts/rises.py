"""Fit a sigmoid and an exponential to every rise of an experiment over time (Fig. 12)."""

import argparse
from pathlib import Path

from emergence.analysis.aggregation import read_run_table
from emergence.analysis.rise_shape import fit_rises
from emergence.cli.arguments import non_negative_number
from emergence.cli.command import run
from emergence.config.settings_files import read_settings
from emergence.store.files import write_csv

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--settings", type=Path, required=True, help="settings of the experiment")
parser.add_argument("--runs", type=Path, required=True, help="table of all runs")
parser.add_argument(
    "--saturation", type=non_negative_number, required=True, help="R_k/S that a rise must pass"
)
parser.add_argument("--fits-output", type=Path, required=True)
parser.add_argument("--curves-output", type=Path, required=True)


def main(arguments: argparse.Namespace) -> None:
    """Run the command."""
    settings, runs = read_settings(arguments.settings), read_run_table(arguments.runs)
    rises = fit_rises(settings, runs, arguments.saturation)
    write_csv(arguments.fits_output, rises.fits)
    write_csv(arguments.curves_output, rises.curves)


if __name__ == "__main__":
    run(parser, main)
