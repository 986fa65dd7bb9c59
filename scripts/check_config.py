"""Check configuration files, laid over the default in order, before anything is run."""

import argparse
from pathlib import Path

from emergence.cli.command import run
from emergence.config.load import ConfigError, load_config

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("files", type=Path, nargs="*", help="preset files")


def main(arguments: argparse.Namespace) -> None:
    """Run the command."""
    load_config(arguments.files)


if __name__ == "__main__":
    run(parser, main, (ConfigError,))
