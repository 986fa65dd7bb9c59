"""What is generated from the models is up to date, and right."""

import json

import jsonschema
import yaml

from emergence.config.documents import editor_schema
from emergence.config.load import configuration_model, load_config
from emergence.config.schema import schema_of

CONFIG = load_config([])
SCHEMA = schema_of(configuration_model(tuple(CONFIG["papers"])))


def test_the_schema_is_that_of_the_models(repository):
    text = (repository / "config" / "schema.json").read_text()
    assert text == editor_schema(SCHEMA) + "\n", "make documents"


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
