"""Malformed configurations and command lines: refused in one message, nothing written."""

import json

import pytest
from forked import run_script

# name: (content of the file, or what stands in its place; words of the message). tests/config has
# what else may be wrong with a file or with a key.
CONFIGURATIONS = {
    "wrong value": ("nam2024: {experiments: {time: {steps: many}}}", "time.steps: 'many'"),
    "unknown key": ("rootseed: 1", "unknown key 'rootseed'"),
    "key twice": ("preset: a\nroot_seed: 1\npreset: b\n", "'preset' twice, in lines 1 and 3"),
    "contradiction": ("nam2024: {task: {skill_bits: 9}}", "must not exceed skill_bits = 9"),
    "climbing out": ("preset: ../elsewhere", "'../elsewhere' is not allowed"),
    "shell substitution": ("preset: $(touch x)", "'$(touch x)' is not allowed"),
    "endless name": ("preset: " + "a" * 5000, "preset: 'aaa"),
    "no paper": ("papers: [config]", "papers: config is not allowed; must be a folder with a"),
    "object": ("preset: !!python/object/apply:os.mkdir ['made']", "not valid YAML"),
    "empty file": ("", "mapping"),
    "UTF-16": ("preset: a\n".encode("utf-16"), "not UTF-8"),
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
