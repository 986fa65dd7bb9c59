"""Write one experiment's settings, all that determines the numbers of its runs; or everything."""

import argparse
import logging
from pathlib import Path

from emergence.cli.arguments import json_object
from emergence.cli.command import EXIT_USER_ERROR, run
from emergence.config.settings import of_paper, paper_names, training_settings
from emergence.store.files import write_json

parser = argparse.ArgumentParser(description=__doc__)
source = parser.add_mutually_exclusive_group(required=True)
source.add_argument("--json", type=json_object, help="the settings themselves (the workflow's way)")
source.add_argument("--experiment", metavar="PAPER/NAME", help="of the configuration")
source.add_argument(
    "--whole",
    action="store_true",
    help="the whole configuration, for machines without a YAML library",
)
parser.add_argument("--config", type=Path, nargs="*", default=[], help="preset files, in order")
parser.add_argument("--output", type=Path, required=True)


def main(arguments: argparse.Namespace) -> int | None:
    """Run the command."""
    if arguments.json is not None:
        settings = arguments.json
    else:
        # Only here: machines that only train need not have a YAML library.
        from emergence.config.load import ConfigError, load_config

        try:
            config = load_config(arguments.config)
        except ConfigError as error:
            logging.error("error: %s", error)
            return EXIT_USER_ERROR
        if arguments.whole:
            write_json(arguments.output, config)
            return None
        paper, _, name = arguments.experiment.partition("/")
        known = [f"{p}/{e}" for p in paper_names(config) for e in config[p]["experiments"]]
        if arguments.experiment not in known:
            names = ", ".join(known)
            logging.error("error: no experiment %r; there are %s", arguments.experiment, names)
            return EXIT_USER_ERROR
        settings = training_settings(of_paper(config, paper), name)
    write_json(arguments.output, settings)
    return None


if __name__ == "__main__":
    run(parser, main)
