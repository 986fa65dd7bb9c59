"""Join the shards of an experiment to the table of all runs and the table of means."""

import argparse
from pathlib import Path

from emergence.aggregation import run_table, summary_table
from emergence.command import run
from emergence.files import read_json, write_csv
from emergence.shards import value_shards

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--settings", type=Path, required=True, help="settings of the experiment")
parser.add_argument("--shards", type=Path, required=True, help="folder of rule train's results")
parser.add_argument("--runs", type=int, required=True, help="runs of each swept value")
parser.add_argument(
    "--runs-per-job",
    nargs="+",
    required=True,
    metavar="VALUE:RUNS",
    help="runs in a full job of each swept value",
)
parser.add_argument("--runs-output", type=Path, required=True)
parser.add_argument("--summary-output", type=Path, required=True)


def main(arguments: argparse.Namespace) -> None:
    """Run the command."""
    settings = read_json(arguments.settings)
    sizes = [tuple(map(int, item.split(":"))) for item in arguments.runs_per_job]
    shards = [
        shard
        for value, size in sizes
        for shard in value_shards(settings["experiment"], value, arguments.runs, size)
    ]
    runs = run_table(settings, [(s, arguments.shards / f"{s.name}.npz") for s in shards])
    write_csv(arguments.runs_output, runs)
    write_csv(arguments.summary_output, summary_table(settings["resource"], runs))


if __name__ == "__main__":
    run(parser, main)
