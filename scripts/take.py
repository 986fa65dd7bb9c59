"""Take files of another paper, or shipped ones if they are what their manifest says."""

import argparse
from pathlib import Path

from emergence.cli.arguments import json_object
from emergence.cli.command import run
from emergence.papers import lookup
from emergence.store.files import copy_file
from emergence.store.provenance import differing_keys
from emergence.verify.manifest import manifest_of_shipped

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


class OtherSettings(ValueError):
    """Shipped files are of other settings than the configuration's."""


def main(arguments: argparse.Namespace) -> None:
    """Run the command."""
    if arguments.manifest:
        manifest = manifest_of_shipped(arguments.manifest, arguments.files)
        shipped = {key: lookup(manifest["config"], key) for key in arguments.configured}
        if keys := differing_keys(shipped, arguments.configured):
            raise OtherSettings(
                f"{arguments.files[0]} was made with other values of {', '.join(keys)}, by preset "
                f"{manifest['preset']}: lay its file under the redrawing preset"
            )
    for source, target in zip(arguments.files, arguments.outputs, strict=True):
        copy_file(source, target)


if __name__ == "__main__":
    run(parser, main, (OtherSettings,))
