"""Configuration: load, merge, validate; one clear error for each thing that is wrong.

Presets are YAML files laid over config/default.yaml: mappings merge key by key, anything else is
replaced (as Snakemake merges `--configfile`). The JSON schema in workflow/schemas/ gives each key's
type and range; `_check_combinations` adds what no schema can say.
"""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from emergence.models.architectures import is_transformer
from emergence.tasks.sparse_parity.problem import MAXIMUM_SKILL_BITS, batches_in_pass

REPOSITORY = Path(__file__).resolve().parents[3]
SCHEMA_FILE = REPOSITORY / "workflow" / "schemas" / "config.schema.json"
DEFAULT_FILE = REPOSITORY / "config" / "default.yaml"
PAPER_FILE = REPOSITORY / "config" / "paper.yaml"
_MAXIMUM_VALUES, _MAXIMUM_DEPTH = 100_000, 20
_EXPRESSIONS = "__use_yte__"  # makes Snakemake evaluate a file's Python, and drop this key
_MAXIMUM_BYTES = 1_000_000  # of one file; parsing more takes minutes


# JSON Schema counts 2.0 as an integer; code that indexes with it does not.
_Validator = jsonschema.validators.extend(
    jsonschema.Draft202012Validator,
    type_checker=jsonschema.Draft202012Validator.TYPE_CHECKER.redefine(
        "integer", lambda _, value: isinstance(value, int) and not isinstance(value, bool)
    ),
)


class ConfigError(ValueError):
    """A configuration that cannot be run; the message names key, value and what is allowed."""


def load_config(paths: Iterable[str | Path]) -> dict[str, Any]:
    """The validated configuration of config/default.yaml with `paths` laid over it in order.

    Raises ConfigError for an unreadable or malformed file or an invalid configuration.
    """
    merged = read_file(DEFAULT_FILE)
    for path in paths:
        merged = merge(merged, read_file(path))
    validate(merged)
    return merged


def merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`over` laid on `base`: mappings merge recursively, other values are replaced."""
    merged = copy.deepcopy(dict(base))
    for key, value in over.items():
        if isinstance(value, Mapping) and isinstance(merged.get(key), Mapping):
            merged[key] = merge(merged[key], value)
        else:
            merged[key] = copy.deepcopy(value)
    return merged


def validate(config: Mapping[str, Any]) -> None:
    """Raise ConfigError, listing every problem, if `config` is not a valid configuration."""
    _check_size(config)
    validator = _Validator(json.loads(SCHEMA_FILE.read_text()))
    errors = sorted(validator.iter_errors(config), key=lambda error: str(error.path))
    problems = [_describe(error) for error in errors]
    problems += [f"{key}: {value} is not a finite number" for key, value in _non_finite(config)]
    if not problems:
        problems = list(_check_combinations(config))
    if problems:
        raise ConfigError("invalid configuration:\n  " + "\n  ".join(problems))


def read_file(path: str | Path) -> dict[str, Any]:
    """The mapping that one file holds, before it is merged or validated.

    Raises ConfigError for a file that is absent, unreadable, too long, not UTF-8, no YAML mapping,
    gives a key twice (of which YAML libraries silently take the second), or holds expressions.
    """
    path = Path(path)
    try:
        with path.open("rb") as handle:
            text = handle.read(_MAXIMUM_BYTES + 1)
        if len(text) > _MAXIMUM_BYTES:
            raise ConfigError(f"config file {path} is longer than {_MAXIMUM_BYTES} bytes")
        loader = yaml.SafeLoader(text.decode("utf-8"))
        node = loader.get_single_node()
        _refuse_repeated_keys(path, node)
        content = loader.construct_document(node) if node else None
    except ConfigError:
        raise
    except OSError as error:
        raise ConfigError(f"cannot read config file {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"config file {path} is not UTF-8 text: {error.reason}") from error
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a date or number that cannot be
        raise ConfigError(f"config file {path} is not valid YAML: {error}") from error
    except RecursionError as error:
        raise ConfigError(f"config file {path} is nested too deeply") from error
    if not isinstance(content, dict):
        raise ConfigError(f"config file {path} must hold a mapping of keys to values")
    if _EXPRESSIONS in content:
        raise ConfigError(f"config file {path} has {_EXPRESSIONS}: expressions are not allowed")
    return content


def _refuse_repeated_keys(path: Path, root: yaml.Node | None) -> None:
    pending, seen = [root], set()
    while pending:
        node = pending.pop()
        if id(node) in seen:  # an alias; one that refers to itself would never end
            continue
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            pending += node.value
        elif isinstance(node, yaml.MappingNode):
            lines: dict[str, int] = {}
            for key, value in node.value:
                pending.append(value)
                if not isinstance(key, yaml.ScalarNode):
                    continue
                line = key.start_mark.line + 1
                if key.value in lines:
                    raise ConfigError(
                        f"config file {path} gives {key.value!r} twice, in lines "
                        f"{lines[key.value]} and {line}; keep one"
                    )
                lines[key.value] = line


def _check_size(config: Mapping[str, Any]) -> None:
    """Refuse what YAML aliases can blow up without end, before anything walks it or prints it."""
    pending: list[tuple[object, int]] = [(config, 0)]
    count = 0
    while pending:
        value, depth = pending.pop()
        count += 1
        if count > _MAXIMUM_VALUES or depth > _MAXIMUM_DEPTH:
            raise ConfigError(
                f"invalid configuration: more than {_MAXIMUM_VALUES} values, or nested more than "
                f"{_MAXIMUM_DEPTH} deep; does a YAML alias refer to itself?"
            )
        if isinstance(value, Mapping):
            pending += [(item, depth + 1) for item in value.values()]
        elif isinstance(value, list):
            pending += [(item, depth + 1) for item in value]


def _describe(error: jsonschema.ValidationError) -> str:
    key = ".".join(str(part) for part in error.absolute_path) or "(top level)"
    if error.validator == "additionalProperties":
        known = sorted(error.schema.get("properties", {}))
        unknown = sorted(
            (k for k in error.instance if k not in known and isinstance(error.instance, Mapping)),
            key=str,
        )
        allowed = f"allowed: {', '.join(known)}" if known else error.schema.get("description", "")
        return f"{key}: unknown key {', '.join(map(repr, unknown))}; {allowed}"
    if error.validator == "required":
        return f"{key}: {error.message}"
    meaning = error.schema.get("description")
    value = repr(error.instance)
    value = value if len(value) <= 80 else value[:77] + "..."
    allowed = _allowed(error)
    return f"{key}: {value} is not allowed; {allowed}" + (f" ({meaning})" if meaning else "")


def _allowed(error: jsonschema.ValidationError) -> str:
    rule = error.validator_value
    match error.validator:
        case "type":
            return "must be " + (" or ".join(rule) if isinstance(rule, list) else f"of type {rule}")
        case "enum":
            return "must be one of " + ", ".join(map(str, rule))
        case "minimum":
            return f"must be at least {rule}"
        case "maximum":
            return f"must be at most {rule}"
        case "exclusiveMinimum":
            return f"must be greater than {rule}"
        case "exclusiveMaximum":
            return f"must be less than {rule}"
        case "pattern":
            return f"must match {rule}"
        case "minItems":
            return f"must have at least {rule} entries"
        case "maxItems":
            return f"must have at most {rule} entries"
        case "not":
            return f"must not be {rule['const']}" if "const" in rule else rule["description"]
        case "uniqueItems":
            return "entries must differ from one another"
        case _:
            return error.message


def _non_finite(value: object, key: str = "") -> Iterable[tuple[str, float]]:
    if isinstance(value, float) and not math.isfinite(value):
        yield key, value
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from _non_finite(item, f"{key}.{name}" if key else str(name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _non_finite(item, f"{key}.{index}")


def _check_combinations(config: Mapping[str, Any]) -> Iterable[str]:
    task, measurement = config["task"], config["measurement"]
    yield from _check_inputs("measurement", measurement["inputs_per_skill"], task)
    for name, experiment in config["experiments"].items():
        key, own_task = f"experiments.{name}", {**task, **experiment.get("task", {})}
        yield from _check_experiment(key, experiment, own_task)
        if is_transformer(experiment):
            inputs = experiment.get("inputs_per_skill", measurement["inputs_per_skill"])
            yield from _check_transformer(key, experiment, own_task, inputs)
    for name, product in config["theory"].items():
        yield from _check_product(f"theory.{name}", product)
    yield from _check_tables(config)
    yield from _check_studies(config)


def _check_inputs(key: str, inputs: int, task: Mapping[str, Any]) -> Iterable[str]:
    patterns = 1 << task["sparse_bits"]
    if inputs % patterns:
        yield (
            f"{key}.inputs_per_skill: {inputs} is not allowed; must be a multiple of "
            f"2^task.sparse_bits = {patterns}"
        )


def _check_transformer(
    key: str, experiment: Mapping[str, Any], task: Mapping[str, Any], inputs: int
) -> Iterable[str]:
    yield from _check_inputs(key, inputs, task)
    width, heads = experiment["widths"][0], experiment["heads"]
    if width % heads:
        yield f"{key}.widths: [{width}] is not allowed; a multiple of heads = {heads}"


def _check_experiment(
    key: str, experiment: Mapping[str, Any], task: Mapping[str, Any]
) -> Iterable[str]:
    needed = experiment["n_skills"] * task["sparse_bits"]
    if needed > task["skill_bits"]:
        yield (
            f"{key}.n_skills: {experiment['n_skills']} is not allowed; n_skills * task.sparse_bits "
            f"= {needed} must not exceed task.skill_bits = {task['skill_bits']} "
            f"(at most {MAXIMUM_SKILL_BITS})"
        )
    sizes = experiment.get("dataset_sizes")
    if experiment["resource"] == "data":
        if sizes is None:
            yield f"{key}.dataset_sizes: missing; required when resource is data"
        elif experiment["batch_size"] > max(sizes):
            yield (
                f"{key}.batch_size: {experiment['batch_size']} is not allowed; at most the largest "
                f"of dataset_sizes = {max(sizes)}"
            )
        if len(experiment["widths"]) != 1:
            yield (
                f"{key}.widths: {experiment['widths']} is not allowed; one width when resource "
                f"is data"
            )
    elif sizes is not None:
        yield f"{key}.dataset_sizes: {sizes} is not allowed; only when resource is data"
    if experiment["resource"] == "time":
        if experiment["measure_every"] is None:
            yield (
                f"{key}.measure_every: null is not allowed; a number of steps when resource is time"
            )
        if len(experiment["widths"]) != 1:
            yield (
                f"{key}.widths: {experiment['widths']} is not allowed; one width when resource "
                f"is time"
            )
    every = experiment["measure_every"]
    if every is not None and experiment["steps"] % every:
        yield (
            f"{key}.measure_every: {every} is not allowed; must divide steps = "
            f"{experiment['steps']}, so that the end is on the measured grid"
        )
    if experiment["early_stop"] is not None:
        yield from _check_early_stop(key, experiment)


def _check_early_stop(key: str, experiment: Mapping[str, Any]) -> Iterable[str]:
    """What `training.protocol.train` assumes where runs may stop early."""
    if experiment["resource"] != "data":
        yield f"{key}.early_stop: only for fixed training sets (resource: data); use null"
        return
    if experiment["optimizer"] != "sgd":
        yield (
            f"{key}.optimizer: {experiment['optimizer']} is not allowed with early_stop, as it "
            f"takes large steps on vanishing gradients; must be sgd, or early_stop null"
        )
    if experiment["weight_decay"]:
        yield (
            f"{key}.weight_decay: {experiment['weight_decay']} is not allowed with early_stop, as "
            f"it goes on moving what is fitted; must be 0, or early_stop null"
        )
    sizes, batch_size = experiment.get("dataset_sizes") or [0], experiment["batch_size"]
    yield from _check_pass(f"{key}.early_stop", experiment["early_stop"], max(sizes), batch_size)


def _check_pass(
    key: str, early_stop: Mapping[str, Any], dataset_size: int, batch_size: int
) -> Iterable[str]:
    """A check looks at every batch's loss since the one before."""
    n_batches, every = batches_in_pass(dataset_size, batch_size), early_stop["check_every"]
    if every < n_batches:
        yield (
            f"{key}.check_every: {every} is not allowed; at least the batches of a pass, "
            f"{dataset_size} // {batch_size} = {n_batches}"
        )


