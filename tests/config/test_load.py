"""Every configuration that cannot be run is refused with key, value and what is allowed."""

import copy
import resource
import subprocess
import sys

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from emergence.config.load import DEFAULT_FILE, ConfigError, load_config, merge, validate

DEFAULT = yaml.safe_load(DEFAULT_FILE.read_text())
LARGEST = max(DEFAULT["experiments"]["data"]["dataset_sizes"])
NAN, INFINITY = float("nan"), float("inf")


def _changed(*changes):
    """The default configuration with values set at dotted keys; a value `del` removes the key."""
    config = copy.deepcopy(DEFAULT)
    for dotted, value in changes:
        *path, last = dotted.split(".")
        place = config
        for part in path:
            place = place[part]
        if value is del_:
            del place[last]
        else:
            place[last] = value
    return config


del_ = object()

# Dotted key, value, and what the message must say besides the key.
MALFORMED = [
    # unknown keys at every level
    ("presett", "x", ["'presett'", "unknown key", "allowed:", "preset"]),
    ("task.n_bits", 32, ["'n_bits'", "unknown key", "skill_bits"]),
    ("measurement.inputs", 1, ["'inputs'", "unknown key", "inputs_per_skill"]),
    ("training.gpu", True, ["'gpu'", "unknown key", "device"]),
    ("fitting.samples", 1, ["'samples'", "unknown key", "bootstrap_samples"]),
    ("experiments.time.epochs", 3, ["'epochs'", "unknown key", "steps"]),
    ("experiments.time.early_stop", {"check_every": 1, "patience": 3}, ["patience"]),
    # missing keys
    ("task", del_, ["'task'", "required"]),
    ("experiments.time", del_, ["'time'", "required"]),
    ("experiments.time.steps", del_, ["'steps'", "required"]),
    ("measurement.inputs_per_skill", del_, ["'inputs_per_skill'", "required"]),
    ("experiments.data.dataset_sizes", del_, ["dataset_sizes", "missing", "data"]),
    ("experiments.data.early_stop", {"check_every": 10}, ["'relative_loss'", "required"]),
    # wrong kinds of value
    ("task", None, ["None", "object"]),
    ("experiments", [], ["[]", "object"]),
    ("experiments.time", "fast", ["'fast'", "object"]),
    ("root_seed", "1", ["'1'", "integer"]),
    ("root_seed", True, ["True", "integer"]),
    ("root_seed", 1.0, ["1.0", "integer"]),
    ("experiments.time.steps", "20_000", ["'20_000'", "integer"]),
    ("experiments.time.steps", 2e4, ["20000.0", "integer"]),
    ("experiments.time.steps", None, ["None", "integer"]),
    ("experiments.time.runs", True, ["True", "integer"]),
    ("experiments.time.learning_rate", "1e-3", ["'1e-3'", "number"]),
    ("experiments.time.learning_rate", False, ["False", "number"]),
    ("experiments.time.widths", 1000, ["1000", "array"]),
    ("experiments.time.widths", [1000.0], ["1000.0", "integer"]),
    ("experiments.data.dataset_sizes", {"500": 1}, ["500", "array"]),
    ("experiments.time.measure_every", 0.5, ["0.5", "integer"]),
    ("experiments.time.measure_every", "end", ["'end'", "integer"]),
    ("experiments.data.early_stop", True, ["True", "object"]),
    ("preset", 5, ["5", "string"]),
    # out of range
    ("root_seed", -1, ["-1", "at least 0"]),
    ("root_seed", 2**63, [str(2**63), "at most"]),
    ("task.skill_bits", 0, ["0", "at least 1"]),
    ("task.skill_bits", 65, ["65", "at most 64"]),
    ("task.sparse_bits", 11, ["11", "at most 10"]),
    ("task.data_exponent", 0, ["0", "at least"]),
    ("task.data_exponent", -0.6, ["-0.6", "at least"]),
    ("task.target_scale", 0, ["0", "greater than 0"]),
    ("measurement.emergence_levels", [0.5, 1.0], ["1.0", "less than 1"]),
    ("measurement.emergence_levels", [0], ["0", "greater than 0"]),
    ("training.threads", 0, ["0", "at least 1"]),
    ("training.checkpoint_seconds", 0, ["0", "greater than 0"]),
    ("training.gpu_memory_mb", 63, ["63", "at least 64"]),
    ("training.gpu_memory_mb", 4096.0, ["4096.0", "of type integer"]),
    ("training.scratch", "my disk", ["'my disk'", "must match"]),
    ("training.scratch", 1, ["1", "must be string or null"]),
    ("planning.packing", "auto", ["'auto'", "runs_per_job, job_minutes"]),
    ("planning.job_minutes", 0, ["0", "greater than 0"]),
    ("planning.job_minutes", None, ["None", "number"]),
    ("planning.longest_job_minutes", 0.5, ["0.5", "at least 1"]),
    ("planning.cores", 0, ["0", "at least 1"]),
    ("planning.rates.lookup.unit", 0, ["0", "greater than 0"]),
    ("planning.rates.lookup.step", -1, ["-1", "at least 0"]),
    ("planning.rates.gpu", {}, ["'gpu'", "unknown key", "cuda"]),
    ("planning.rates.transformer.cpu", 0, ["0", "greater than 0"]),
    ("experiments.time.device", "gpu", ["'gpu'", "cuda"]),
    ("experiments.transformer.device", "gpu", ["'gpu'", "cuda"]),
    ("fitting.confidence", 1, ["1", "less than 1"]),
    ("fitting.bootstrap_samples", 0, ["0", "at least"]),
    ("experiments.time.learning_rate", 0, ["0", "greater than 0"]),
    ("experiments.time.learning_rate", 10**400, ["at most 100"]),
    ("experiments.time.weight_decay", -1e-4, ["-0.0001", "at least 0"]),
    ("experiments.time.initial_std", 0, ["0", "greater than 0"]),
    ("experiments.time.steps", 0, ["0", "at least 1"]),
    ("experiments.time.runs", 0, ["0", "at least 1"]),
    ("experiments.time.runs_per_job", -3, ["-3", "at least 1"]),
    ("experiments.time.batch_size", 0, ["0", "at least 1"]),
    ("experiments.time.widths", [0], ["0", "at least 1"]),
    ("experiments.time.n_skills", 65, ["65", "at most 64"]),
    # not finite
    ("task.data_exponent", NAN, ["nan", "finite"]),
    ("task.target_scale", INFINITY, ["inf"]),
    ("experiments.time.learning_rate", NAN, ["nan", "finite"]),
    ("experiments.time.initial_std", -INFINITY, ["-inf"]),
    ("measurement.emergence_levels", [NAN], ["nan", "finite"]),
    ("fitting.confidence", NAN, ["nan", "finite"]),
    # lists
    ("experiments.time.widths", [], ["[]", "at least 1 entries"]),
    ("experiments.data.dataset_sizes", [], ["[]", "at least 1 entries"]),
    ("measurement.emergence_levels", [], ["[]", "at least"]),
    ("experiments.parameters.widths", [1, 2, 2], ["[1, 2, 2]", "differ"]),
    # choices
    ("source", "download", ["'download'", "train, shipped"]),
    ("training.engine", "jax", ["'jax'", "auto, lookup, torch, triton"]),
    ("training.device", "tpu", ["'tpu'", "auto, cpu, cuda"]),
    ("experiments.time.optimizer", "adamw", ["'adamw'", "sgd, adam"]),
    ("experiments.time.resource", "compute", ["'compute'", "time, data, parameters"]),
    # combinations
    ("experiments.time.n_skills", 11, ["11", "33", "32", "skill_bits"]),
    ("measurement.inputs_per_skill", 20001, ["20001", "multiple"]),
    ("experiments.data.batch_size", LARGEST + 1, [str(LARGEST + 1), "at most", str(LARGEST)]),
    ("experiments.time.measure_every", 20001, ["20001", "20000"]),
    ("experiments.time.measure_every", 30, ["30", "must divide steps = 20000"]),
    ("experiments.time.measure_every", None, ["null", "time"]),
    ("experiments.time.widths", [10, 20], ["[10, 20]", "one width"]),
    ("experiments.data.widths", [10, 20], ["[10, 20]", "one width"]),
    ("experiments.time.dataset_sizes", [500], ["[500]", "data"]),
    (
        "experiments.time.early_stop",
        {"check_every": 10, "relative_loss": 0.001, "remaining_change": 0.001},
        ["data", "null"],
    ),
    ("experiments.data.optimizer", "adam", ["adam", "early_stop", "must be sgd, or"]),
    ("experiments.data.weight_decay", 0.1, ["0.1", "early_stop", "must be 0, or"]),
    (
        "experiments.data.early_stop",
        {"check_every": 2, "relative_loss": 0.001, "remaining_change": 0.001},
        ["early_stop.check_every: 2", f"{LARGEST} // 2000 = {LARGEST // 2000}"],
    ),
    ("studies.plateaus.tolerance", 0.2, ["0.2", "below rise = 0.1"]),
    ("studies.early_stop.cases", [], ["at least 1"]),
    (
        "studies.early_stop.cases",
        [{"experiment": "time", "dataset_size": 10, "batch_size": 10}],
        ["cases.0.experiment", "'time'", "data, data_calibration"],
    ),
    (
        "studies.early_stop.cases",
        [{"experiment": "data", "dataset_size": 2000, "batch_size": 1}],
        ["cases.0.check_every", "1000", "2000 // 1 = 2000"],
    ),
    # names that would leave the results folder or reach a shell
    *[
        ("preset", name, ["letters"])
        for name in (
            "../x", "/tmp/x", "a/b", "a b", "a;rm", "$(id)", "`id`", "a&b", "a|b", "..", ".hidden",
            "", "A", "-x", "a\n", "a'b", 'a"b', "{x}", "a*", "ä", "x" * 33, "shipped",
        )
    ],
]  # fmt: skip


