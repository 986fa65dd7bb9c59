"""Take one experiment's shipped tables, if they are what the shipped manifest says."""

import argparse
import logging
from pathlib import Path

from emergence.cli.arguments import json_object
from emergence.cli.command import run
from emergence.store.files import copy_file, read_json
from emergence.store.provenance import differing_keys
from emergence.verify.manifest import manifest_of_shipped

# These say what was asked; other keys say how much of it was run.
QUESTION = ("architecture", "resource", "task")

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--manifest", type=Path, required=True, help="manifest of the shipped files")
parser.add_argument(
    "--configured", type=json_object, required=True, metavar="JSON", help="settings in this preset"
)
for name in ("settings", "runs", "summary"):
    parser.add_argument(f"--{name}", type=Path, required=True, help="shipped file")
    parser.add_argument(f"--{name}-output", type=Path, required=True, help="where it is taken")


class OtherExperiment(ValueError):
    """Shipped runs answer another question than the configuration asks."""


def main(arguments: argparse.Namespace) -> None:
    """Run the command."""
    copies = {
        arguments.settings: arguments.settings_output,
        arguments.runs: arguments.runs_output,
        arguments.summary: arguments.summary_output,
    }
    manifest = manifest_of_shipped(arguments.manifest, copies)
    _compare(read_json(arguments.settings), arguments.configured, manifest["preset"])
    for source, target in copies.items():
        copy_file(source, target)


def _compare(shipped: dict, configured: dict, preset: str) -> None:
    """Refuse another question; mention what else differs. Later stages use the shipped settings."""
    keys = differing_keys(shipped, configured)
    asked = [key for key in keys if key.split(".")[0] in QUESTION]
    experiment = shipped["experiment"]
    if asked:
        raise OtherExperiment(
            f"the shipped runs of {experiment} have other values of {', '.join(asked)} than this "
            f"configuration; they are of preset {preset}: lay its file under the redrawing preset's"
        )
    if keys:
        logging.info("%s: shipped runs have their own %s", experiment, ", ".join(keys))


if __name__ == "__main__":
    run(parser, main, (OtherExperiment,))
