"""What is generated from the models is up to date, and right."""

import json

import jsonschema
import pytest
import yaml

from emergence.config.documents import editor_schema, key_tables
from emergence.config.load import configuration_model, load_config
from emergence.config.schema import schema_of

CONFIG = load_config([])
SCHEMA = schema_of(configuration_model(tuple(CONFIG["papers"])))


def test_schema_and_tables_are_those_of_the_models(repository):
    """Else run `make documents`."""
    text = (repository / "config" / "schema.json").read_text()
    assert text == editor_schema(SCHEMA) + "\n"
    assert key_tables(SCHEMA, CONFIG) in (repository / "config" / "README.md").read_text()


def test_the_schema_accepts_every_file_of_the_repository(repository):
    schema = json.loads(editor_schema(SCHEMA))
    jsonschema.Draft202012Validator.check_schema(schema)
    files = [*(repository / "config").rglob("*.yaml")]
    files += [repository / paper / "default.yaml" for paper in CONFIG["papers"]]
    assert len(files) > 5
    for file in files:
        jsonschema.validate(yaml.safe_load(file.read_text()), schema)


def test_the_preset_that_the_readme_shows_is_valid(repository, tmp_path):
    text = (repository / "config" / "README.md").read_text()
    (tmp_path / "mine.yaml").write_text(text.split("```yaml\n# mine.yaml\n")[1].split("```")[0])
    assert load_config([tmp_path / "mine.yaml"], "nam2024")["experiments"]["deeper"]["runs"] == 3


@pytest.mark.parametrize(
    "row",
    [
        '| `preset` | text that matches ^[a-z][a-z0-9_-]{0,31}$ | `"default"` | name of the',
        "| `task.sparse_bits` | an integer at least 1 and at most 10 | `3` | m, bits whose parity",
        "| `theory.*.target_scale` | a number greater than 0 and at most 1000 |  | S, the size of",
        "| `heads` (transformer) | an integer at least 1 and at most 128 | required | attention",
        "| `task` | a mapping | `{}` | what differs from the paper's task",
    ],
)
def test_the_tables_say_range_default_and_meaning(row):
    assert row in key_tables(SCHEMA, CONFIG)