@pytest.mark.parametrize(
    ("key", "value", "said"),
    MALFORMED,
    ids=[f"{k}={'absent' if v is del_ else repr(v)[:40]}" for k, v, _ in MALFORMED],
)
def test_malformed_configuration_is_refused(key, value, said):
    with pytest.raises(ConfigError) as caught:
        validate(_changed((key, value)))
    message = str(caught.value)
    named = key if value is not del_ else key.rpartition(".")[0]
    last = key.rpartition(".")[2]
    assert named in message or f"'{last}'" in message, message
    for text in said:
        assert text in message, message
    assert len(message) < 1500


@pytest.mark.parametrize("name", ["Time", "../time", "1st", "a b", "a-b", "a\n", 5, None, "x" * 49])
def test_experiment_names_that_are_no_file_names_are_refused(name):
    config = _changed()
    config["experiments"][name] = copy.deepcopy(DEFAULT["experiments"]["time"])
    with pytest.raises(ConfigError, match="experiments") as caught:
        validate(config)
    assert str(name).strip() in str(caught.value)


@pytest.mark.parametrize("kind", ["runs", "prediction", "emergence", "rises", "rise_curves"])
def test_experiment_names_that_are_a_tables_file_name_are_refused(kind):
    """The table {a}_runs.csv of experiment a would be the summary of an experiment a_runs."""
    config = _changed()
    config["experiments"][f"time_{kind}"] = copy.deepcopy(DEFAULT["experiments"]["time"])
    with pytest.raises(ConfigError, match="must not end as a table's file name") as caught:
        validate(config)
    assert f"time_{kind}" in str(caught.value)
    config["experiments"][f"{kind}_time"] = config["experiments"].pop(f"time_{kind}")
    validate(config)