def _check_product(key: str, product: Mapping[str, Any]) -> Iterable[str]:
    """Grids increase, strengths lie below the scale (at every depth), windows are not empty."""
    for name, item in product.items():
        if isinstance(item, Mapping) and set(item) == {"low", "high", "points"}:
            if item["low"] >= item["high"]:
                yield (
                    f"{key}.{name}.high: {item['high']} is not allowed; must be above low = "
                    f"{item['low']}"
                )
        elif isinstance(item, Mapping):
            yield from _check_product(f"{key}.{name}", item)
    modes = product.get("mode_strengths", [])
    scale = min(modes, default=product.get("target_scale", math.inf))
    strength = product.get("initial_strength", 0.0)
    if strength >= scale:
        limit = "every mode strength" if modes else "target_scale"
        yield f"{key}.initial_strength: {strength} is not allowed; must be below {limit} ({scale})"
    if list(modes) != sorted(modes, reverse=True):
        yield f"{key}.mode_strengths: {modes} is not allowed; must decrease"
    if len(modes) > product.get("network_size", math.inf):
        yield (
            f"{key}.network_size: {product['network_size']} is not allowed; at least the number of "
            f"mode_strengths = {len(modes)}"
        )
    if product.get("threshold", math.inf) <= strength / scale:
        yield (
            f"{key}.threshold: {product['threshold']} is not allowed; must be above "
            f"initial_strength / target_scale = {strength / scale}"
        )
    if "tolerance" in product:
        for n_skills in product.get("n_skills", []):
            if n_skills != "infinite" and n_skills * product["tolerance"] ** 2 <= 1.0:
                yield (
                    f"{key}.n_skills: {n_skills} is not allowed; must exceed 1 / tolerance^2 = "
                    f"{product['tolerance'] ** -2:g}"
                )


