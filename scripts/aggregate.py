"""Join the shards of an experiment to the table of all runs and the table of means."""

import argparse
from pathlib import Path

from emergence.analysis.aggregation import run_table, summary_table
from emergence.cli.arguments import json_object, whole_number
from emergence.cli.command import run
from emergence.config.settings import read_settings
from emergence.store.files import write_csv
from emergence.store.shards import value_shards

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--settings", type=Path, required=True, help="settings of the experiment")
parser.add_argument("--shards", type=Path, required=True, help="folder of rule train's results")
parser.add_argument("--runs", type=whole_number(1), required=True, help="runs of each swept value")
parser.add_argument(
    "--runs-per-job",
    type=json_object,
    required=True,
    metavar="JSON",
    help="runs in a full job by swept value",
)
parser.add_argument("--runs-output", type=Path, required=True)
parser.add_argument("--summary-output", type=Path, required=True)


def main(arguments: argparse.Namespace) -> None:
    """Run the command."""
    settings = read_settings(arguments.settings)
    shards = [
        shard
        for value, size in arguments.runs_per_job.items()
        for shard in value_shards(settings["experiment"], int(value), arguments.runs, size)
    ]
    runs = run_table(settings, [(s, arguments.shards / f"{s.name}.npz") for s in shards])
    write_csv(arguments.runs_output, runs)
    write_csv(arguments.summary_output, summary_table(settings, runs))


if __name__ == "__main__":
    run(parser, main)