def test_all_problems_are_listed_at_once():
    with pytest.raises(ConfigError) as caught:
        validate(_changed(("root_seed", -1), ("task.skill_bits", 0), ("fitting.confidence", 2)))
    for key in ("root_seed", "task.skill_bits", "fitting.confidence"):
        assert key in str(caught.value)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
        max_leaves=8,
    ),
    st.sampled_from(
        [
            "preset",
            "task",
            "task.skill_bits",
            "measurement.emergence_levels",
            "experiments",
            "experiments.data",
            "experiments.data.dataset_sizes",
            "experiments.data.widths",
            "experiments.data.early_stop",
            "experiments.time.learning_rate",
            "experiments.time.measure_every",
        ]
    ),
)
def test_any_value_is_accepted_or_refused_with_its_key(value, key):
    """Validation never fails in another way than ConfigError, and an accepted one is JSON-like."""
    config = _changed((key, value))
    message = key
    try:
        validate(config)
    except ConfigError as error:
        message = str(error)
    assert key.split(".")[0] in message


@pytest.mark.parametrize("rest", [1, 7])
def test_sparse_bits_decide_how_many_inputs_a_measurement_needs(rest):
    validate(_changed(("measurement.inputs_per_skill", 800), ("task.sparse_bits", 3)))
    with pytest.raises(ConfigError, match="multiple"):
        validate(_changed(("measurement.inputs_per_skill", 800 + rest)))


