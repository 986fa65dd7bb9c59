"""Predict an experiment's curves from a calibration constant and compare where skills emerge."""

import argparse
from pathlib import Path

from emergence.analysis.aggregation import read_run_table, read_summary_table
from emergence.analysis.fitting import emergence_table, prediction_table
from emergence.cli.arguments import non_negative_number, whole_number
from emergence.cli.command import run
from emergence.config.settings_files import read_settings
from emergence.store.files import read_json, write_csv

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--settings", type=Path, required=True, help="settings of the experiment")
parser.add_argument("--calibration", type=Path, required=True, help="output of rule fit")
parser.add_argument("--runs", type=Path, required=True, help="table of all runs")
parser.add_argument("--summary", type=Path, required=True, help="table of means")
parser.add_argument(
    "--levels", type=non_negative_number, nargs="+", required=True, help="levels of R_k/S"
)
parser.add_argument("--bootstrap-samples", type=whole_number(1), required=True)
parser.add_argument(
    "--confidence", type=non_negative_number, required=True, help="of the bootstrap intervals"
)
parser.add_argument("--curves-output", type=Path, required=True)
parser.add_argument("--emergence-output", type=Path, required=True)


def main(arguments: argparse.Namespace) -> None:
    """Run the command."""
    settings, calibration = read_settings(arguments.settings), read_json(arguments.calibration)
    curves = prediction_table(settings, read_summary_table(arguments.summary), calibration)
    runs = read_run_table(arguments.runs)
    write_csv(arguments.curves_output, curves)
    emergence = emergence_table(
        settings,
        runs,
        calibration,
        arguments.levels,
        arguments.bootstrap_samples,
        arguments.confidence,
    )
    write_csv(arguments.emergence_output, emergence)


if __name__ == "__main__":
    run(parser, main)
