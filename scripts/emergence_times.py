"""When skills emerge in each experiment over time, and the exponent of τ_emerge(k) in k."""

import argparse
from pathlib import Path

import pandas as pd

from emergence.command import run
from emergence.emergence_times import emergence_exponent, emergence_time_table, run_emergence_times
from emergence.files import read_csv, read_json, write_csv

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--settings", type=Path, nargs="+", required=True, help="of each experiment")
parser.add_argument(
    "--runs", type=Path, nargs="+", required=True, help="in the order of --settings"
)
parser.add_argument("--threshold", type=float, required=True, help="R_k/S at which skill k emerges")
parser.add_argument("--bootstrap-samples", type=int, required=True)
parser.add_argument("--confidence", type=float, required=True)
parser.add_argument("--times-output", type=Path, required=True)
parser.add_argument("--exponents-output", type=Path, required=True)


def main(arguments: argparse.Namespace) -> None:
    """Run the command."""
    times, exponents = [], []
    for settings_file, runs_file in zip(arguments.settings, arguments.runs, strict=True):
        settings = read_json(settings_file)
        found = run_emergence_times(settings, read_csv(runs_file), arguments.threshold)
        times.append(emergence_time_table(settings, found))
        exponents.append(
            emergence_exponent(settings, found, arguments.bootstrap_samples, arguments.confidence)
        )
    write_csv(arguments.times_output, pd.concat(times, ignore_index=True))
    write_csv(arguments.exponents_output, pd.DataFrame(exponents))


if __name__ == "__main__":
    run(parser, main)
