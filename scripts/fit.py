"""Fit one calibration constant on n_s = 1 runs, with a bootstrap interval."""

import argparse
from pathlib import Path

from emergence.command import run
from emergence.files import read_csv, read_json, write_json
from emergence.fitting import calibrate

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--settings", type=Path, required=True, help="settings of the experiment")
parser.add_argument("--runs", type=Path, required=True, help="table of all runs")
parser.add_argument("--bootstrap-samples", type=int, required=True)
parser.add_argument("--confidence", type=float, required=True)
parser.add_argument("--output", type=Path, required=True)


def main(arguments: argparse.Namespace) -> None:
    """Run the command."""
    fitted = calibrate(
        read_json(arguments.settings),
        read_csv(arguments.runs),
        arguments.bootstrap_samples,
        arguments.confidence,
    )
    write_json(arguments.output, fitted)


if __name__ == "__main__":
    run(parser, main, (ValueError,))
