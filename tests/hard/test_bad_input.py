"""Malformed configurations and command lines: refused in one message, nothing written."""

import json

import pytest
import yaml
from forked import run_script

from emergence.config.load import load_config

EXPERIMENT = "experiments: {{time: {{{}}}}}".format
# name: (content of the file, or what stands in its place; words of the message)
CONFIGURATIONS = {
    # types
    "text for a number": (EXPERIMENT("steps: many"), "experiments.time.steps"),
    "number for text": ("preset: 5", "preset"),
    "float for an integer": (EXPERIMENT("steps: 10.0"), "experiments.time.steps"),
    "boolean for an integer": (EXPERIMENT("runs: true"), "experiments.time.runs"),
    "list for a mapping": ("experiments: [time]", "experiments"),
    "mapping for a list": (EXPERIMENT("widths: {a: 1}"), "experiments.time.widths"),
    "null for a mapping": ("task: null", "task"),
    "date for text": ("preset: 2024-01-01", "preset"),
    "impossible date": ("preset: 2024-13-45", "not valid YAML"),
    "binary": ("preset: !!binary aGVsbG8=", "preset"),
    "set": ("task: !!set {skill_bits, sparse_bits}", "task"),
    # ranges
    "negative seed": ("root_seed: -1", "root_seed"),
    "zero runs": (EXPERIMENT("runs: 0"), "experiments.time.runs"),
    "no widths": (EXPERIMENT("widths: []"), "experiments.time.widths"),
    "same width twice": (EXPERIMENT("widths: [64, 64]"), "experiments.time.widths"),
    "learning rate not a number": (EXPERIMENT("learning_rate: .nan"), "learning_rate"),
    "infinite learning rate": (EXPERIMENT("learning_rate: .inf"), "learning_rate"),
    "too many bits": ("task: {skill_bits: 65}", "task.skill_bits"),
    "exponent zero": ("task: {data_exponent: 0}", "task.data_exponent"),
    "confidence one": ("fitting: {confidence: 1.0}", "fitting.confidence"),
    # keys
    "unknown key": ("rootseed: 1", "unknown key 'rootseed'"),
    "unknown key inside": (EXPERIMENT("step: 5"), "unknown key 'step'"),
    "key that is a number": ("5: x", "unknown key 5"),
    "key twice": ("preset: a\nroot_seed: 1\npreset: b\n", "'preset' twice, in lines 1 and 3"),
    "key twice inside": ("task:\n  skill_bits: 4\n  skill_bits: 5\n", "lines 2 and 3"),
    "key twice in JSON": ('{"preset": "a", "preset": "b"}', "'preset' twice"),
    "key that is a list": ("? [a]\n: x\n", "not valid YAML"),
    # what contradicts itself
    "skills without bits": ("task: {skill_bits: 9}", "must not exceed task.skill_bits"),
    "inputs not a multiple": ("measurement: {inputs_per_skill: 1001}", "inputs_per_skill"),
    "measured off the end": (EXPERIMENT("measure_every: 7"), "must divide steps"),
    "sizes for time": (EXPERIMENT("dataset_sizes: [10]"), "only when resource is data"),
    "early stop for time": (
        EXPERIMENT("early_stop: {check_every: 5, relative_loss: 0.1, remaining_change: 0.1}"),
        "early_stop",
    ),
    "unknown engine": ("training: {engine: jax}", "training.engine"),
    "unknown source": ("source: cloud", "source"),
    "width of Table 5 not trained": ("tables: {table05: {width: 999}}", "tables.table05.width"),
    # names
    "climbing out": ("preset: ../elsewhere", "'../elsewhere' is not allowed"),
    "absolute path": ("preset: /tmp/x", "'/tmp/x' is not allowed"),
    "hidden folder": ("preset: .git", "preset"),
    "shell substitution": ("preset: $(touch x)", "is not allowed"),
    "shell separator": ("preset: 'a; touch x'", "is not allowed"),
    "backquotes": ("preset: '`touch x`'", "is not allowed"),
    "new line in a name": ('preset: "a\\nb"', "preset"),
    "empty name": ("preset: ''", "preset"),
    "shell in an experiment's name": ('experiments: {"x; touch y": {}}', "experiments"),
    "path as an experiment's name": ('experiments: {"../x": {}}', "experiments"),
    "Unicode name": ("preset: naïve", "preset"),
    "two documents": ("preset: a\n---\npreset: b\n", "not valid YAML"),
    # no YAML mapping
    "empty file": ("", "mapping"),
    "list": ("- preset\n", "mapping"),
    "text": ("just text", "mapping"),
    "tabs": ("task:\n\tskill_bits: 4\n", "not valid YAML"),
    "unclosed": ("preset: [a", "not valid YAML"),
    "not UTF-8": (b"preset: caf\xe9\n", "not UTF-8"),
    "UTF-16": ("preset: a\n".encode("utf-16"), "not UTF-8"),
    "zero byte": (b"preset: a\0\n", "not valid YAML"),
    "absent": (None, "No such file"),
    "folder": (..., "Is a directory"),
}