# Files


def _load(tmp_path, content):
    path = tmp_path / "preset.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return load_config([path])


def test_presets_of_the_repository_are_valid(repository):
    presets = sorted((repository / "config").glob("*.yaml"))
    assert {"default.yaml", "paper.yaml", "smoke.yaml"} <= {p.name for p in presets}
    for path in presets:
        config = load_config([path])
        assert config["preset"] == path.stem.replace("_", "-")


def test_presets_are_laid_over_the_default_in_order(tmp_path):
    (tmp_path / "a.yaml").write_text(
        "preset: a\nexperiments:\n  time:\n    runs: 2\n    steps: 50\n"
    )
    (tmp_path / "b.yaml").write_text("preset: b\nexperiments:\n  time:\n    runs: 9\n")
    config = load_config([tmp_path / "a.yaml", tmp_path / "b.yaml"])
    assert config["preset"] == "b"
    assert config["experiments"]["time"]["runs"] == 9
    assert config["experiments"]["time"]["steps"] == 50
    assert config["experiments"]["time"]["widths"] == DEFAULT["experiments"]["time"]["widths"]
    assert config["task"] == DEFAULT["task"]


def test_no_preset_is_the_default():
    assert load_config([]) == DEFAULT


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\xfe\x00preset", "not UTF-8"),
        (b"preset: caf\xe9\n", "not UTF-8"),
        ("preset: [1", "not valid YAML"),
        ("a: b: c", "not valid YAML"),
        ("preset: x\x00", "not valid YAML"),
        ("\tpreset: x", "not valid YAML"),
        ("- preset\n- x\n", "mapping"),
        ("just text", "mapping"),
        ("", "mapping"),
        ("preset: x\n---\npreset: y\n", "not valid YAML"),
        ("preset: !!python/object/apply:os.system ['true']", "not valid YAML"),
        ("preset: !!python/name:os.system", "not valid YAML"),
        ("root_seed: " + "1" * 5000, "not valid YAML"),
        ("preset: 2024-13-45", "not valid YAML"),
        ("preset: 2024-01-01", "preset"),
        ("5: x", "unknown key 5"),
        ("null: x", "unknown key None"),
        ("? [a, b]\n: x", "not valid YAML"),
        ("preset: x\npreset: y\n", "gives 'preset' twice, in lines 1 and 2"),
        ("preset: x\n'preset': x\n", "gives 'preset' twice"),
        ("experiments:\n  time: {runs: 1, steps: 9, runs: 2}\n", "gives 'runs' twice, in lines 2"),
        ("experiments: {time: {}}\ntask: {}\nexperiments: {}\n", "lines 1 and 3"),
        ('{"preset": "x", "preset": "y"}', "gives 'preset' twice"),
        ("a: &a {x: 1}\nb: {<<: *a, <<: *a}\n", "gives '<<' twice"),
        ("a: [{x: 1, x: 2}]\n", "gives 'x' twice"),
        ("__use_yte__: true\npreset: x\n", "expressions are not allowed"),
        ("# " + "x" * 1_000_000, "longer than 1000000 bytes"),
    ],
)
def test_malformed_file_is_refused_and_named(tmp_path, content, said):
    with pytest.raises(ConfigError) as caught:
        _load(tmp_path, content)
    assert said in str(caught.value)
    assert str(caught.value).count("config file") <= 1


