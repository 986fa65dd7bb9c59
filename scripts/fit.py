"""Fit one calibration constant on n_s = 1 runs, with a bootstrap interval."""

import argparse
from pathlib import Path

from emergence.analysis.aggregation import read_run_table
from emergence.analysis.fitting import calibrate
from emergence.cli.arguments import non_negative_number, whole_number
from emergence.cli.command import run
from emergence.config.settings_files import read_settings
from emergence.store.files import write_json

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--settings", type=Path, required=True, help="settings of the experiment")
parser.add_argument("--runs", type=Path, required=True, help="table of all runs")
parser.add_argument("--bootstrap-samples", type=whole_number(1), required=True)
parser.add_argument("--confidence", type=non_negative_number, required=True)
parser.add_argument("--output", type=Path, required=True)


def main(arguments: argparse.Namespace) -> None:
    """Run the command."""
    fitted = calibrate(
        read_settings(arguments.settings),
        read_run_table(arguments.runs),
        arguments.bootstrap_samples,
        arguments.confidence,
    )
    write_json(arguments.output, fitted)


if __name__ == "__main__":
    run(parser, main, (ValueError,))
