"""Take files of another paper, or shipped ones if they are what their manifest says."""

import argparse
import logging
from pathlib import Path

from emergence.cli.arguments import json_object
from emergence.cli.command import run
from emergence.papers import lookup
from emergence.store.files import copy_file, read_json
from emergence.store.provenance import differing_keys
from emergence.verify.manifest import manifest_of_shipped

# Of an experiment's settings these say what was asked; other keys say how much of it was run.
QUESTION = ("architecture", "resource", "task")

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--manifest", type=Path, help="manifest of the files, if they are shipped")
parser.add_argument("--files", type=Path, nargs="+", required=True)
parser.add_argument("--outputs", type=Path, nargs="+", required=True, help="as many as files")
parser.add_argument(
    "--configured",
    type=json_object,
    default="{}",
    metavar="JSON",
    help="values by key of the configuration that the shipped files must have been made with",
)
parser.add_argument(
    "--settings",
    type=Path,
    help="settings of shipped runs, to be compared with --configured: they must ask the same, and "
    "may differ in how much of it was run",
)


class OtherSettings(ValueError):
    """Shipped files are of other settings than the configuration's."""


def main(arguments: argparse.Namespace) -> None:
    """Run the command."""
    if arguments.manifest:
        manifest = manifest_of_shipped(arguments.manifest, arguments.files)
        if arguments.settings:
            shipped = read_json(arguments.settings)
        else:
            shipped = {key: lookup(manifest["config"], key) for key in arguments.configured}
        keys = differing_keys(shipped, arguments.configured)
        refused = [k for k in keys if not arguments.settings or k.split(".")[0] in QUESTION]
        if refused:
            raise OtherSettings(
                f"{arguments.files[0]} was made with other values of {', '.join(refused)}, by "
                f"preset {manifest['preset']}: lay its file under the redrawing preset"
            )
        if keys:
            logging.info("%s has its own %s", arguments.files[0], ", ".join(keys))
    for source, target in zip(arguments.files, arguments.outputs, strict=True):
        copy_file(source, target)


if __name__ == "__main__":
    run(parser, main, (OtherSettings,))