@pytest.fixture
def written(tmp_path):
    """What is in the test's folder besides what it put there."""

    def new(known):
        return sorted({str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*")} - set(known))

    return new


def _put(path, content):
    if content is ...:
        path.mkdir()
    elif content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_a_malformed_configuration_is_refused(tally, repository, tmp_path, written, name):
    content, said = CONFIGURATIONS[name]
    _put(tmp_path / "bad.yaml", content)
    with tally.case("malformed configuration", name):
        status, words = run_script(
            repository / "scripts" / "check_config.py", ["bad.yaml"], tmp_path
        )
        assert status == 2, words
        assert words.count("error: ") == 1
        assert said in words
        assert "Traceback" not in words
        assert len(words) < 3000
        assert written(["bad.yaml"]) == []


def _is_mapping(content):
    """Whether Snakemake itself takes a configuration file: it refuses others in its own words."""
    try:
        return isinstance(yaml.safe_load(content), dict)
    except (yaml.YAMLError, ValueError, AttributeError):
        return False


@pytest.mark.workflow
def test_snakemake_refuses_it_too(tally, fresh):
    what = "malformed configuration given to snakemake"
    path = fresh.folder / "bad.yaml"
    read = {name: case for name, case in CONFIGURATIONS.items() if _is_mapping(case[0])}
    for name in list(read)[: tally.count(what)]:
        content, said = read[name]
        path.write_text(content)
        before = set(fresh.folder.rglob("*"))
        with tally.case(what, name):
            done = fresh.snakemake("--cores", 1, "--configfile", "bad.yaml", timeout=120)
            assert done.returncode == 1, done.stdout
            assert said in done.stdout
            assert "Traceback" not in done.stdout
            assert len(done.stdout) < 4000
            assert set(fresh.folder.rglob("*")) == before


# Presets that are fine alone: (first, second, words of the message about both)
CONFLICTS = [
    ("experiments: {time: {n_skills: 6}}", "task: {skill_bits: 16}", "experiments.time.n_skills"),
    (EXPERIMENT("steps: 1000, measure_every: 500"), EXPERIMENT("steps: 1200"), "must divide steps"),
    (
        "tables: {table05: {width: 20}}",
        "experiments: {parameters: {widths: [1, 10]}}",
        "tables.table05.width: 20",
    ),
    (
        "experiments: {data: {batch_size: 20000}}",
        "experiments: {data: {dataset_sizes: [5000]}}",
        "experiments.data.batch_size: 20000",
    ),
]


@pytest.mark.parametrize("index", range(len(CONFLICTS)))
def test_presets_that_contradict_each_other_are_refused(
    tally, repository, tmp_path, written, index
):
    *contents, said = CONFLICTS[index]
    names = ["first.yaml", "second.yaml"]
    for name, content in zip(names, contents, strict=True):
        (tmp_path / name).write_text(content)
        load_config([tmp_path / name])
    with tally.case("malformed configuration", f"two presets: {said}"):
        status, words = run_script(repository / "scripts" / "check_config.py", names, tmp_path)
        assert status == 2, words
        assert words.count("error: ") == 1
        assert said in words
        assert "Traceback" not in words
        assert written(names) == []


SETTINGS = ("--settings", "settings.json")
RUNS = ("--runs", "runs.csv")
SHARDS = ("--shards", "absent", "--runs", 2, "--runs-per-job", "64:2")
FIT = ("--bootstrap-samples", 10, "--confidence", 0.9)
OUT = ("--output", "made.csv")
VERIFY = ("--expected", "x", "--record", "made.json")
THEORY = "emergence.theory.regimes:exponent_table"
# (script, arguments, words of the message)
COMMAND_LINES = [
    ("aggregate.py", [], "required"),
    ("aggregate.py", [*SETTINGS, "--runs", 1, "--runs-per-job", "x:1"], "is not VALUE:RUNS"),
    ("aggregate.py", [*SETTINGS, "--runs", 1, "--runs-per-job", "8"], "is not VALUE:RUNS"),
    ("aggregate.py", [*SETTINGS, "--runs", 0], "at least 1"),
    (
        "aggregate.py",
        [
            *("--settings", "absent.json", *SHARDS),
            *("--runs-output", "made.csv", "--summary-output", "made2.csv"),
        ],
        "absent.json",
    ),
    (
        "aggregate.py",
        [
            *(*SETTINGS, *SHARDS),
            *("--runs-output", "made.csv", "--summary-output", "made2.csv"),
        ],
        "/64/0000-0001.npz",
    ),
    ("benchmark.py", ["--output-dir", "made", "--threads", "0"], "at least 1"),
    ("check_config.py", ["absent.yaml"], "absent.yaml"),
    ("claims.py", ["--results", "absent", *OUT], "absent"),
    ("discrepancies.py", [*OUT], "required"),
    ("early_stop_study.py", [*SETTINGS, "--cases", "tiny:-5:8", "--runs", 1, *OUT], "at least 1"),
    ("early_stop_study.py", [*SETTINGS, "--cases", "tiny:50", "--runs", 1, *OUT], ":D:BATCH"),
    (
        "early_stop_study.py",
        [*SETTINGS, "--cases", "tiny:50:8", "--runs", 1, *OUT],
        "early_stop null",
    ),
    (
        "emergence_times.py",
        [
            *(*SETTINGS, *RUNS, "runs.csv", "--threshold", 0.05, *FIT),
            *("--times-output", "made.csv", "--exponents-output", "made2.csv"),
        ],
        "as many files as --settings",
    ),
    ("figure.py", ["--module", "nosuch", "--output", "made.pdf"], "'nosuch' is none of"),
    ("figure.py", ["--module", "../style", "--output", "made.pdf"], "is none of"),
    ("figure.py", ["--module", "figure09", "--output", "made.pdf"], "missing a required"),
    (
        "figure.py",
        ["--module", "figure09", "--table", "strengths", "absent.csv", "--output", "made.pdf"],
        "absent.csv",
    ),
    (
        "figure.py",
        ["--module", "figure09", "--table", "strengths", "garbage.csv", "--output", "made.pdf"],
        "no table of it holds 'frequency'",
    ),
    ("fit.py", [*SETTINGS, *RUNS, "--bootstrap-samples", 0, *OUT], "at least 1"),
    ("fit.py", [*SETTINGS, "--runs", "other.csv", *FIT, *OUT], "other.csv is damaged"),
    ("fit.py", [*SETTINGS, "--runs", "not_finite.csv", *FIT, *OUT], "not finite"),
    ("fit.py", ["--settings", "empty.json", *RUNS, *FIT, *OUT], "no settings of an experiment"),
    ("fit.py", ["--settings", "list.json", *RUNS, *FIT, *OUT], "no settings of an experiment"),
    ("fit.py", ["--settings", "garbage.csv", *RUNS, *FIT, *OUT], "garbage.csv is damaged"),
    ("generate.py", [*SETTINGS, "--value", 0, "--first-run", 0, "--runs", 1, *OUT], "at least 1"),
    ("generate.py", [*SETTINGS, "--value", 9, "--first-run", -1, "--runs", 1, *OUT], "at least 0"),
    ("manifest.py", ["--config-json", "{", "--benchmarks", "b", "--outputs", "o", *OUT], "JSON"),
    (
        "paper.py",
        [
            *("--source", "x.typ", "--results", ".", "--manifest", "manifest.json"),
            *("--watts-per-core", 10, "--cost-output", "made.json", "--output", "made.pdf"),
            *("--record-output", "made2.json"),
        ],
        "absent.csv is missing; delete",
    ),
    ("plan.py", ["--config-json", "[]", "--cores", 1], "must be a JSON object"),
    ("plan.py", ["--config-json", "{}", "--cores", "none"], "at least 1"),
    (
        "predict.py",
        [*SETTINGS, "--calibration", "c.json", *RUNS, "--summary", "s.csv", "--levels", "nan"],
        "not a finite number",
    ),
    ("rises.py", [*SETTINGS, *RUNS, "--saturation", "inf"], "not a finite number"),
    ("settings.py", [*OUT], "required"),
    ("settings.py", ["--json", "{", *OUT], "not valid JSON"),
    ("settings.py", ["--json", "7", *OUT], "must be a JSON object"),
    ("settings.py", ["--experiment", "nosuch", *OUT], "no experiment 'nosuch'"),
    ("settings.py", ["--experiment", "time", "--config", "absent.yaml", *OUT], "absent.yaml"),
    ("settings_study.py", [*SETTINGS, *RUNS, "--every", 0, *OUT], "at least 1"),
    ("ship.py", ["--manifest", "absent.json", "--files", "x", "--target", "made"], "absent.json"),
    ("table.py", ["--module", "os", "--csv-output", "made.csv"], "is none of"),
    (
        "table.py",
        [
            *("--module", "table01", "--arguments", "{}"),
            *("--csv-output", "made.csv", "--typst-output", "made.typ"),
        ],
        "missing a required",
    ),
    ("table.py", ["--module", "table01", "--arguments", "[1"], "not valid JSON"),
    ("take_shipped.py", ["--manifest", "m", "--configured", "{"], "not valid JSON"),
    ("theory.py", ["--function", "os:system", "--output", "-", "made.csv"], "is no function"),
    ("theory.py", ["--function", "nosuch", "--output", "-", "made.csv"], "is no function"),
    (
        "theory.py",
        ["--function", THEORY, "--arguments", '{"nonsense": 1}', "--output", "-", "made.csv"],
        "missing a required",
    ),
    ("theory.py", ["--function", THEORY, "--arguments", "{", "--output", "-", "m.csv"], "JSON"),
    (
        "train.py",
        [*SETTINGS, "--data", "d.npz", *OUT, "--checkpoint", "c", "--checkpoint-seconds", "nan"],
        "not a finite number",
    ),
    (
        "train.py",
        [*SETTINGS, "--data", "d.npz", *OUT, "--checkpoint", "c", "--threads", "-3"],
        "at least 1",
    ),
    ("train.py", [*SETTINGS, "--data", "d.npz", *OUT, "--checkpoint", "c"], "d.npz"),
    ("train.py", [*SETTINGS, "--data", "garbage.csv", *OUT, "--checkpoint", "c"], "damaged"),
    ("train.py", ["--unknown"], "required"),
    ("verify.py", ["--results", "absent", "--config-json", "{}", *VERIFY], "absent"),
    ("verify.py", ["--results", ".", "--config-json", "{", *VERIFY], "not valid JSON"),
]


@pytest.mark.parametrize("index", range(len(COMMAND_LINES)))
def test_a_wrong_command_line_is_refused(
    tally, repository, small_settings, tmp_path, written, index
):
    script, arguments, said = COMMAND_LINES[index]
    columns = "experiment,value,run,step,skill,strength,loss,training_loss\n"
    files = {
        "settings.json": json.dumps(small_settings(resource="data")),
        "empty.json": "{}",
        "list.json": "[]",
        "manifest.json": json.dumps({"outputs": {"absent.csv": "0" * 64}}),
        "garbage.csv": "\0\1\2",
        "other.csv": "a,b\n1,2\n",
        "runs.csv": columns + "time,64,0,0,1,0.1,0.1,0.1\n",
        "not_finite.csv": columns + "time,64,0,0,1,nan,0.1,0.1\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    with tally.case("wrong command line of a script", f"{script} {arguments}"):
        status, words = run_script(repository / "scripts" / script, arguments, tmp_path)
        assert status == 2, words
        assert words.count("error: ") == 1, words
        assert said in words
        assert "Traceback" not in words
        assert written(files) == []
