"""Laws of every key, from the models themselves: what is wrong is refused by name and value."""

import copy
import math

import jsonschema
import pytest

from emergence.config.load import ConfigError, complete, configuration_model, load_config, validate
from emergence.config.schema import below, matching, options, schema_of

CONFIG = load_config([])
SCHEMA = schema_of(configuration_model(tuple(CONFIG["papers"])))
# These choose the model that checks the keys beside them.
CHOOSING = ("papers", "architecture", "kind")


def _is_integer(_, value):
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(_, value):
    return (isinstance(value, float) and math.isfinite(value)) or _is_integer(_, value)


# An independent reading of the schema, with our notion of numbers.
CHECKER = jsonschema.Draft202012Validator.TYPE_CHECKER.redefine_many(
    {"integer": _is_integer, "number": _is_number}
)
Oracle = jsonschema.validators.extend(jsonschema.Draft202012Validator, type_checker=CHECKER)


def _entries(value, schemas, path=()):
    """Path and schemas of every key of the default configuration.

    But for the tasks that experiments override: they are checked when all else is right.
    """
    for name, inner in value.items():
        found = matching(below(schemas, name, SCHEMA), inner)
        if not ("experiments" in path and name in ("task", "measurement")):
            yield (*path, name), found
            if isinstance(inner, dict):
                yield from _entries(inner, found, (*path, name))


ENTRIES = dict(_entries(CONFIG, options(SCHEMA, SCHEMA)))
LEAVES = {
    path: schemas
    for path, schemas in ENTRIES.items()
    if path[-1] not in CHOOSING and all(schema["type"] != "object" for schema in schemas)
}


def _at(config, path):
    for part in path:
        config = config[part]
    return config


def _changed(changes):
    """The default configuration with values set at paths or dotted keys."""
    config = copy.deepcopy(CONFIG)
    for path, value in changes.items():
        *start, last = path.split(".") if isinstance(path, str) else path
        _at(config, start)[last] = value
    return config


def _refusal(config):
    with pytest.raises(ConfigError) as caught:
        validate(config)
    return str(caught.value)


def _allowed(schemas, value):
    return any(Oracle({**schema, "$defs": SCHEMA["$defs"]}).is_valid(value) for schema in schemas)


def test_every_key_has_a_meaning_a_kind_and_a_lower_end():
    assert len(LEAVES) > 200
    for path, schemas in LEAVES.items():
        for schema in schemas:
            assert schema.get("description"), path
            if schema["type"] in ("integer", "number") and "const" not in schema:
                assert {"minimum", "exclusiveMinimum"} & schema.keys(), path
            assert schema["type"] != "string" or {"pattern", "enum", "const"} & schema.keys(), path


WRONG = [None, True, 1.5, 2.0, 3, "1", [], [1.5], ["a"], [2, 2], {"a": 1}, math.nan, math.inf]


@pytest.mark.parametrize("value", WRONG, ids=repr)
def test_a_wrong_kind_of_value_is_refused_at_every_key_at_once(value):
    refused = [path for path, schemas in LEAVES.items() if not _allowed(schemas, value)]
    assert refused
    message = _refusal(_changed(dict.fromkeys(refused, value)))
    shown = "null" if value is None else "true" if value is True else repr(value)
    for path in refused:
        key = ".".join(path)
        entry = f"{value[0]!r} is not allowed" if isinstance(value, list) and value else "missing"
        said = (f"\n  {key}: {shown} is not allowed", f"\n  {key}.0: {entry}")
        assert any(words in message for words in said), key


@pytest.mark.parametrize(
    ("end", "beyond"),
    [
        ("minimum", lambda end: end - 1),
        ("exclusiveMinimum", lambda end: end),
        ("maximum", lambda end: 2 * end),
        ("exclusiveMaximum", lambda end: end),
    ],
)
def test_a_value_beyond_a_range_is_refused_and_the_range_named(end, beyond):
    values = {p: beyond(schemas[0][end]) for p, schemas in LEAVES.items() if end in schemas[0]}
    assert values
    message = _refusal(_changed(values))
    for path, value in values.items():
        assert f"\n  {'.'.join(path)}: {value!r} is not allowed; must be a" in message, path


