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
SHARDS = ("--shards", "absent", "--runs", 2, "--runs-per-job", "64:2")
OUT = ("--output", "made.csv")
TABLES = ("--runs-output", "made.csv", "--summary-output", "made2.csv")
PRODUCT = ("--output", "-", "made.csv")
EXPONENTS = ("--function", "emergence.theory.regimes:exponent_table")
RISES = ("--function", "emergence.analysis.rise_shape:fit_rises", "--output", "fits", "made.csv")
FIGURE = ("--module", "paper.nam2024.figures.fig09_multilinear_model", "--output", "made.pdf")
TABLE = ("--csv-output", "made.csv", "--typst-output", "made.typ")
TRAIN = (*SETTINGS, *OUT, "--checkpoint", "c")
# (script, arguments, words of the message)
COMMAND_LINES = [
    ("aggregate.py", [], "required"),
    ("aggregate.py", [*SETTINGS, "--runs", 1, "--runs-per-job", "x:1"], "is not VALUE:RUNS"),
    ("aggregate.py", [*SETTINGS, "--runs", 0], "at least 1"),
    ("aggregate.py", ["--settings", "absent.json", *SHARDS, *TABLES], "absent.json"),
    ("aggregate.py", ["--settings", "garbage.csv", *SHARDS, *TABLES], "garbage.csv is damaged"),
    ("aggregate.py", ["--settings", "list.json", *SHARDS, *TABLES], "no settings of an experiment"),
    ("aggregate.py", [*SETTINGS, *SHARDS, *TABLES], "/64/0000-0001.npz"),
    ("benchmark.py", ["--output-dir", "made", "--threads", "0"], "at least 1"),
    ("check_config.py", ["absent.yaml"], "absent.yaml"),
    ("facts.py", ["--paper", "absent", *("--config-json", "{"), *OUT], "not valid JSON"),
    ("figure.py", ["--module", "nosuch", "--output", "made.pdf"], "'nosuch' cannot be imported"),
    ("figure.py", ["--module", "../style", "--output", "made.pdf"], "cannot be imported"),
    ("figure.py", ["--module", "os", "--output", "made.pdf"], "'os' has no function draw"),
    ("figure.py", [*FIGURE], "missing a required"),
    ("figure.py", [*FIGURE, "--input", "strengths", "absent.csv"], "absent.csv"),
    ("figure.py", [*FIGURE, "--input", "strengths", "garbage.csv"], "no table of it holds"),
    ("generate.py", [*SETTINGS, "--value", 0, "--first-run", 0, "--runs", 1, *OUT], "at least 1"),
    ("generate.py", [*SETTINGS, "--value", 9, "--first-run", -1, "--runs", 1, *OUT], "at least 0"),
    ("manifest.py", ["--config-json", "{", "--benchmarks", "b", "--outputs", "o", *OUT], "JSON"),
    ("page.py", ["--title", "T", "--table", "absent.csv", "--output", "made.html"], "absent.csv"),
    ("plan.py", ["--config-json", "[]", "--cores", 1], "must be a JSON object"),
    ("plan.py", ["--config-json", "{}", "--cores", "none"], "at least 1"),
    ("product.py", ["--function", "nosuch", *PRODUCT], "cannot be imported"),
    ("product.py", ["--function", "emergence.theory.regimes:no", *PRODUCT], "has no function no"),
    (
        "product.py",
        [*EXPONENTS, "--input", "nonsense", "garbage.csv", *PRODUCT],
        "missing a required",
    ),
    ("product.py", [*EXPONENTS, "--arguments", "{", *PRODUCT], "not valid JSON"),
    ("product.py", [*RISES, "--input", "settings", "settings.json"], "missing a required"),
    (
        "report.py",
        [
            *("--paper", "x", "--results", ".", "--manifest", "manifest.json"),
            *("--watts-per-core", 10, "--cost-output", "made.json", "--output", "made.pdf"),
            *("--record-output", "made2.json"),
        ],
        "absent.csv is missing; delete",
    ),
    ("settings.py", [*OUT], "required"),
    ("settings.py", ["--json", "7", *OUT], "must be a JSON object"),
    ("settings.py", ["--experiment", "nam2024/no", *OUT], "no experiment 'nam2024/no'"),
    ("settings.py", ["--whole", "--config", "absent.yaml", *OUT], "absent.yaml"),
    ("ship.py", ["--manifest", "absent.json", "--files", "x", "--target", "made"], "absent.json"),
    ("table.py", ["--module", "os", *TABLE], "'os' has no function build, layout"),
    ("table.py", ["--module", "paper.nam2024.tables.table01", *TABLE], "missing a required"),
    ("take_shipped.py", ["--manifest", "m", "--configured", "{"], "not valid JSON"),
    ("train.py", [*TRAIN, "--data", "d.npz", "--checkpoint-seconds", "nan"], "not a finite number"),
    ("train.py", [*TRAIN, "--data", "d.npz", "--threads", "-3"], "at least 1"),
    ("train.py", [*TRAIN, "--data", "d.npz"], "d.npz"),
    ("train.py", [*TRAIN, "--data", "garbage.csv"], "damaged"),
    ("train.py", ["--unknown"], "required"),
    ("verify.py", ["--results", "absent", "--papers-json", '{"toy": {}}'], "absent"),
    ("verify.py", ["--results", ".", "--papers-json", "{"], "not valid JSON"),
]


@pytest.mark.parametrize("index", range(len(COMMAND_LINES)))
def test_a_wrong_command_line_is_refused(
    tally, repository, small_settings, tmp_path, written, index
):
    script, arguments, said = COMMAND_LINES[index]
    files = {
        "settings.json": json.dumps(small_settings(resource="data")),
        "list.json": "[]",
        "manifest.json": json.dumps({"outputs": {"absent.csv": "0" * 64}}),
        "garbage.csv": "\0\1\2",
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
