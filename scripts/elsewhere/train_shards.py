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

from emergence.cli.arguments import non_negative_number, whole_number
from emergence.cli.command import EXIT_TIME_LIMIT, EXIT_USER_ERROR, run
from emergence.config.configuration_file import NoYaml, add_config_argument, read_configuration
from emergence.jobs.missing_shards import train_missing_shards
from emergence.training.engines.choice import EngineUnavailable
from emergence.training.shard import Interrupted

parser = argparse.ArgumentParser(
    description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
)
add_config_argument(parser)
parser.add_argument("--experiments", nargs="+", metavar="NAME", help="default: all")
parser.add_argument("--results", type=Path, help="default: results/{preset}")
parser.add_argument("--time-limit", type=non_negative_number, default=math.inf, help="seconds")
parser.add_argument(
    "--checkpoint-seconds",
    type=non_negative_number,
    help="0: at every check; default: the configuration's",
)
parser.add_argument("--threads", type=whole_number(1), help="default: the configuration's")


def main(arguments: argparse.Namespace) -> int | None:
    """Run the command."""
    deadline = time.monotonic() + arguments.time_limit
    try:
        config = read_configuration(arguments.config)
    except ValueError as error:  # a ConfigError: naming it would need the YAML library
        logging.error("error: %s", error)
        return EXIT_USER_ERROR
    names = arguments.experiments or list(config["experiments"])
    unknown = [name for name in names if name not in config["experiments"]]
    if unknown:
        known = ", ".join(config["experiments"])
        logging.error("error: no experiment %s; known: %s", ", ".join(unknown), known)
        return EXIT_USER_ERROR
    training = config["training"]
    checkpoint_seconds = arguments.checkpoint_seconds
    if checkpoint_seconds is None:  # 0 is a choice, too
        checkpoint_seconds = training["checkpoint_seconds"]
    outcome = train_missing_shards(
        config,
        names,
        arguments.results or Path("results") / config["preset"],
        deadline,
        checkpoint_seconds,
        arguments.threads or training["threads"],
        training["gpu_memory_mb"],
    )
    logging.info("shards: %d done, %d failed, %d left", *vars(outcome).values())
    if outcome.failed:
        return EXIT_USER_ERROR
    return EXIT_TIME_LIMIT if outcome.left else None


if __name__ == "__main__":
    run(parser, main, (EngineUnavailable, Interrupted, NoYaml))