def test_python_tags_run_nothing(tmp_path):
    marker = tmp_path / "ran"
    with pytest.raises(ConfigError):
        _load(tmp_path, f"preset: !!python/object/apply:os.mkdir ['{marker}']")
    assert not marker.exists()


def test_absent_file_and_folder_are_named(tmp_path):
    with pytest.raises(ConfigError, match=r"absent\.yaml"):
        load_config([tmp_path / "absent.yaml"])
    with pytest.raises(ConfigError, match="cannot read"):
        load_config([tmp_path])


BOMB = "\n".join(
    ["l0: &l0 [x, x, x, x, x, x, x, x, x]"]
    + [f"l{i}: &l{i} [{', '.join([f'*l{i - 1}'] * 9)}]" for i in range(1, 12)]
)


@pytest.mark.parametrize(
    "content",
    [
        BOMB,
        BOMB + "\nexperiments: {time: {widths: *l11}}\n",
        BOMB + "\npreset: *l11\n",
        "task: &t {skill_bits: *t}",
        "preset: &p [*p]",
        "preset: " + "[" * 5000 + "]" * 5000,
    ],
    ids=["bomb", "bomb-in-widths", "bomb-in-preset", "self-in-mapping", "self-in-list", "deep"],
)
def test_aliases_that_expand_without_end_are_refused_quickly(tmp_path, content):
    """In a process of its own, with bounded memory and time."""
    path = tmp_path / "bomb.yaml"
    path.write_text(content)
    code = (
        "import sys\nfrom emergence.config.load import ConfigError, load_config\n"
        "try: load_config(sys.argv[1:])\n"
        "except ConfigError as e: print(e); sys.exit(7)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)],
        capture_output=True,
        text=True,
        timeout=20,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (4 * 2**30, 4 * 2**30)),
    )
    assert done.returncode == 7, done.stderr[-500:]
    assert len(done.stdout) < 3000


nested = st.recursive(
    st.integers(),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=6,
)
mappings = st.dictionaries(st.sampled_from("abc"), nested, max_size=3)


@given(mappings, mappings, mappings)
def test_merging_is_associative_where_no_mapping_meets_a_value(a, b, c):
    def clash(x, y):
        return any(
            isinstance(x[k], dict) != isinstance(y[k], dict)
            or (isinstance(x[k], dict) and clash(x[k], y[k]))
            for k in x.keys() & y.keys()
        )

    if not (clash(a, b) or clash(b, c) or clash(a, c)):
        assert merge(merge(a, b), c) == merge(a, merge(b, c))
    assert merge(a, {}) == merge({}, a) == merge(a, a) == a


@given(mappings, mappings)
def test_merging_changes_neither_argument_and_shares_nothing(a, b):
    before = copy.deepcopy((a, b))
    merged = merge(a, b)
    for value in merged.values():
        if isinstance(value, dict):
            value["new"] = 1
    assert (a, b) == before
