"""Copy a preset's settings and aggregated tables to the shipped folder, with their manifest.

Its claims are kept under the preset's name, too, so that other presets can be compared with it.
"""

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
        if original.name == "claims.csv":
            kept = f"claims_{manifest['preset']}.csv"
            copy_file(original, arguments.target / "evidence" / kept)
    write_json(arguments.target / "manifest.json", shipped)


if __name__ == "__main__":
    run(parser, main)
