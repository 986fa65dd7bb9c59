"""Write one experiment's settings: all that determines the numbers of its runs."""

import argparse
import json
from pathlib import Path

from emergence.command import run
from emergence.config import load_config
from emergence.experiments import training_settings
from emergence.files import write_json

parser = argparse.ArgumentParser(description=__doc__)
source = parser.add_mutually_exclusive_group(required=True)
source.add_argument("--json", help="the settings themselves (the workflow's way)")
source.add_argument("--experiment", help="name of the experiment in the configuration")
parser.add_argument("--config", type=Path, nargs="*", default=[], help="preset files, in order")
parser.add_argument("--output", type=Path, required=True)


def main(arguments: argparse.Namespace) -> None:
    """Run the command."""
    if arguments.json:
        settings = json.loads(arguments.json)
    else:
        settings = training_settings(load_config(arguments.config), arguments.experiment)
    write_json(arguments.output, settings)


run(parser, main)