def _check_studies(config: Mapping[str, Any]) -> Iterable[str]:
    plateaus = config["studies"]["plateaus"]
    if plateaus["tolerance"] >= plateaus["rise"]:
        yield (
            f"studies.plateaus.tolerance: {plateaus['tolerance']} is not allowed; must be below "
            f"rise = {plateaus['rise']}"
        )
    experiments = config["experiments"]
    allowed = [name for name, block in experiments.items() if block["resource"] == "data"]
    for index, case in enumerate(config["studies"]["early_stop"]["cases"]):
        key, name = f"studies.early_stop.cases.{index}", case["experiment"]
        if name not in allowed:
            yield (
                f"{key}.experiment: {name!r} is not allowed; must be an experiment with resource "
                f"data: {', '.join(allowed)}"
            )
        elif experiments[name]["early_stop"]:
            stop = experiments[name]["early_stop"]
            yield from _check_pass(key, stop, case["dataset_size"], case["batch_size"])


def _check_tables(config: Mapping[str, Any]) -> Iterable[str]:
    samples = config["tables"]["table01"]
    needed = samples["n_skills"] * samples["sparse_bits"]
    if needed > samples["skill_bits"]:
        yield (
            f"tables.table01.skill_bits: {samples['skill_bits']} is not allowed; at least "
            f"n_skills * sparse_bits = {needed}"
        )
    samples = config["tables"]["table03"]
    if samples["sparse_bits"] > samples["skill_bits"]:
        yield (
            f"tables.table03.sparse_bits: {samples['sparse_bits']} is not allowed; at most "
            f"skill_bits = {samples['skill_bits']}"
        )
    width, trained = (
        config["tables"]["table05"]["width"],
        config["experiments"]["parameters"]["widths"],
    )
    if width not in trained:
        yield (
            f"tables.table05.width: {width} is not allowed; must be one of "
            f"experiments.parameters.widths = {trained}"
        )