def test_an_unknown_key_is_refused_in_every_mapping():
    mappings = [path for path in ENTRIES if isinstance(_at(CONFIG, path), dict)]
    mappings = [path for path in mappings if path[-1] != "experiments"]  # any name may be one
    assert len(mappings) > 30
    changes = {(*path, "surprise"): 1 for path in mappings}
    message = _refusal(_changed({("surprise",): 1, **changes}))
    for path in [("(top level)",), *mappings]:
        assert f"\n  {'.'.join(path)}: unknown key 'surprise'; allowed: " in message, path


def test_a_missing_key_is_named_in_every_mapping():
    config = copy.deepcopy(CONFIG)
    for path in LEAVES:
        del _at(config, path[:-1])[path[-1]]
    message = _refusal(config)
    optional = {path[-1] for path in LEAVES if f"\n  {'.'.join(path)}: missing; " not in message}
    assert optional == {
        *("scratch", "data_exponents", "dataset_sizes", "activation"),
        *("measure_every", "weight_decay", "early_stop", "folder", "shared_bits"),
    }


# Changes, and what the message must say.
E = "nam2024.experiments"
CASES = "nam2024.studies.early_stop.cases"
CASE = {"experiment": "data", "dataset_size": 2000, "batch_size": 2000}
EARLY_STOP = {"check_every": 10, "relative_loss": 0.001, "remaining_change": 0.001}
COMBINATIONS = [
    ({"nam2024.task.n_skills": 11}, "nam2024.task.n_skills: 11", "33 must not exceed skill_bits"),
    ({f"{E}.time.task": {"n_skills": 11}}, f"{E}.time.task.n_skills: 11", "skill_bits = 32"),
    ({f"{E}.time.task": {"skill_bits": 65}}, f"{E}.time.task.skill_bits: 65", "at most 64"),
    ({f"{E}.time.task": {"bits": 9}}, f"{E}.time.task: unknown key 'bits'", "skill_bits"),
    ({f"{E}.time.task": {"kind": "images"}}, f"{E}.time.task.kind: 'images'", "sparse_parity"),
    ({"nam2024.measurement.inputs_per_skill": 20001}, "inputs_per_skill: 20001", "multiple of"),
    ({f"{E}.time.architecture": "mlp"}, f"{E}.time.architecture: 'mlp'", "two-layer, deep, trans"),
    ({f"{E}.time.architecture": "transformer"}, f"{E}.time.heads: missing", "integer at least 1"),
    ({f"{E}.transformer.heads": 5}, f"{E}.transformer.widths: [32]", "multiple of heads = 5"),
    ({f"{E}.data.batch_size": 25001}, f"{E}.data.batch_size: 25001", "dataset_sizes = 25000"),
    ({f"{E}.data.dataset_sizes": None}, f"{E}.data.dataset_sizes: null", "when resource is data"),
    ({f"{E}.time.dataset_sizes": [500]}, f"{E}.time.dataset_sizes: [500]", "only when"),
    ({f"{E}.time.widths": [10, 20]}, f"{E}.time.widths: [10, 20]", "one width"),
    ({f"{E}.parameters.widths": [2, 2]}, f"{E}.parameters.widths: [2, 2]", "different entries"),
    ({f"{E}.time.measure_every": 30}, f"{E}.time.measure_every: 30", "must divide steps = 20000"),
    ({f"{E}.time.measure_every": None}, f"{E}.time.measure_every: null", "resource is time"),
    ({f"{E}.time.measure_every": [5, 1]}, f"{E}.time.measure_every: [5, 1]", "increasing"),
    ({f"{E}.parameters.momentum": 0.9}, f"{E}.parameters.momentum: 0.9", "optimizer sgd"),
    ({f"{E}.time.early_stop": EARLY_STOP}, f"{E}.time.early_stop: {{", "resource: data"),
    ({f"{E}.data.optimizer": "adam"}, f"{E}.data.optimizer: 'adam'", "must be sgd"),
    ({f"{E}.data.weight_decay": 0.1}, f"{E}.data.weight_decay: 0.1", "must be 0"),
    ({f"{E}.data.early_stop": EARLY_STOP}, "early_stop.check_every: 10", "25000 // 2000 = 12"),
    ({"nam2024.emergence.levels": [0.5]}, "nam2024.emergence.levels: [0.5]", "at least two"),
    ({"nam2024.theory.figure02.times.low": 10000}, "times.high: 10000.0", "above low = 10000"),
    ({"nam2024.theory.figure05.network_size": 2}, "network_size: 2", "mode_strengths = 3"),
    ({"nam2024.theory.figure05.initial_strength": 0.3}, "initial_strength: 0.3", "(0.25)"),
    ({"nam2024.theory.figure05.mode_strengths": [0.5, 1.0]}, "[0.5, 1.0]", "must decrease"),
    ({"nam2024.theory.figure06.threshold": 0.001}, "threshold: 0.001", "target_scale = 0.002"),
    ({"nam2024.theory.figure09.initial_strength": 6}, "initial_strength: 6", "target_scale (5)"),
    ({"nam2024.theory.scaling_measurement.n_skills": [9]}, "n_skills.0: 9", "tolerance^2 = 10000"),
    (
        {"nam2024.task.n_skills": 160, "nam2024.task.shared_bits": 1},
        *("nam2024.task.n_skills: 160", "must be smaller"),
    ),
    ({"nam2024.tables.table01.skill_bits": 20}, "skill_bits: 20", "n_skills * sparse_bits = 21"),
    ({"nam2024.tables.table03.skill_bits": 2}, "skill_bits: 2", "sparse_bits = 3"),
    ({"nam2024.tables.table05.width": 7}, "tables.table05.width: 7", "experiments.parameters.w"),
    ({"nam2024.studies.plateaus.tolerance": 0.2}, "tolerance: 0.2", "below rise = 0.1"),
    ({CASES: [CASE | {"experiment": "time"}]}, "cases.0.experiment: 'time'", "data, data_calib"),
    ({CASES: [CASE | {"batch_size": 1}]}, "cases.0.batch_size: 1", "2000 // 1 = 2000"),
]


