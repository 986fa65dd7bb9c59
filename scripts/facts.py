"""Collect what the text of the written report names and no other file holds."""

import argparse
from pathlib import Path

from emergence.cli.arguments import json_object
from emergence.cli.command import run
from emergence.papers import PaperError, load_paper
from emergence.report.facts import build_facts
from emergence.store.files import read_csv, read_json, write_json

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--paper", required=True, help="folder of the paper")
parser.add_argument("--config-json", type=json_object, required=True, help="the configuration")
parser.add_argument(
    "--protocol-json", type=json_object, required=True, help="the same of the paper's own protocol"
)
parser.add_argument("--shipped", type=Path, help="manifest of the runs, where tables were shipped")
parser.add_argument("--claims", type=Path, help="of a paper that has some")
parser.add_argument("--discrepancies", type=Path, help="of a paper that has some")
parser.add_argument("--output", type=Path, required=True)


def main(arguments: argparse.Namespace) -> None:
    """Run the command."""
    shipped = arguments.shipped
    facts = build_facts(
        paper=load_paper(Path(arguments.paper).resolve()),
        config=arguments.config_json,
        trained=read_json(shipped)["config"] if shipped else arguments.config_json,
        protocol=arguments.protocol_json,
        claims=read_csv(arguments.claims) if arguments.claims else None,
        discrepancies=read_csv(arguments.discrepancies) if arguments.discrepancies else None,
    )
    write_json(arguments.output, facts)


if __name__ == "__main__":
    run(parser, main, (PaperError,))
