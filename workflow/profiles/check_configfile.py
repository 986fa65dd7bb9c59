"""Check --configfile before Snakemake opens it: the profiles run this while they are read.

Snakemake shows a file that it cannot read in a traceback, and evaluates Python in one that asks
for it.
"""

import argparse
import sys
from pathlib import Path


def main() -> None:
    """Exit with one message if a file that the command line names is none to run."""
    sys.dont_write_bytecode = True  # nothing is written beside the sources
    sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "src"))
    from emergence.config.load import ConfigError, load_config, read_file

    parser = argparse.ArgumentParser(add_help=False)  # Snakemake's own has refused wrong options
    parser.add_argument("--configfile", "--configfiles", nargs="+", action="extend", default=[])
    parser.add_argument("--config", "-C", nargs="*")
    given, _ = parser.parse_known_args()
    try:
        for path in given.configfile:
            read_file(path)
        if given.configfile and not given.config:  # which may change what the files say
            load_config(given.configfile)
    except ConfigError as error:
        sys.exit(f"error: {error}")


main()
