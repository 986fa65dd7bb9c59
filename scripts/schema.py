"""Write what is generated from the models of the configuration: JSON schema, tables of keys."""

import argparse
from pathlib import Path

from emergence.cli.command import run
from emergence.config.documents import editor_schema, key_tables
from emergence.config.load import ConfigError, configuration_model, load_config
from emergence.config.schema import schema_of
from emergence.report.documents import replace_part
from emergence.store.files import write_text

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--schema", type=Path, default=Path("config/schema.json"))
parser.add_argument(
    "--document",
    type=Path,
    default=Path("config/README.md"),
    help="Markdown with a part named keys",
)


def main(arguments: argparse.Namespace) -> None:
    """Run the command."""
    config = load_config([])
    schema = schema_of(configuration_model(tuple(config["papers"])))
    write_text(arguments.schema, editor_schema(schema) + "\n")
    replace_part(arguments.document, "keys", "\n" + key_tables(schema, config) + "\n")


if __name__ == "__main__":
    run(parser, main, (ConfigError, ValueError))
