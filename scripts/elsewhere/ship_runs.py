"""Copy what is trained so far to results/shipped, from where the workflow takes it as done.

Results of training jobs of a preset, of this configuration and this code; others are named with the
reason and left where they are. Nothing is deleted. Run it whenever a machine may be lost.
"""

import argparse
import logging
from pathlib import Path

from emergence.cli.command import run
from emergence.config.load import ConfigError, load_config
from emergence.config.settings import of_paper, paper_names, training_settings
from emergence.jobs.packing import shards
from emergence.jobs.run_problem import run_problem
from emergence.jobs.shard_files import ShardFiles
from emergence.store.files import copy_file

parser = argparse.ArgumentParser(
    description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
)
parser.add_argument("--config", type=Path, nargs="*", default=[], help="preset files, in order")
parser.add_argument("--target", type=Path, default=Path("results/shipped"))


def main(arguments: argparse.Namespace) -> None:
    """Run the command."""
    config = load_config(arguments.config)
    for paper in paper_names(config):
        block, results = of_paper(config, paper), Path("results") / config["preset"] / paper
        for name in block["experiments"]:
            shipped, jobs = 0, shards(block, name)
            for shard in jobs:
                made, copy = (
                    ShardFiles(folder, shard) for folder in (results, arguments.target / paper)
                )
                if not made.run.exists():
                    continue
                problem = run_problem(made, training_settings(block, name))
                if problem:
                    logging.warning("left out: %s: %s", made.run, problem)
                    continue
                copy_file(made.run, copy.run)
                shipped += 1
            logging.info("%s %s: %d of %d jobs shipped", paper, name, shipped, len(jobs))


if __name__ == "__main__":
    run(parser, main, (ConfigError,))
