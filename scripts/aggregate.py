"""Join the shards of an experiment to the table of all runs and the table of means."""

import argparse
from pathlib import Path

from emergence.aggregation import run_table, summary_table
from emergence.command import run
from emergence.files import read_json, write_csv
from emergence.shards import Shard

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--settings", type=Path, required=True, help="settings of the experiment")
parser.add_argument("--shards", type=Path, nargs="+", required=True, help="results of rule train")
parser.add_argument("--runs-output", type=Path, required=True)
parser.add_argument("--summary-output", type=Path, required=True)


def main(arguments: argparse.Namespace) -> None:
    """Run the command."""
    settings = read_json(arguments.settings)
    files = [(Shard.from_path(path), path) for path in arguments.shards]
    runs = run_table(settings, files)
    write_csv(arguments.runs_output, runs)
    write_csv(arguments.summary_output, summary_table(settings["resource"], runs))


if __name__ == "__main__":
    run(parser, main)
