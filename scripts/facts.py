"""Collect what the text of the PDF names and no other file holds."""

import argparse
from pathlib import Path

from emergence.cli.arguments import json_object
from emergence.cli.command import run
from emergence.report.facts import build_facts
from emergence.store.files import read_json, write_json

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--config-json", type=json_object, required=True, help="the configuration")
parser.add_argument(
    "--shipped-manifest", type=Path, help="manifest of the runs, where tables were shipped"
)
parser.add_argument("--results", type=Path, required=True, help="results folder of the preset")
parser.add_argument(
    "--exhibits-json",
    type=json_object,
    required=True,
    help="figures and tables: kind, rule, module, files",
)
parser.add_argument("--caption", nargs=2, action="append", metavar=("KIND", "RST"), default=[])
parser.add_argument("--output", type=Path, required=True)


def main(arguments: argparse.Namespace) -> None:
    """Run the command."""
    config = arguments.config_json
    shipped = arguments.shipped_manifest
    facts = build_facts(
        config=config,
        trained=read_json(shipped)["config"] if shipped else config,
        results=arguments.results,
        exhibits=arguments.exhibits_json,
        templates={kind: Path(path).read_text("utf-8") for kind, path in arguments.caption},
    )
    write_json(arguments.output, facts)


if __name__ == "__main__":
    run(parser, main)