@pytest.mark.parametrize(("changes", "key", "allowed"), COMBINATIONS)
def test_keys_that_contradict_others_are_refused(changes, key, allowed):
    message = _refusal(_changed(changes))
    (line,) = [line for line in message.splitlines() if key in line]
    assert allowed in line


BAD_NAMES = ["", "A", "1st", "../x", "a\n", "$(id)", "ä", "x" * 49]


@pytest.mark.parametrize("name", [*BAD_NAMES, "shipped"])
def test_a_preset_that_is_no_folder_name_is_refused(name):
    message = _refusal(_changed({"preset": name}))
    assert f"preset: {name!r} is not allowed; must be text that matches" in message
    assert "lower-case letters" in message


@pytest.mark.parametrize("name", [*BAD_NAMES, "a-b", 5, None, "time_runs"])
def test_an_experiment_that_is_no_file_name_is_refused(name):
    """The table {a}_runs.csv of experiment a would be the summary of an experiment a_runs."""
    config = copy.deepcopy(CONFIG)
    config["nam2024"]["experiments"][name] = config["nam2024"]["experiments"]["time"]
    shown = "null" if name is None else repr(name)
    assert f"nam2024.experiments: {shown} is not allowed; name of an exp" in _refusal(config)
    config["nam2024"]["experiments"]["runs_time"] = config["nam2024"]["experiments"].pop(name)
    validate(config)


def test_products_of_the_theory_inherit_the_papers_alphas():
    config = load_config([], "nam2024")
    assert config["theory"]["figure02"]["data_exponents"] == config["data_exponents"]
    assert config["theory"]["figure07"]["data_exponents"] == [0.1, 0.3, 0.5, 0.7]
    with pytest.raises(ConfigError, match=r"figure02\.data_exponents: missing; required where"):
        complete({"nam2024": {"data_exponents": None}})
