"""Delete what the workflow wrote for one preset: its results folder, checkpoints included."""

import argparse
import logging
import shutil
from pathlib import Path

from emergence.cli.command import run

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--results", type=Path, required=True, help="results folder of the preset")
parser.add_argument("--locks", type=Path, help="folder of Snakemake's locks: files in use are kept")


class InUse(RuntimeError):
    """A running workflow writes to the folder."""


def main(arguments: argparse.Namespace) -> None:
    """Run the command."""
    results = arguments.results
    locks = arguments.locks.glob("*") if arguments.locks else ()
    if any(f"{results}/" in lock.read_text() for lock in locks if lock.is_file()):
        raise InUse(
            f"{results} is in use by a running workflow; if it was killed: snakemake --unlock"
        )
    if not results.exists():
        logging.info("%s does not exist: nothing to delete", results)
        return
    for path in results.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    if not results.is_symlink():  # a link to another disk stays, empty
        results.rmdir()
    logging.info("deleted %s", results)


if __name__ == "__main__":
    run(parser, main, (InUse,))
