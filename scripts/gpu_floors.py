"""The least time of a training on a card, computed from its published rates: nothing is measured.

For each two-layer experiment and swept value: operations and bytes of a step, the floors they set,
and the hours of all runs' steps at the larger one, to --output; with --document a table of them
into the part `floors` of a Markdown file.
"""

import argparse
from pathlib import Path

import pandas as pd

from emergence.bench.gpu.floors import PUBLISHED, experiment_floor_rows, floors_as_markdown
from emergence.cli.command import run
from emergence.config.configuration_file import NoYaml, add_config_argument, read_configuration
from emergence.report.documents import replace_part
from emergence.store.files import write_csv

parser = argparse.ArgumentParser(
    description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
)
add_config_argument(parser, default=None)
parser.add_argument("--card", choices=PUBLISHED, default="H100 SXM")
parser.add_argument("--output", type=Path, help="CSV")
parser.add_argument("--document", type=Path, help="Markdown with a part named floors")


def main(arguments: argparse.Namespace) -> None:
    """Run the command."""
    config = read_configuration(arguments.config)
    table = pd.DataFrame(experiment_floor_rows(config, PUBLISHED[arguments.card]))
    if arguments.output:
        write_csv(arguments.output, table)
    text = floors_as_markdown(table, arguments.card)
    if arguments.document:
        replace_part(arguments.document, "floors", text)
    print(text, end="")


if __name__ == "__main__":
    run(parser, main, (NoYaml, ValueError))
