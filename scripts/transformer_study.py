"""Join pilots of the transformer to one table of emergence times and exponents."""

import argparse
from pathlib import Path

import pandas as pd

from emergence.analysis.aggregation import read_run_table
from emergence.analysis.emergence_times import emergence_exponent, run_emergence_times
from emergence.cli.arguments import non_negative_number, whole_number
from emergence.cli.command import run
from emergence.config.settings_files import read_settings
from emergence.store.files import write_csv

TASK_KEYS = ("n_skills", "skill_bits", "sparse_bits", "data_exponent", "target_scale")
KEYS = ("heads", "mlp_factor", "batch_size", "learning_rate", "precision", "steps", "root_seed")
RESULT_KEYS = ("expected", "exponent", "low", "high", "confidence", "skills", "runs")

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--settings", type=Path, nargs="+", required=True, help="of each pilot")
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
    times, exponents = [], []
    for settings_file, runs_file in zip(arguments.settings, arguments.runs, strict=True):
        settings, runs = read_settings(settings_file), read_run_table(runs_file)
        found = run_emergence_times(settings, runs, arguments.threshold)
        times.append(found)
        exponent = emergence_exponent(
            settings, found, arguments.bootstrap_samples, arguments.confidence
        )
        width = int(runs["value"].iloc[0])
        task = settings["task"]
        n_tokens = task["n_skills"] + task["skill_bits"]
        exponents.append(
            {
                "experiment": settings["experiment"],
                "width": width,
                **{key: task[key] for key in TASK_KEYS},
                **{key: settings[key] for key in KEYS},
                "stability_fraction": settings["learning_rate"] * width * n_tokens / 1.9,
                **{key: exponent[key] for key in RESULT_KEYS},
            }
        )
    write_csv(arguments.times_output, pd.concat(times, ignore_index=True))
    write_csv(arguments.exponents_output, pd.DataFrame(exponents))


if __name__ == "__main__":
    run(parser, main)
