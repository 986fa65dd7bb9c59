"""When skills emerge in each experiment over time, and the exponent of τ_emerge(k) in k."""

import argparse
from pathlib import Path

import pandas as pd

from emergence.analysis.aggregation import read_run_table
from emergence.analysis.emergence_times import (
    emergence_exponent,
    emergence_time_table,
    run_emergence_times,
)
from emergence.cli.arguments import non_negative_number, whole_number
from emergence.cli.command import run
from emergence.config.settings_files import read_settings
from emergence.store.files import write_csv

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--settings", type=Path, nargs="+", required=True, help="of each experiment")
parser.add_argument(
    "--runs", type=Path, nargs="+", required=True, help="in the order of --settings"
)
parser.add_argument(
    "--threshold", type=non_negative_number, required=True, help="R_k/S at which skill k emerges"
)
parser.add_argument("--bootstrap-samples", type=whole_number(1), required=True)
parser.add_argument("--confidence", type=non_negative_number, required=True)
parser.add_argument("--times-output", type=Path, required=True)
parser.add_argument("--exponents-output", type=Path, required=True)


def main(arguments: argparse.Namespace) -> None:
    """Run the command."""
    if len(arguments.settings) != len(arguments.runs):
        parser.error("--runs: as many files as --settings, in their order")
    times, exponents = [], []
    for settings_file, runs_file in zip(arguments.settings, arguments.runs, strict=True):
        settings = read_settings(settings_file)
        found = run_emergence_times(settings, read_run_table(runs_file), arguments.threshold)
        times.append(emergence_time_table(settings, found))
        exponents.append(
            emergence_exponent(settings, found, arguments.bootstrap_samples, arguments.confidence)
        )
    write_csv(arguments.times_output, pd.concat(times, ignore_index=True))
    write_csv(arguments.exponents_output, pd.DataFrame(exponents))


if __name__ == "__main__":
    run(parser, main)
