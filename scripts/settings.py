"""Write one experiment's settings, all that determines the numbers of its runs; or everything."""

import argparse
from pathlib import Path

from emergence.cli.arguments import json_object
from emergence.cli.command import run
from emergence.config.load import ConfigError, load_config
from emergence.store.files import write_json

parser = argparse.ArgumentParser(description=__doc__)
source = parser.add_mutually_exclusive_group(required=True)
source.add_argument("--json", type=json_object, help="the settings themselves (the workflow's way)")
source.add_argument(
    "--whole",
    action="store_true",
    help="the whole configuration, for machines without a YAML library",
)
parser.add_argument("--config", type=Path, nargs="*", default=[], help="preset files, in order")
parser.add_argument("--output", type=Path, required=True)


def main(arguments: argparse.Namespace) -> None:
    """Run the command."""
    whole = load_config(arguments.config) if arguments.whole else arguments.json
    write_json(arguments.output, whole)


if __name__ == "__main__":
    run(parser, main, (ConfigError,))
