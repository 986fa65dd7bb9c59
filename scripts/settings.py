"""Write one experiment's settings, all that determines the numbers of its runs; or everything."""

import argparse
import logging
from pathlib import Path

from emergence.cli.arguments import json_object
from emergence.cli.command import EXIT_USER_ERROR, run
from emergence.config.configuration_file import NoYaml, add_config_argument, read_configuration
from emergence.config.settings import training_settings
from emergence.store.files import write_json

parser = argparse.ArgumentParser(description=__doc__)
source = parser.add_mutually_exclusive_group(required=True)
source.add_argument("--json", type=json_object, help="the settings themselves (the workflow's way)")
source.add_argument("--experiment", help="name of the experiment in the configuration")
source.add_argument(
    "--whole",
    action="store_true",
    help="the whole configuration, for machines without a YAML library",
)
add_config_argument(parser)
parser.add_argument("--output", type=Path, required=True)


def main(arguments: argparse.Namespace) -> int | None:
    """Run the command."""
    if arguments.json is not None:
        settings = arguments.json
    elif arguments.whole:
        from emergence.config.load import load_config  # needs a YAML library

        settings = load_config(arguments.config)
    else:
        config = read_configuration(arguments.config, arguments.paper)
        if arguments.experiment not in config["experiments"]:
            names = ", ".join(config["experiments"])
            logging.error("error: no experiment %r; there are %s", arguments.experiment, names)
            return EXIT_USER_ERROR
        settings = training_settings(config, arguments.experiment)
    write_json(arguments.output, settings)
    return None


if __name__ == "__main__":
    run(parser, main, (NoYaml, ValueError))  # ConfigError is one
