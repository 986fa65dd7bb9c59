"""The schema describes every key, and Snakemake refuses an invalid configuration before any job."""

import json

import jsonschema
import pytest
import yaml

from emergence.config.load import DEFAULT_FILE, SCHEMA_FILE

SCHEMA = json.loads(SCHEMA_FILE.read_text())


def _resolve(schema):
    """Schemas that a schema stands for: what it refers to, and both ways of a condition."""
    if "$ref" in schema:
        target = SCHEMA
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        return _resolve(target)
    if "then" in schema:
        return _resolve(schema["then"]) + _resolve(schema["else"])
    return [schema]


def _leaves(schema, path=()):
    """Dotted path and schema of every key that holds a value."""
    for found in _resolve(schema):
        if "properties" in found:
            for name, inner in found["properties"].items():
                yield from _leaves(inner, (*path, name))
        elif isinstance(found.get("additionalProperties"), dict):
            yield from _leaves(found["additionalProperties"], (*path, "*"))
        else:
            yield ".".join(path), found


LEAVES = list(_leaves(SCHEMA))
KEYS = sorted({key for key, _ in LEAVES})


def test_schema_is_valid_itself():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(("key", "schema"), LEAVES, ids=[key for key, _ in LEAVES])
def test_every_key_has_a_meaning_a_kind_and_a_range(key, schema):
    assert schema.get("description"), f"{key} has no description"
    assert {"type", "enum"} & schema.keys(), f"{key} may be anything"
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if {"integer", "number"} & set(kinds):
        assert {"minimum", "exclusiveMinimum"} & schema.keys(), f"{key} has no lower end"
    if "array" in kinds:
        assert "items" in schema
        assert "minItems" in schema
    if "string" in kinds and "enum" not in schema:
        assert "pattern" in schema


def _objects(schema, path="(top level)"):
    for found in _resolve(schema):
        if "properties" in found or "object" in found.get("type", []):
            yield path, found
        for name, inner in found.get("properties", {}).items():
            yield from _objects(inner, name)
        if isinstance(found.get("additionalProperties"), dict):
            yield from _objects(found["additionalProperties"], f"{path}.*")


def test_no_mapping_admits_unknown_keys():
    objects = list(_objects(SCHEMA))
    assert len(objects) >= 6
    for path, schema in objects:
        assert "additionalProperties" in schema, path
        assert schema["additionalProperties"] is not True, path


def test_every_required_key_exists():
    for path, schema in _objects(SCHEMA):
        if schema.get("additionalProperties") is False:
            assert set(schema.get("required", [])) <= schema["properties"].keys(), path


def test_the_default_preset_gives_every_key_a_value():
    """So that a preset can rely on it: only dataset_sizes depends on the resource.

    `device` of an experiment is laid over training.device, which has a value.
    """
    default = yaml.safe_load(DEFAULT_FILE.read_text())
    missing = set()
    for key in KEYS:
        values = [default]
        for part in key.split("."):
            values = [
                inner
                for value in values
                if isinstance(value, dict)
                for inner in (value.values() if part == "*" else [value.get(part, missing)])
            ]
        assert any(value is not missing for value in values) or (
            ".early_stop." in key or key == "experiments.*.device"
        ), key


def test_the_readme_of_the_configuration_explains_every_key(repository):
    text = (repository / "config" / "README.md").read_text()
    for key in KEYS:
        group, _, name = key.partition(".")
        if group in ("theory", "tables"):  # arguments of library functions, explained as a group
            assert f"`{group}." in text, key
        else:
            assert (name or group).rpartition(".")[2] in text, key


def _assert_refused(workflow, arguments, said):
    done = workflow.snakemake("--cores", 1, *arguments, timeout=60)
    assert done.returncode != 0
    assert said in done.stdout, done.stdout[-2000:]
    assert "Traceback" not in done.stdout, done.stdout[-2000:]
    assert len(done.stdout.splitlines()) < 15, done.stdout
    _assert_nothing_ran(workflow, done)


def _assert_nothing_ran(workflow, done):
    assert "Finished jobid" not in done.stdout
    assert not (workflow.folder / "results" / "default").exists()


@pytest.mark.workflow
@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("experiments: {time: {step: 3}}", "experiments.time: unknown key 'step'"),
        ("experiments: {time: {steps: 1.5}}", "experiments.time.steps: 1.5 is not allowed"),
        ("experiments: {time: {learning_rate: .nan}}", "experiments.time.learning_rate"),
        ("preset: ../elsewhere", "preset: '../elsewhere' is not allowed"),
        ("preset: $(touch x)", "preset: '$(touch x)' is not allowed"),
        ("task: {sparse_bits: 8}", "experiments.time.n_skills: 5 is not allowed"),
        ("preset: a\npreset: b\n", "'preset' twice"),
    ],
    ids=[
        "unknown-key",
        "float-for-integer",
        "nan",
        "path",
        "shell",
        "combination",
        "key-twice",
    ],
)
def test_snakemake_stops_with_one_message_before_any_job(fresh, content, said):
    (fresh.folder / "bad.yaml").write_text(content)
    _assert_refused(fresh, ["--configfile", "bad.yaml"], said)


@pytest.mark.workflow
def test_values_on_the_command_line_are_validated_too(fresh):
    _assert_refused(fresh, ["--config", "root_seed=-1"], "root_seed: -1 is not allowed")
    _assert_refused(fresh, ["--config", "rootseed=1"], "unknown key 'rootseed'")


@pytest.mark.workflow
def test_values_on_the_command_line_may_mend_a_file(fresh):
    (fresh.folder / "mine.yaml").write_text("root_seed: -1\n")
    mended = ("--config", "root_seed=1", "--configfile", "mine.yaml")
    assert fresh.planned(*mended, "--", "results/default/settings/time.json")
    _assert_refused(fresh, ["--configfile=mine.yaml"], "root_seed: -1 is not allowed")
