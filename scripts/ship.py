"""Copy a preset's settings and aggregated tables to the shipped folder, with their manifest."""

import argparse
from pathlib import Path

from emergence.cli.command import run
from emergence.store.files import copy_file, read_json, write_json
from emergence.verify.manifest import shipped_manifest

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--manifest", type=Path, required=True, help="manifest of the preset")
parser.add_argument("--files", type=Path, nargs="+", required=True, help="beside the manifest")
parser.add_argument("--target", type=Path, required=True, help="the shipped folder")


def main(arguments: argparse.Namespace) -> None:
    """Run the command."""
    manifest = read_json(arguments.manifest)
    folder = arguments.manifest.parent
    copies = {arguments.target / path.relative_to(folder): path for path in arguments.files}
    shipped = shipped_manifest(manifest, copies)
    for copy, original in copies.items():
        copy_file(original, copy)
    write_json(arguments.target / "manifest.json", shipped)


if __name__ == "__main__":
    run(parser, main)
