"""Train the shards that a results folder lacks, one after another, without Snakemake.

For a machine that is lent for a limited time: the longest shards come first, an interrupted one
leaves its checkpoint, and the same command continues. Files are named as the workflow names them.
Exit status: 0 all done, 2 an error in one line, 75 stopped by --time-limit.
"""

import argparse
import logging
import math
import time
from pathlib import Path

from emergence.cli.arguments import non_negative_number
from emergence.cli.command import EXIT_TIME_LIMIT, EXIT_USER_ERROR, run
from emergence.config.configuration_file import NoYaml, read_configuration
from emergence.config.settings import of_paper, paper_names
from emergence.jobs.missing_shards import train_missing_shards
from emergence.training.engines.choice import EngineUnavailable
from emergence.training.shard import Interrupted, Limits

parser = argparse.ArgumentParser(
    description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
)
parser.add_argument(
    "--config",
    type=Path,
    nargs="+",
    default=[],
    help="preset files, in order, or one JSON file of scripts/settings.py --whole",
)
parser.add_argument("--experiments", nargs="+", metavar="NAME", help="default: all")
parser.add_argument("--time-limit", type=non_negative_number, default=math.inf, help="seconds")


def main(arguments: argparse.Namespace) -> int | None:
    """Run the command."""
    deadline = time.monotonic() + arguments.time_limit
    try:
        config = read_configuration(arguments.config)
    except ValueError as error:  # a ConfigError: naming it would need the YAML library
        logging.error("error: %s", error)
        return EXIT_USER_ERROR
    papers = {paper: of_paper(config, paper) for paper in paper_names(config)}
    known = {name for paper in papers.values() for name in paper["experiments"]}
    unknown = [name for name in arguments.experiments or () if name not in known]
    if unknown:
        allowed = ", ".join(sorted(known))
        logging.error("error: no experiment %s; known: %s", ", ".join(unknown), allowed)
        return EXIT_USER_ERROR
    names = ("threads", "gpu_memory_mb", "checkpoint_seconds")
    limits = Limits(*(config["training"][name] for name in names), deadline)
    results = Path("results") / config["preset"]
    failed = left = 0
    for paper, of_it in papers.items():
        wanted = arguments.experiments or known
        outcome = train_missing_shards(
            of_it,
            [name for name in of_it["experiments"] if name in wanted],
            results / paper,
            limits,
        )
        logging.info("%s: shards: %d done, %d failed, %d left", paper, *vars(outcome).values())
        failed, left = failed + outcome.failed, left + outcome.left
    if failed:
        return EXIT_USER_ERROR
    return EXIT_TIME_LIMIT if left else None


if __name__ == "__main__":
    run(parser, main, (EngineUnavailable, Interrupted, NoYaml))
